"""Parts of the page: escaping, small drawings, the flow of rows, honest leads."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.evaluation.conftest import entry, whole_facts
from tests.evaluation.drawn import EVIL
from thalweg.evaluation.pages import (
    cleaning,
    columns,
    inputs,
    joins,
    leakage,
    page,
    provenance,
    rows,
    training,
    use,
)
from thalweg.evaluation.pages.chart import chart, label
from thalweg.evaluation.pages.html import Html, Section, code, join, table, tag, text
from thalweg.evaluation.pages.marks import Scale, bar, histogram, interval, scale
from thalweg.evaluation.report import assemble


def test_only_what_was_made_here_is_html() -> None:
    assert text(EVIL) == "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert text(Html("<b>")) == "<b>"
    assert tag("p", "a & b", tag("b", "<"), None, class_='x"y', data_x=1, title=None) == (
        '<p class="x&quot;y" data-x="1">a &amp; b<b>&lt;</b></p>'
    )
    assert join(["<", None, tag("i")]) == "&lt;<i></i>"


def test_cells_are_cut_and_numbers_set_to_the_right() -> None:
    made = table(("name", "rows"), [("x" * 500, "7")])
    assert "x" * 99 + "…" in made
    assert "x" * 100 not in made
    assert '<td class="n">7</td>' in made
    assert len(code("y" * 500)) == len("<code></code>") + 100


def test_a_figure_can_be_read_back_and_breaks_out_of_nothing() -> None:
    made = chart(
        EVIL,
        [{"x": [0.123456789, 1], "name": label(f"<b>{EVIL}</b>"), "text": "</script>&"}],
        xaxis={"a": None},
    )
    assert made.count("<script") == 1
    figure = json.loads(re.findall(r'json">(.*?)</script>', made)[0])
    assert figure["data"][0]["x"] == [0.12346, 1]
    assert figure["data"][0]["text"] == "</script>&"
    assert figure["data"][0]["name"].startswith(
        "&lt;b&gt;&lt;script&gt;"
    )  # the chart's own markup is off too
    assert len(label("z" * 100)) == 40


def test_drawings_stay_in_their_box() -> None:
    on = scale([0.5, None, 0.9], margin=0)
    assert (on.at(0.5), on.at(0.7), on.at(0.9), on.at(5.0)) == (0, pytest.approx(50), 100, 100)
    assert Scale(1.0, 1.0).at(1.0) == 50
    assert "left:0.0%;width:50.0%" in interval({"value": 0.6, "low": 0.5, "high": 0.7}, on, "red", 0.9)
    assert (
        interval({"value": None, "low": None, "high": None}, on, "red")
        == '<div class="interval" aria-hidden="true"></div>'
    )
    assert "width:100.0%" in bar(7.0)
    assert "width:0.0%" in bar(-1.0)
    assert histogram([0, 5, 10]).count("M") == 2
    assert histogram([]).count("M") == 0


def report(**facts: Any) -> dict[str, Any]:
    return assemble({**whole_facts(), **facts}, {})  # type: ignore[typeddict-item]


def flow(found: Section | None) -> dict[str, Any]:
    assert found is not None
    return json.loads(re.findall(r'json">(.*?)</script>', found.body)[0])["data"][0]


def test_what_flows_in_flows_out() -> None:
    drawn = flow(rows.section(report()))
    names, link = drawn["node"]["label"], drawn["link"]
    for place in range(len(names)):
        came = sum(n for n, goal in zip(link["value"], link["target"], strict=True) if goal == place)
        went = sum(n for n, source in zip(link["value"], link["source"], strict=True) if source == place)
        assert came in (0, went) or went == 0
    assert names[0] == "flights  4,000"
    assert {"training  3,000", "validation  450", "test  500", "dropped: delay is missing  36"} <= set(names)
    assert not any(name.startswith("brought together") for name in names)  # no row left there


def test_added_rows_flow_in_and_small_losses_are_put_together() -> None:
    lost = [("dropped", f"rule {n}", n + 1) for n in range(12)]
    chain = [
        entry("sources", "read", 1000, 1000),
        entry("clean", "expect", 1000, 1000 - 78, reasons=lost),
        entry("integrate", "union more", 922, 922, added=500),
    ]
    drawn = flow(rows.section(report(ledger=chain, split={})))
    names = drawn["node"]["label"]
    assert "dropped: other reasons  10" in names  # 1 + 2 + 3 + 4
    assert "added  500" in names
    assert "brought together  1,422" in names


def test_leads_tell_what_the_numbers_say() -> None:
    told = report()
    leads = {
        each.__name__.rpartition(".")[2]: each.section(told)
        for each in (rows, joins, cleaning, columns, inputs, training)
    }
    assert {name: found.lead for name, found in leads.items() if found} == {
        "rows": "4,000 rows of flights came in, 98.8% were kept; 50 rows left: 10 merged, 36 dropped, 4 quarantined. "
        "It adds up.",
        "joins": "1 join. Most rows without a partner: left join weather, 1.3%.",
        "cleaning": "7 cells changed in 1 column; 10 rows merged, 36 dropped.",
        "columns": "3,950 rows of 3 columns, 1 of them with gaps.",
        "inputs": "1 column went in (1 category); 1 column did not.",
        "training": "3 epochs in 1 min 15 s; the best was epoch 2. All epochs were run.",
    }


def test_when_no_row_was_lost_it_says_so() -> None:
    found = rows.section(report(ledger=[entry("sources", "read", 1000, 1000)], split={}))
    assert found is not None
    assert found.lead == "1,000 rows of flights came in, and all were kept."


def test_columns_that_name_their_row_are_not_shown() -> None:
    found = columns.section(report())
    assert found is not None
    assert "names its row, or free text: not shown" in found.body
    assert "0 … 13 … 23" in found.body
    assert "&lt;b&gt;&lt;script&gt;alert(1)&lt;/sc… 84.4%, b 15.6%" in found.body


def test_many_repeated_rows_and_suspects_are_warned_of() -> None:
    seen = {
        "rows": 100,
        "training_rows": 500,
        "training_total": 900,
        "duplicates": 40,
        "share": 0.4,
        "within_test": 0,
    }
    found = leakage.section({**report(), "leakage": {"duplicates": seen}})
    assert found is not None
    assert found.body.count('class="chip bad"') == 2
    assert (
        "40 test rows of 100 have exactly the inputs of a training row (40.0%), compared with 500 training rows of 900"
        in found.body
    )
    clean = leakage.section(
        {"leaks": {"derived": [], "suspects": []}, "leakage": {"duplicates": {**seen, "share": 0.0}}}
    )
    assert clean is not None
    assert 'class="chip bad"' not in clean.body


def test_commands_name_the_bundle() -> None:
    found = use.section({"bundle": "runs/my flights/bundle"})
    assert found is not None
    assert (
        "thalweg predict &#x27;runs/my flights/bundle&#x27; new.parquet -o predictions.parquet" in found.body
    )


def test_cached_stages_are_said_to_be() -> None:
    stages = [
        {"stage": "clean", "seconds": 3.0, "cached": True},
        {"stage": "train", "seconds": 75.0, "peak_memory": 2e9},
    ]
    found = provenance.section({"provenance": {"seed": 0, "stages": stages}, "made": "today"})
    assert found is not None
    assert found.lead == "Made today, seed 0, 1 min 18 s in all."
    assert "found from an earlier run" in found.body
    assert "2.0 GB" in found.body


def test_what_there_is_no_room_for_is_said_to_be_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "ROOM", 2_000)
    made = page.page(report())
    assert made.count("Too much to show here: see report.json.") >= 3
    assert "It adds up." in made  # what it says in a sentence stays
