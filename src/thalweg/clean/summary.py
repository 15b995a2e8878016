"""What the columns of a table hold, in a few passes and bounded memory.

One aggregate counts and measures every column exactly. One pass takes a sample of rows. A column whose sample shows
few distinct values is then counted exactly, value by value; of the others, what needs all values comes from the sample.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from thalweg.clean.distribution import Distribution
from thalweg.clean.sample import SAMPLE_ROWS, sampled
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import Family, family, is_moment, is_number

COUNTED = 50_000  # distinct values of a column, above which they are not counted one by one
FEW = 0.1  # of a sample's values: the share of distinct ones up to which a column is worth counting
LONGEST = 200  # characters of a text that a sample holds
VALUE, ROWS = "__value", "__rows"


@dataclass(frozen=True)
class ColumnSummary:
    """What is known of one column.

    `rows`, `missing` (NULL or NaN), `infinite`, `low`, `high` and `lengths` are of all rows. `low` and `high` are
    finite numbers, or moments as microseconds since 1970; None of other types. `lengths` are the least, the mean
    and the greatest number of characters. `distinct` is exact where `distinct_exact`, else within some percent.
    `distribution` says itself whether it is of all rows; None where no value is present or the type has no values
    that could be listed.
    """

    name: str
    type: str
    rows: int
    missing: int
    infinite: int
    distinct: int
    distinct_exact: bool
    low: Any
    high: Any
    lengths: tuple[int, float, int] | None
    distribution: Distribution | None

    @property
    def family(self) -> Family:
        return family(self.type)

    @property
    def present(self) -> int:
        return self.rows - self.missing


@dataclass(frozen=True)
class Summary:
    """The columns of a table, and the sample of its rows: text cut, decimals as float64, moments as microseconds."""

    rows: int
    columns: Mapping[str, ColumnSummary]
    sample: pa.Table

    @property
    def sampled(self) -> bool:
        """Whether the sample is less than the table."""
        return self.sample.num_rows < self.rows


def summarize(table: Table, columns: Iterable[str] | None = None, sample_rows: int = SAMPLE_ROWS) -> Summary:
    """The summary of a table's columns, or of some of them."""
    names = list(table.columns if columns is None else columns)
    measured = table.aggregate(rows=sql.row_count(), **_measures(table, names))
    sample = _sample(table, names, measured["rows"], sample_rows)
    whole = measured["rows"] <= sample_rows
    counted = {
        name: found for name in names if (found := _counted(table, name, sample, measured, whole)) is not None
    }
    rough = _rough_distinct(table, [name for name in names if name not in counted or not counted[name].whole])
    described = {
        name: _column(table, name, measured, counted.get(name), rough.get(f"distinct:{name}"))
        for name in names
    }
    return Summary(measured["rows"], described, sample)


def _measures(table: Table, names: Iterable[str]) -> dict[str, exp.Expr]:
    """The aggregates of each column, as `what:column`."""
    found: dict[str, exp.Expr] = {}
    for name in names:
        value, sql_type = sql.column(name), table.columns[name]
        found[f"present:{name}"] = exp.Count(this=_not_nan(value, sql_type))
        if is_number(sql_type):
            finite = _finite(value, sql_type)
            found |= {f"finite:{name}": exp.Count(this=finite), **_ends(name, finite)}
        elif is_moment(sql_type):
            found |= _ends(name, value, lambda end: sql.call("epoch_us", sql.cast(end, "TIMESTAMP")))
        elif family(sql_type) == "text":
            length = sql.call("length", sql.cast(value, "VARCHAR"))
            found |= {**_ends(name, length), f"total:{name}": exp.Sum(this=sql.cast(length.copy(), "BIGINT"))}
    return found


def _ends(
    name: str, value: exp.Expr, read: Callable[[exp.Expr], exp.Expr] | None = None
) -> dict[str, exp.Expr]:
    low, high = exp.Min(this=value.copy()), exp.Max(this=value.copy())
    return {f"low:{name}": read(low) if read else low, f"high:{name}": read(high) if read else high}


def _is_float(sql_type: str) -> bool:
    return sql_type.upper() in ("FLOAT", "DOUBLE")


def _not_nan(value: exp.Expr, sql_type: str) -> exp.Expr:
    return exp.Case().when(sql.negated(sql.call("isnan", value)), value) if _is_float(sql_type) else value


def _finite(value: exp.Expr, sql_type: str) -> exp.Expr:
    return exp.Case().when(sql.call("isfinite", value), value) if _is_float(sql_type) else value


def _listed(value: exp.Expr, sql_type: str) -> exp.Expr | None:
    """A value as it is sampled and counted; None of types whose values are not listed."""
    kind = family(sql_type)
    if is_number(sql_type):
        return sql.cast(_finite(value, sql_type), "DOUBLE")
    if is_moment(sql_type):
        return sql.call("epoch_us", sql.cast(value, "TIMESTAMP"))
    if kind == "text":
        return sql.call("left", sql.cast(value, "VARCHAR"), LONGEST)
    return sql.cast(value, "VARCHAR") if kind in ("boolean", "time") else None


def _sample(table: Table, names: Iterable[str], rows: int, wanted: int) -> pa.Table:
    listed = {
        name: found for name in names if (found := _listed(sql.column(name), table.columns[name])) is not None
    }
    chosen = sampled(table, rows, wanted)
    return table.session.table(sql.select(chosen.query, listed)) if listed else pa.table({})


def _counted(
    table: Table, name: str, sample: pa.Table, measured: Mapping[str, Any], whole: bool
) -> Distribution | None:
    """The distribution of a column: of all rows where that is cheap, else of the sample."""
    if name not in sample.column_names:
        return None
    present = sample[name].drop_null()
    is_cut = family(table.columns[name]) == "text" and (measured[f"high:{name}"] or 0) > LONGEST
    if not whole and not is_cut and pc.count_distinct(present).as_py() <= FEW * max(len(present), 1):
        every = _every_value(table, name)
        if every is not None:
            return every
    return Distribution.of(present, whole and not is_cut) if len(present) else None


def _every_value(table: Table, name: str) -> Distribution | None:
    """The distribution over all rows; None where no value is present, or too many to list."""
    value = sql.column(name)
    grouped = sql.select(table.query, {name: value, ROWS: sql.row_count()}).group_by(value.copy())
    listed = {VALUE: _listed(value, table.columns[name]) or exp.null(), ROWS: sql.column(ROWS)}
    values = sql.select(grouped.limit(COUNTED + 2), listed)  # two more: NULL and NaN are left out below
    found = table.session.table(sql.select(values, [VALUE, ROWS]).where(sql.not_null(sql.column(VALUE))))
    if not 0 < found.num_rows <= COUNTED:
        return None
    return Distribution.counted(found[VALUE], found[ROWS], whole=True)


def _rough_distinct(table: Table, names: Iterable[str]) -> dict[str, int]:
    """Distinct values within some percent (HyperLogLog: the same for the same rows in any order)."""
    wanted = {
        f"distinct:{name}": sql.call("approx_count_distinct", sql.column(name))
        for name in names
        if family(table.columns[name]) not in ("nested", "other", "bytes")
    }
    return table.aggregate(**wanted) if wanted else {}


def _column(
    table: Table, name: str, measured: Mapping[str, Any], found: Distribution | None, rough: int | None
) -> ColumnSummary:
    sql_type = table.columns[name]
    rows, present = measured["rows"], measured[f"present:{name}"]
    exact = (found is not None and found.whole) or present == 0
    infinite = present - measured.get(f"finite:{name}", present)
    distinct = len(found.values) if found is not None and found.whole else min(rough or 0, present)
    low, high = measured.get(f"low:{name}"), measured.get(f"high:{name}")
    is_text = family(sql_type) == "text"
    return ColumnSummary(
        name=name,
        type=sql_type,
        rows=rows,
        missing=rows - present,
        infinite=infinite,
        distinct=distinct,
        distinct_exact=exact,
        low=None if is_text else _plain(low),
        high=None if is_text else _plain(high),
        lengths=(int(low or 0), measured[f"total:{name}"] / present, int(high or 0))
        if is_text and present
        else None,
        distribution=found,
    )


def _plain(value: Any) -> Any:
    """A number of SQL as JSON can write it."""
    return value if value is None or isinstance(value, (int, float, str)) else float(value)
