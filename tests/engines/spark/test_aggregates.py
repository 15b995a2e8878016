"""Aggregates and windows that Spark writes in another way, over ties, NULL, NaN and two zeros."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
import sqlglot

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.engine import Session

KEYS = [1, None, 3, 1, 3, None, 2, 2]
VALUES = ["a", "b", None, "c", "d", "e", None, "f"]
FLOATS = [0.0, -0.0, math.nan, 1.5, math.nan, None, 2.5, 1.5]


def parsed(text: str) -> Any:
    return sqlglot.parse_one(text, dialect=sql.DIALECT)


@pytest.fixture(params=["session", "on_spark"])
def rows(request: pytest.FixtureRequest) -> Session:
    given: Session = request.getfixturevalue(request.param)
    columns = {
        "i": list(range(8)),
        "k": pa.array(KEYS, pa.int32()),
        "v": VALUES,
        "x": FLOATS,
        "g": [0] * 4 + [1] * 4,
    }
    given.offer("rows", pa.table(columns))
    return given


def test_first_of_an_order(rows: Session) -> None:
    query = """SELECT first(v ORDER BY k, i), first(v ORDER BY k DESC, i DESC),
        first(v ORDER BY k NULLS FIRST, i), first(v ORDER BY k DESC NULLS FIRST, i DESC),
        first(v ORDER BY i) FILTER (v > 'b'), first(i ORDER BY x DESC, i DESC), arg_max(v, i), arg_min(v, i),
        list(v ORDER BY k, i), list(k ORDER BY v DESC NULLS FIRST, i DESC)
        FROM rows"""
    # no value of the row with the greatest key; NULL comes last unless the query says otherwise
    assert rows.rows(parsed(query)) == [
        (
            *("a", "d", "b", "e", "c", 4, "f", "a"),
            ["a", "c", None, "f", None, "d", "b", "e"],
            [2, 3, 2, None, 3, 1, None, 1],
        )
    ]


def test_a_list_of_no_rows_is_missing(rows: Session) -> None:
    query = "SELECT list(v ORDER BY i) FROM rows WHERE i > 99"
    assert rows.rows(parsed(query)) == [(None,)]


def test_frames_by_range(rows: Session) -> None:
    """Sums, different values and middles of the rows whose number is one to three less."""
    frame = "(PARTITION BY g ORDER BY i RANGE BETWEEN 3 PRECEDING AND 1 PRECEDING)"
    query = f"""SELECT sum(i) OVER {frame}, count(DISTINCT v) OVER {frame}, median(i) OVER {frame},
        count(DISTINCT x) OVER (ORDER BY i), arg_max(v, i) OVER (PARTITION BY g ORDER BY i)
        FROM rows ORDER BY i"""
    wanted = []
    for i in range(8):
        own = [j for j in range(8) if j // 4 == i // 4]
        before = [j for j in own if i - 3 <= j <= i - 1]
        middle = (before[(len(before) - 1) // 2] + before[len(before) // 2]) / 2 if before else None
        seen = {str(abs(x)) for x in FLOATS[: i + 1] if x is not None}
        last = [VALUES[j] for j in own if j <= i and VALUES[j] is not None]
        texts = {VALUES[j] for j in before} - {None}
        wanted.append(
            (sum(before) if before else None, len(texts), middle, len(seen), last[-1] if last else None)
        )
    assert rows.rows(parsed(query)) == wanted


def test_deviations_over_windows(rows: Session) -> None:
    """The median absolute deviation of the numbers of the rows before; of no number there is none."""
    query = """SELECT mad(k) OVER (ORDER BY i ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING),
        mad(CASE WHEN isfinite(x) THEN x * 0.1 END) OVER (PARTITION BY g ORDER BY i) FROM rows ORDER BY i"""
    finite = [None if x is None or math.isnan(x) else x * 0.1 for x in FLOATS]
    wanted = [(deviation(KEYS[max(0, i - 4) : i]), deviation(finite[i // 4 * 4 : i + 1])) for i in range(8)]
    assert rows.rows(parsed(query)) == wanted


def deviation(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median([abs(value - median(known)) for value in known]) if known else None


def median(values: list[float]) -> float:
    """As DuckDB has it: halfway from the lower to the upper of two."""
    ordered = sorted(values)
    low, high = ordered[(len(values) - 1) // 2], ordered[len(values) // 2]
    return low + (high - low) * 0.5


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("first(v ORDER BY k, i DESC)", "an order all up or all down"),
        (
            "sum(i) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)",
            "one whole number as their order",
        ),
        ("count(DISTINCT [i]) OVER (ORDER BY i)", "different values of one plain column"),
        ("mad(i::DECIMAL(9, 2)) OVER (ORDER BY i)", "deviations are given of whole numbers and floats"),
    ],
)
def test_what_is_refused(on_spark: Session, text: str, why: str) -> None:
    on_spark.offer("rows", pa.table({"i": [1], "k": [1], "v": ["x"], "x": [0.5]}))
    with pytest.raises(ComponentError, match=why):
        on_spark.sql(parsed(f"SELECT {text} AS found FROM rows"))
