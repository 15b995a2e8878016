import pytest

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.mine.miner import Miner

SPLIT = ([0] * 7 + [1] * 3) * 200


def test_what_tells_about_income_and_rules_that_hold_on_validation_rows(adult, make_table):
    finding = parse(Miner, {"target": {"column": "income", "depth": 2}}).mine(
        make_table("adult", {**adult, "__split": SPLIT})
    )
    assert (finding.facts["rows"], finding.facts["held_out"]) == (1400, 600)
    p = {each["name"]: each["p"] for each in finding.facts["inputs"]}
    assert [each["name"] for each in finding.facts["inputs"]][:2] == ["relationship", "marital"]
    assert p["marital"] <= 0.05
    assert p["education"] <= 0.05
    assert finding.facts["leaves"]
    validation = [n for n, part in enumerate(SPLIT) if part == 1]
    for leaf in finding.facts["leaves"]:
        assert leaf["p"] <= 0.05
        share = sum(adult["income"][n] == leaf["value"] for n in validation) / len(validation)
        assert leaf["base"] == pytest.approx(share)
        assert leaf["checked"] > leaf["base"]
    married = next(leaf for leaf in finding.facts["leaves"] if leaf["value"] == ">50K")
    assert "marital is Married-civ-spouse" in married["when"]
    assert any(sentence.startswith("When ") and "held out" in sentence for sentence in finding.sentences)


def test_a_leaf_counts_the_rows_it_names(make_table):
    x = [float(n % 100) for n in range(1000)]
    y = [5.0 if value > 39.5 else 1.0 for value in x]
    finding = parse(Miner, {"target": {"column": "y", "depth": 1}}).mine(
        make_table("t", {"x": x, "y": [v + n % 3 for n, v in enumerate(y)], "__split": SPLIT[:1000]})
    )
    leaves = {leaf["when"][0]: leaf for leaf in finding.facts["leaves"]}
    assert set(leaves) == {"x ≤ 38", "x > 38"}  # of training rows none lies between 36 and 40
    rows = [n for n in range(1000) if SPLIT[n] == 0 and x[n] > 39.5]
    assert leaves["x > 38"]["rows"] == len(rows)
    assert leaves["x > 38"]["share"] == pytest.approx(sum(y[n] + n % 3 for n in rows) / len(rows))


def test_a_leaf_of_one_value_is_told_apart(make_table):
    x = [float(n // 10 % 10) for n in range(400)]
    y = [0.1 if value > 4.5 else 5.0 + n % 7 for n, value in enumerate(x)]
    finding = parse(Miner, {"target": {"column": "y", "depth": 1}}).mine(
        make_table("t", {"x": x, "y": y, "__split": SPLIT[:400]})
    )
    told = {
        leaf["when"][0][:3]: (round(leaf["checked"], 9), leaf["p"] < 1e-30)
        for leaf in finding.facts["leaves"]
    }
    above = [y[n] for n in range(400) if SPLIT[n] == 1 and x[n] < 4.5]
    assert told == {"x >": (0.1, True), "x ≤": (pytest.approx(sum(above) / len(above)), True)}


@pytest.mark.parametrize("seed", range(3))
def test_nothing_tells_about_a_target_in_disorder(adult, in_disorder, make_table, seed):
    columns = {**adult, "income": in_disorder({"income": adult["income"]}, seed)["income"]}
    finding = parse(Miner, {"target": "income"}).mine(make_table("adult", columns))
    assert (finding.facts["found"], finding.facts["leaves"]) == (0, [])
    assert (finding.charts, finding.grids) == ((), ())
    assert "none beyond chance" in finding.sentences[0]
    assert "No simple rule about income holds on rows kept back." in finding.sentences


def test_columns_made_of_the_target_are_left_out(make_table):
    from thalweg.engines import sql

    table = make_table("t", {"a": list(range(200)), "b": [n % 7 for n in range(200)]})
    derived = table.change({"late": sql.parse_expression("a > 50", table.columns)})
    finding = parse(Miner, {"target": "late"}).mine(derived)
    assert finding.facts["left_out"] == ["a"]
    assert [each["name"] for each in finding.facts["inputs"]] == ["b"]


def test_what_does_not_fit_is_said(make_table):
    table = make_table("t", {"a": [1, 2], "when": ["x", "y"], "list": [[1], [2]]})
    with pytest.raises(
        ComponentError, match=r"the target 'list' is .*; expected a number, text or a boolean"
    ):
        parse(Miner, {"target": "list"}).mine(table)
    with pytest.raises(ComponentError, match="has no column 'b'"):
        parse(Miner, {"target": "b"}).mine(table)
    with pytest.raises(ComponentError, match="at least 20 rows with a target 'a'"):
        parse(Miner, {"target": "a"}).mine(table)
