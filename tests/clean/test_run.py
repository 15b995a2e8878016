import dataclasses
import json

import pytest
import sqlglot
from sqlglot import exp

from thalweg.clean import passes
from thalweg.clean.run import clean
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError, DataError
from thalweg.engines import sql
from thalweg.engines.table import ROW

STEPS = [
    {"missing": {"as": ["?"], "id": "drop"}},
    {"types": {"n": "number"}},
    {"duplicates": {"keys": "id"}},
    {"outliers": {"n": {"between": [0, 100], "action": "null"}}},
    {"missing": {"n": {"carry": {"order": "id"}}}},
    {"expect": {"n": {"between": [0, 50]}}},
    {"text": {"s": "trim"}},
]
COLUMNS = {
    "id": [1, 1, 2, 3, 4, None, 6],
    "n": ["5", "6", "x", "?", "999", "1", "70"],
    "s": [" a", "b", "c", "d ", "e", "f", "g"],
}


def test_every_step_sees_what_those_before_it_kept(make_table, left, aside, raw_aside):
    cleaned = clean(make_table("t", COLUMNS), STEPS)
    told = [
        (e.step, e.rows_in, e.kept, e.merged, e.dropped, e.quarantined, e.changed) for e in cleaned.entries
    ]
    assert told == [
        ("missing", 7, 6, 0, 1, 0, {"n": 1}),
        ("types", 6, 5, 0, 0, 1, {}),
        ("duplicates", 5, 4, 1, 0, 0, {}),
        ("outliers", 4, 4, 0, 0, 0, {"n": 1}),
        ("missing 2", 4, 4, 0, 0, 0, {"n": 2}),
        ("expect", 4, 3, 0, 0, 1, {}),
        ("text", 3, 3, 0, 0, 0, {"s": 2}),
    ]
    assert left(cleaned.table) == {
        "id": [1, 3, 4],
        "n": [5.0, 5.0, 5.0],
        "s": ["a", "d", "e"],
        ROW: [0, 3, 4],
    }
    assert aside(cleaned) == [
        (2, "types", "n is not of type number"),
        (6, "expect", "n not between 0 and 50"),
    ]
    assert [(row["n"], row["s"]) for row in raw_aside(cleaned)] == [("x", "c"), ("70", "g")]
    assert cleaned.table.columns == {"id": "BIGINT", "n": "DOUBLE", "s": "VARCHAR"}
    assert cleaned.table.lineage == {"id": {"t.id"}, "n": {"t.n", "t.id"}, "s": {"t.s"}}


def test_a_dear_pass_gives_the_same_rows(make_table, session, left, aside, monkeypatch):
    lazy = clean(make_table("t", COLUMNS), STEPS)
    before = len(session.kept)
    monkeypatch.setattr(passes, "DEAR", 0)
    dear = clean(make_table("t", COLUMNS), STEPS)
    assert len(session.kept) - before > before
    assert left(dear.table) == left(lazy.table)
    assert aside(dear) == aside(lazy)
    assert dear.entries == lazy.entries


def test_consecutive_steps_are_one_pass(make_table, session, monkeypatch):
    asked = []
    rows = session.rows
    monkeypatch.setattr(session, "rows", lambda query: asked.append(query) or rows(query))
    steps = [
        {"missing": {"as": ["?"]}},
        {"types": {"n": {"to": "number", "else": None}}},
        {"text": "trim"},
        {"missing": {"n": "drop"}},
    ]
    cleaned = clean(make_table("t", COLUMNS), steps)
    shown = [what for entry in cleaned.entries for what in entry.notes if what in ("examples", "rows left")]
    assert len(asked) == 1 + len(shown)
    assert [entry.kept for entry in cleaned.entries] == [7, 7, 7, 5]
    assert session.kept == []


class Ranked(Step):
    """A step of somebody else's: a new column, another type, and a verdict, all of which look at other rows."""

    kind = "ranked"

    def apply(self, table):
        def over(value):
            return exp.Window(this=value, order=exp.Order(expressions=[exp.Ordered(this=sql.column("a"))]))

        place = over(exp.RowNumber())
        first = exp.EQ(this=place.copy(), expression=sql.literal(1))
        return Outcome(
            {"rank": place, "a": sql.cast(over(exp.Max(this=sql.column("a"))), "VARCHAR")},
            (Verdict("quarantined", "the least", first),),
        )


def test_a_step_may_add_a_column_made_of_other_rows(make_table, left, aside):
    cleaned = clean(
        make_table("t", {"a": [5, 3, 9]}), ["duplicates", Ranked(), {"expect": {"rank": {"in": [2, 3]}}}]
    )
    assert left(cleaned.table) == {"a": ["5", "9"], "rank": [2, 3], ROW: [0, 2]}
    assert aside(cleaned) == [(1, "ranked", "the least")]
    assert cleaned.table.lineage["rank"] == {"t.a"}
    assert [(entry.rows_in, entry.kept) for entry in cleaned.entries] == [(3, 3), (3, 2), (2, 2)]


def test_the_stored_text_of_the_query_gives_the_same_rows(make_table, left):
    cleaned = clean(make_table("t", COLUMNS), STEPS)
    text = cleaned.table.query.sql(dialect="duckdb")
    again = dataclasses.replace(cleaned.table, query=sqlglot.parse_one(text, dialect="duckdb"))
    assert left(again) == left(cleaned.table)


def test_columns_named_as_those_of_the_quarantine_keep_their_values(make_table, raw_aside):
    table = make_table("t", {"step": ["up", "down"], "rule": [1, 2]})
    (row,) = raw_aside(clean(table, [{"expect": {"rule": {"in": [1]}}}]))
    assert row == {"raw_step": "down", "raw_rule": 2, ROW: 1, "step": "expect", "rule": "rule not in 1"}


def test_a_table_without_steps_is_itself(make_table, left):
    table = make_table("t", {"a": [1, 2]})
    cleaned = clean(table, [])
    assert (cleaned.table, cleaned.entries, cleaned.quarantined) == (table, [], None)


def test_the_split_stays_with_its_rows(make_table, session):
    table = make_table("t", {"a": [1, 2, 3], "__split": [0, 1, 2]})
    cleaned = clean(table, [{"expect": {"a": {"between": [2, 3]}}}])
    assert cleaned.table.split
    assert session.rows(cleaned.table.query)[0][-1] == 1
    assert cleaned.table.training().count() == 0


def test_no_row_left_is_an_error_that_says_which_rule_took_how_many(make_table):
    table = make_table("t", {"a": [1, 2, None]})
    with pytest.raises(DataError) as raised:
        clean(table, [{"missing": {"a": "drop"}}, {"expect": {"a": {"between": [10, 20]}}}])
    assert str(raised.value) == (
        "cleaning left none of the 3 rows of table 't': missing: 1 dropped (a is missing); "
        "expect: 2 quarantined (a not between 10 and 20)\n  loosen or remove the rule that took most of them"
    )


def test_an_empty_table_stays_empty(make_table):
    import pyarrow as pa

    table = make_table("t", {"a": pa.array([], pa.int64())})
    cleaned = clean(table, ["auto", "duplicates", {"expect": {"a": "unique"}}])
    assert cleaned.table.count() == 0
    assert all(entry.rows_in == 0 for entry in cleaned.entries)


def test_an_unknown_step_is_refused_with_its_place(make_table):
    with pytest.raises(
        ComponentError, match="unknown kind of step 'outlier'; did you mean 'outliers'"
    ) as raised:
        clean(make_table("t", {"a": [1]}), ["duplicates", {"outlier": {}}])
    assert raised.value.path == (1,)


@pytest.mark.parametrize("name", kinds(Step))
def test_every_step_survives_being_written_out(name):
    step = kinds(Step)[name].example()
    assert parse(Step, step.written()) == step
    assert kinds(Step)[name].model_json_schema()["type"] == "object"
    fields = {key: value for key, value in step.written().items() if key != "kind"}
    assert not {"otherwise", "spellings", "among"} & set(json.dumps(fields).replace('"', " ").split())
