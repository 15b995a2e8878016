"""Queries that give each row one value, told as joins: held against DuckDB and against plain Python."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
import sqlglot

from thalweg.core.errors import ComponentError, DataError
from thalweg.engines import sql
from thalweg.engines.engine import Session

NAN = float("nan")
PRICES = {"key": ["a", "a", None, "é", "é"], "at": [1, 3, 1, 2, None], "price": [1.5, NAN, 9.0, None, 2.0]}
SALES = {"id": [0, 1, 2, 3, 4], "key": ["a", "é", None, "x", "a"], "day": [3, 2, 1, 1, 7]}


@pytest.fixture(scope="module")
def both(on_spark: Session, embedded: Session) -> list[Session]:
    sessions = [on_spark, embedded]
    for each in sessions:
        prices, sales = (
            each.offer(f"{name} as given", pa.table(t)) for name, t in (("prices", PRICES), ("sales", SALES))
        )
        each.keep("prices", sql.select(prices, list(PRICES)))
        each.keep("sales", sql.select(sales, list(SALES)))
    return sessions


def rows(session: Session, text: str) -> list[tuple[Any, ...]]:
    return session.rows(sqlglot.parse_one(text, dialect=sql.DIALECT))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id, (SELECT max(price) FROM prices p WHERE p.key = s.key) AS m FROM sales s ORDER BY id",
        "SELECT id, (SELECT sum(at) FROM prices WHERE at + 0 = day AND price > 1) + 1 AS n FROM sales ORDER BY id",
        "SELECT id FROM sales s WHERE coalesce((SELECT min(at) FROM prices p WHERE s.key = p.key), 1) > 1 ORDER BY id",
        "SELECT id, (SELECT price FROM prices p WHERE p.key = s.key AND p.at = s.day) AS v FROM sales s ORDER BY id",
        "SELECT l.id, (SELECT max(p.at) FROM prices p WHERE p.key = r.key) AS n FROM sales l "
        "JOIN sales r ON l.day = r.day WHERE (SELECT max(at) FROM prices p WHERE p.key = l.key) IS NULL ORDER BY l.id",
        "SELECT day % 2 AS odd, sum((SELECT max(at) FROM prices p WHERE p.key = s.key)) AS n FROM sales s "
        "GROUP BY day % 2 ORDER BY odd",
    ],
)
def test_each_row_is_given_its_value(both: list[Session], text: str) -> None:
    on_spark, embedded = (rows(each, text) for each in both)
    assert [repr(row) for row in on_spark] == [repr(row) for row in embedded]


def test_a_value_not_found_is_missing(both: list[Session]) -> None:
    text = "SELECT id, (SELECT max(at) FROM prices p WHERE p.key = s.key) AS latest FROM sales s ORDER BY id"
    latest = {"a": 3, "é": 2}
    expected = [(id, latest.get(key)) for id, key in zip(SALES["id"], SALES["key"], strict=True)]
    assert rows(both[0], text) == expected


def test_several_values_of_a_row_are_an_error(both: list[Session]) -> None:
    for each in both:
        with pytest.raises(DataError, match="More than one row returned by a subquery used as an expression"):
            rows(each, "SELECT (SELECT price FROM prices p WHERE p.key = s.key) AS v FROM sales s")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT (SELECT max(at) FROM prices) AS m FROM sales", "says by WHERE which of its rows"),
        (
            "SELECT (SELECT max(at) FROM prices p WHERE p.at < s.day) AS m FROM sales s",
            "compares its rows with a row by equality",
        ),
        (
            "SELECT (SELECT count(*) FROM prices p WHERE p.key = s.key) AS n FROM sales s",
            "gives a column, or the MAX, MIN, SUM or AVG of one",
        ),
        (
            "SELECT (SELECT at FROM prices p WHERE p.key = s.key LIMIT 1) AS n FROM sales s",
            "one SELECT … FROM … WHERE of one value",
        ),
        ("SELECT id FROM sales s WHERE EXISTS (FROM prices p WHERE p.key = s.key)", "looks at other rows"),
    ],
)
def test_other_queries_in_expressions_are_refused(both: list[Session], text: str, why: str) -> None:
    with pytest.raises(ComponentError, match=why):
        rows(both[0], text)
