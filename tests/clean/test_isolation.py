"""The isolation forest: finds what is unusual only in combination, learns from training rows, same bits each time."""

import numpy as np
import pytest
from pydantic import ValidationError

from thalweg.clean.isolation import Isolation
from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError


def cloud(rows: int = 400) -> dict:
    """Two columns that go together, and five rows far off the line though each value is usual."""
    drawn = np.random.default_rng(0)
    x = drawn.normal(size=rows)
    y = x + drawn.normal(scale=0.1, size=rows)
    x[:5], y[:5] = [3.0, -3.0, 2.8, -2.9, 3.1], [-3.0, 3.0, -2.9, 2.8, -3.1]
    return {"x": x, "y": y}


def test_rows_off_the_line_are_set_aside_with_their_score_counted(make_table, aside):
    cleaned = clean(
        make_table("t", cloud()),
        [{"isolation": {"columns": ["x", "y"], "share": 0.02, "action": "quarantine"}}],
    )
    found = {row for row, _, _ in aside(cleaned)}
    assert len(found & set(range(5))) >= 4
    assert cleaned.entries[0].quarantined == len(found) <= 8
    assert cleaned.entries[0].reasons[0].rule.startswith("isolation score of x, y above 0.")


def test_a_flag_and_a_score_are_new_columns_with_their_origin(make_table, left):
    table = make_table("t", cloud())
    flagged = clean(table, [{"isolation": {"columns": ["x", "y"], "share": 0.02}}])
    scored = clean(table, [{"isolation": {"columns": ["x", "y"], "action": "keep", "column": "odd"}}])
    flags, scores = left(flagged.table)["unusual"], left(scored.table)["odd"]
    assert flagged.table.columns["unusual"] == "BOOLEAN"
    assert flagged.table.lineage["unusual"] == scored.table.lineage["odd"] == {"t.x", "t.y"}
    assert sum(flags) == flagged.entries[0].notes["unusual rows"]
    limit = flagged.entries[0].notes["threshold"]
    assert flags == [score > limit for score in scores]
    assert (flagged.entries[0].kept, flagged.entries[0].dropped) == (400, 0)
    again = clean(table, [{"isolation": {"columns": ["x", "y"], "action": "keep", "column": "odd"}}])
    assert left(again.table)["odd"] == scores


def test_rows_that_judge_are_scored_and_not_learnt_from(make_table, left):
    columns = cloud()
    step = {"isolation": {"columns": ["x", "y"], "action": "keep"}}
    parts = [0] * 300 + [1] * 50 + [2] * 50
    before = left(clean(make_table("a", {**columns, "__split": parts}), [step]).table)["isolation_score"]
    columns["x"] = np.concatenate([columns["x"][:300], np.full(100, 1e6)])
    after = left(clean(make_table("b", {**columns, "__split": parts}), [step]).table)["isolation_score"]
    assert before[:300] == after[:300]
    assert before[300:] != after[300:]


def test_dropped_rows_leave_and_missing_values_count_as_the_median(make_table):
    columns = cloud()
    columns["x"][:5] = np.nan
    columns["y"][:5] = 0.0
    cleaned = clean(
        make_table("t", columns), [{"isolation": {"columns": ["x", "y"], "action": "drop", "share": 0.01}}]
    )
    assert 1 <= cleaned.entries[0].dropped <= 4
    assert cleaned.table.aggregate(low=parse_row())["low"] == 0  # rows 0 to 4 are in the middle of the cloud


def parse_row():
    from sqlglot import exp

    from thalweg.engines import sql

    return exp.Min(this=sql.column("__row"))


def test_what_does_not_fit_is_told(make_table):
    table = make_table("t", {"x": [1.0] * 30, "s": ["a"] * 30, "unusual": [1] * 30})
    with pytest.raises(ComponentError, match="isolation looks at numbers; column 's' is VARCHAR"):
        clean(table, [{"isolation": ["x", "s"]}])
    with pytest.raises(ComponentError, match="would add a column 'unusual'"):
        clean(table, [{"isolation": "x"}])
    with pytest.raises(ComponentError, match="expected at least 20 training rows, found 3"):
        clean(make_table("u", {"x": [1.0, 2.0, 3.0]}), [{"isolation": "x"}])
    with pytest.raises(ValidationError, match="a share above 0 and below"):
        Isolation(columns=("x",), share=0.5)
    with pytest.raises(ValidationError, match="1 to 10,000 trees"):
        Isolation(columns=("x",), trees=0)
    with pytest.raises(ValidationError, match="at least one column of numbers"):
        Isolation(columns=())
    assert parse(Step, {"isolation": ["x"]}) == Isolation(columns=("x",))
