"""SQL as a tree: names quoted, values literal, users' expressions bound."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session

COLUMNS = {"Dep Time": "BIGINT", "carrier": "VARCHAR", "tags": "VARCHAR[]"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with DuckDB(memory="256MB", threads=1).open(tmp_path_factory.mktemp("scratch")) as session:
        yield session


def answer(session: Session, value: exp.Expr) -> Any:
    return session.rows(exp.select(value))[0][0]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))  # DuckDB's statements end at a NUL


@given(TEXT | st.integers(-(2**62), 2**62) | st.booleans() | st.none() | st.dates() | st.datetimes())
def test_a_value_comes_back_as_it_was(engine: Session, value: Any) -> None:
    assert answer(engine, sql.literal(value)) == value


def test_values_of_note(engine: Session) -> None:
    assert answer(engine, sql.literal("'; DROP TABLE t; --\\")) == "'; DROP TABLE t; --\\"
    assert answer(engine, sql.literal(1.5)) == 1.5
    assert answer(engine, sql.literal(date(2020, 1, 31))) == date(2020, 1, 31)
    moment = datetime(2020, 1, 31, 10, tzinfo=UTC)
    assert engine.columns(exp.select(exp.alias_(sql.literal(moment), "t"))) == {
        "t": "TIMESTAMP WITH TIME ZONE"
    }


@pytest.mark.parametrize("name", ['a"b', "select", "a b", "é", "A.b", "it's"])
def test_any_name_can_be_a_column(engine: Session, name: str) -> None:
    inner = exp.select(exp.alias_(sql.literal(1), exp.to_identifier(name, quoted=True)))
    assert engine.rows(sql.select(inner, [name])) == [(1,)]
    assert list(engine.columns(sql.select(inner, [name]))) == [name]


def test_casts(engine: Session) -> None:
    assert answer(engine, sql.cast(sql.literal("12"), "BIGINT")) == 12
    assert answer(engine, sql.cast(sql.literal("x"), "BIGINT", strict=False)) is None


def test_conditions(engine: Session) -> None:
    true, false, null = sql.literal(True), sql.literal(False), exp.null()
    assert answer(engine, sql.all_of([])) is True
    assert answer(engine, sql.any_of([])) is False
    assert answer(engine, sql.all_of([true, false])) is False
    assert answer(engine, sql.any_of([true, false])) is True
    assert answer(engine, sql.is_null(null)) is True
    assert answer(engine, sql.not_null(null)) is False
    assert answer(engine, sql.differs(null, sql.literal(1))) is True
    assert answer(engine, sql.differs(null, null)) is False


def test_operations_keep_their_bounds(engine: Session) -> None:
    either = exp.or_(sql.literal(True), exp.null())
    assert answer(engine, sql.is_null(either)) is False
    assert (
        answer(engine, sql.differs(exp.GT(this=sql.literal(2), expression=sql.literal(1)), sql.literal(True)))
        is False
    )


def test_counts_are_numbers_even_of_nothing(engine: Session) -> None:
    rows = exp.select(exp.alias_(exp.column("x"), "x")).from_("(VALUES (1), (NULL), (3)) AS t(x)")
    big = exp.GT(this=sql.column("x"), expression=sql.literal(2))
    counts = {"big": sql.true_count(big), "all": sql.row_count()}
    assert engine.rows(sql.select(rows, counts)) == [(1, 3)]
    assert engine.rows(sql.select(rows.where("x > 9"), counts)) == [(0, 0)]


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("carrier = 'UA'", ["carrier"]),
        ("CARRIER", ["carrier"]),
        ('"Dep Time" // 100 + "dep time" % 100', ["Dep Time"]),
        ("upper(carrier) IN ('A', 'B') AND carrier IS NOT NULL", ["carrier"]),
        ("CASE WHEN len(tags) > 1 THEN carrier END", ["carrier", "tags"]),
        ("count(*)", []),
        ("1 + 1", []),
    ],
)
def test_users_expressions_are_bound_whatever_their_case(text: str, used: list[str]) -> None:
    assert sql.columns_of(sql.parse_expression(text, COLUMNS)) == used


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "carier = 'UA'",
            "the rule \"carier = 'UA'\" names no known column: 'carier'; did you mean 'carrier'?",
        ),
        ("carrier = ", "the rule 'carrier = ' is not valid SQL: "),
        ("carrier; carrier", "expected one SQL rule, received 'carrier; carrier'"),
        ("", "expected one SQL rule, received ''"),
        ("t.carrier", "names no known column: 't.carrier'"),
        ("(SELECT 1)", "may use columns and functions only, not tables or statements"),
        ("carrier IN (SELECT x FROM y)", "may use columns and functions only"),
        ("DROP TABLE x", "may use columns and functions only"),
        ("SET threads = 1", "the rule 'SET threads = 1' "),
        ("carrier AS c", "expected one SQL rule, received 'carrier AS c'"),
        ("carrier c", "expected one SQL rule, received 'carrier c'"),
    ],
)
def test_users_expressions_that_are_wrong(text: str, message: str) -> None:
    with pytest.raises(ComponentError) as raised:
        sql.parse_expression(text, COLUMNS, "rule")
    assert message in str(raised.value)


def test_relations_may_be_tables_or_queries(session: Session, tmp_path: Path) -> None:
    inner = exp.select(exp.alias_(sql.literal(1), "a"))
    session.define("the view", inner)
    for source in (inner, sql.table("the view")):
        assert session.rows(sql.select(source, {"b": sql.column("a"), "a": sql.column("a", "t")})) == [(1, 1)]
