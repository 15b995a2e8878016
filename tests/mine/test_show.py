import io

from rich.console import Console

from thalweg.mine.profile import profile
from thalweg.mine.show import show_profile, sparkline


def shown(facts) -> str:
    page = io.StringIO()
    show_profile(facts, Console(file=page, width=120))
    return page.getvalue()


def test_a_line_for_each_column(make_table):
    columns = {
        "delay": [*range(10), None, *range(9)],
        "carrier": ["UA"] * 12 + ["B6"] * 8,
        "id": [f"N{n}" for n in range(20)],
    }
    page = shown(profile(make_table("flights", columns)))
    assert "flights: 20 rows" in page
    lines = {line.split()[0]: line for line in page.splitlines() if line.strip()}
    assert all(word in lines["delay"] for word in ("bigint", "5.0%", "10", "0 · 4 · 9", "█"))
    assert "UA (12), B6 (8)" in lines["carrier"]
    assert "as A9, A99" in lines["id"]
    assert "N1" not in page
    assert page.rstrip().endswith("20 rows, 3 columns; no row occurs twice.")


def test_rough_figures_and_samples_are_marked():
    column = {
        "name": "x", "type": "DOUBLE", "family": "number", "missing": 1, "distinct": 123456, "distinct_exact": False,
        "infinite": 0, "identifier": False, "meaning": "percentage",
        "lengths": None, "low": 0.0, "high": 1.0, "quantiles": {"0.5": 0.5},
        "histogram": {"edges": [0, 1], "counts": [1]}, "sampled": ["quantiles"],
    }  # fmt: skip
    page = shown(
        {
            "name": "t",
            "rows": 10**6,
            "duplicates": 3,
            "sample": 10**5,
            "columns": [column],
            "pairs": [],
            "dependencies": [],
        }
    )
    assert "≈ 123,456" in page
    assert "< 0.1%" in page
    assert "of a sample of 100,000 rows" in page
    assert "3 rows repeat another" in page
    assert "percentage" in page


def test_a_sparkline_has_a_block_for_each_bin():
    assert sparkline([0, 1, 4, 8]) == " ▁▄█"
    assert sparkline([]) == ""
