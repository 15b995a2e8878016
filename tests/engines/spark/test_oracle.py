"""The core of cleaning and integration against plain Python, on both engines: both being wrong alike would be found."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pytest

from thalweg.clean.run import clean
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.hashing import digest, digest_of
from thalweg.engines.table import ROW, Table
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate

Make = Callable[..., Table]
Row = dict[str, Any]

ROWS: list[Row] = [
    {"id": 1, "text": " 12 ", "value": 1.5, "group": "a", "at": datetime(2024, 1, 2, tzinfo=UTC)},
    {"id": 2, "text": "1e2", "value": math.nan, "group": None, "at": datetime(2024, 1, 1, tzinfo=UTC)},
    {"id": 1, "text": "twelve", "value": None, "group": "é", "at": None},
    {"id": None, "text": None, "value": 2.5, "group": "深", "at": datetime(2024, 3, 31, 1, 30, tzinfo=UTC)},
    {
        "id": None,
        "text": "-0.5",
        "value": 2.5,
        "group": "a",
        "at": datetime(1969, 12, 31, 23, 59, tzinfo=UTC),
    },
    {"id": 2, "text": "inf", "value": -1.0, "group": "a", "at": datetime(2024, 10, 27, 1, 30, tzinfo=UTC)},
    {"id": 3, "text": "", "value": 0.0, "group": "A", "at": datetime(2024, 1, 2, tzinfo=UTC)},
]
NAMES = {"a": "alpha", "深": "deep", "é": None}


@pytest.fixture(params=["embedded", "on_spark"])
def session(request: pytest.FixtureRequest) -> Session:
    return request.getfixturevalue(request.param)


@pytest.fixture
def table(session: Session, table_of: Make) -> Table:
    types = {
        "id": pa.int64(),
        "text": pa.string(),
        "value": pa.float64(),
        "group": pa.string(),
        "at": pa.timestamp("us", "UTC"),
    }
    return table_of(
        session, "t", {name: pa.array([row[name] for row in ROWS], kind) for name, kind in types.items()}
    )


def read(table: Table) -> list[Row]:
    query = sql.select(table.query, [*table.columns, ROW]).order_by(sql.column(ROW))
    return [row for batch in table.session.batches(query) for row in batch.to_pylist()]


def number(text: str | None) -> float | None:
    try:
        found = float(Decimal((text or "").strip()))
    except InvalidOperation:
        return None
    return found if math.isfinite(found) else None


def test_types(table: Table) -> None:
    cleaned = clean(table, [{"types": {"text": "number"}}])
    kept = [row for row, each in enumerate(ROWS) if each["text"] is None or number(each["text"]) is not None]
    assert [(row["text"], row[ROW]) for row in read(cleaned.table)] == [
        (number(ROWS[row]["text"]), row) for row in kept
    ]
    (entry,) = cleaned.entries
    assert (entry.rows_in, entry.kept, entry.quarantined) == (len(ROWS), len(kept), len(ROWS) - len(kept))


def test_missing(table: Table) -> None:
    steps = [
        {
            "missing": {
                "as": ["twelve"],
                "value": {"carry": {"order": "at"}},
                "group": {"constant": "?"},
                "id": "drop",
            }
        }
    ]
    cleaned = clean(table, steps)
    in_order = sorted(range(len(ROWS)), key=lambda row: (ROWS[row]["at"] is None, ROWS[row]["at"] or 0, row))
    carried: dict[int, float | None] = {}
    last: float | None = None
    for row in in_order:
        value = ROWS[row]["value"]
        last = last if value is None or math.isnan(value) else value
        carried[row] = last
    wanted = [
        (carried[row], each["group"] or "?", None if each["text"] == "twelve" else each["text"])
        for row, each in enumerate(ROWS)
        if each["id"] is not None
    ]
    assert [(row["value"], row["group"], row["text"]) for row in read(cleaned.table)] == wanted
    assert cleaned.entries[0].dropped == 2


@pytest.mark.parametrize("keep", ["first", "last"])
def test_duplicates(table: Table, keep: str) -> None:
    cleaned = clean(table, [{"duplicates": {"keys": "id", "keep": keep}}])
    rows = list(range(len(ROWS)))
    seen: set[Any] = set()
    kept = []
    for row in rows if keep == "first" else reversed(rows):
        key = ROWS[row]["id"]
        if key is None or key not in seen:
            kept.append(row)
        seen.add(key)
    assert [row[ROW] for row in read(cleaned.table)] == sorted(kept)
    assert cleaned.entries[0].merged == len(ROWS) - len(kept)


def test_join(table: Table, session: Session, table_of: Make) -> None:
    other = table_of(
        session, "names", {"group": [*NAMES, None, "z"], "name": [*NAMES.values(), "nothing", "z"]}
    )
    done = integrate(
        [parse(Operation, each) for each in ({"from": "t"}, {"join": {"table": "names", "on": "group"}})],
        {"t": table, "names": other},
    )
    assert [(row["id"], row["name"]) for row in read(done.table)] == [
        (row["id"], NAMES.get(row["group"])) for row in ROWS
    ]
    notes = done.entries[1].notes
    matched = sum(row["group"] in NAMES for row in ROWS)
    assert (notes["matched"], notes["missing_key"], notes["unmatched"]) == (
        matched,
        1,
        len(ROWS) - matched - 1,
    )
    assert (notes["other_unused"], notes["other_missing_key"]) == (1, 1)


def test_union(table: Table, session: Session, table_of: Make) -> None:
    more = table_of(session, "more", {"id": pa.array([0.5, None], pa.float64()), "group": ["x", None]})
    chain = [{"from": "t"}, {"union": {"table": "more", "fill": None}}]
    done = integrate([parse(Operation, each) for each in chain], {"t": table, "more": more})
    found = read(done.table)
    wanted = [(row["id"], row["group"], row["text"], place) for place, row in enumerate(ROWS)]
    wanted += [(0.5, "x", None, len(ROWS)), (None, None, None, len(ROWS) + 1)]
    assert [(row["id"], row["group"], row["text"], row[ROW]) for row in found] == wanted
    assert done.table.columns["id"] == "DOUBLE"


def test_derive_and_filter(table: Table) -> None:
    chain = [
        {"from": "t"},
        {
            "derive": {
                "double": "id * 2",
                "half": "id / 2",
                "upper": 'upper("group")',
                "hour": "hour(at)",
                "high": "value > 1",
            }
        },
        {"filter": "value >= 0"},
    ]
    done = integrate([parse(Operation, each) for each in chain], {"t": table})

    def derived(row: Row) -> tuple[Any, ...]:
        known = row["id"] is not None
        value = row["value"]
        return (
            2 * row["id"] if known else None,
            row["id"] / 2 if known else None,
            row["group"].upper() if row["group"] else None,
            row["at"].hour if row["at"] else None,
            value > 1 or math.isnan(value),  # to SQL, NaN is above every number
        )

    kept = [
        row for row in ROWS if row["value"] is not None and (math.isnan(row["value"]) or row["value"] >= 0)
    ]
    names = ("double", "half", "upper", "hour", "high")
    assert [tuple(row[name] for name in names) for row in read(done.table)] == [derived(row) for row in kept]
    assert {reason.rule: reason.rows for reason in done.entries[2].reasons} == {
        "not value >= 0": 1,
        "missing value in value >= 0": 1,
    }


def test_a_digest_is_the_same_everywhere(table: Table) -> None:
    told = digest({"id": "BIGINT", "group": "VARCHAR"}, seed=5)
    found = [
        row[0]
        for row in table.session.rows(
            sql.select(table.query, {"digest": told, ROW: sql.column(ROW)}).order_by(sql.column(ROW))
        )
    ]
    whole = [
        None if None in (row["id"], row["group"]) else digest_of([str(row["id"]), row["group"]], 5)
        for row in ROWS
    ]
    assert found == whole
