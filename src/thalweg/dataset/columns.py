"""What encoders and targets may know when they are fitted: columns of the training rows, and of no others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.types as arrow
from sqlglot import exp

from thalweg.dataset import sampling
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.engines.types import family
from thalweg.features.feature import TrainingColumn

SAMPLE = 500_000  # rows that distributions are learnt from, at most
CELLS = 40_000_000  # values in memory at once, at most: a very wide table has fewer rows in its sample
FEW = 10_000  # distinct values in the sample, up to which they are counted exactly over all rows
SAMPLED = ("boolean", "integer", "number", "text", "date", "timestamp")  # families that an encoder can read


def training_column(table: Table, name: str) -> TrainingColumn:
    """One column. Raises ComponentError where the table does not have it."""
    return training_columns(table, [name])[name]


def training_columns(table: Table, names: Iterable[str] | None = None) -> dict[str, TrainingColumn]:
    """Columns by name, all of the table where no names are given, in three passes over the training rows.

    Above 80 columns the sample has fewer than 500,000 rows, so that it fits in memory. `distinct` is exact for
    rows that are all in the sample, and beyond that up to about 10,000 values; above, it is an estimate
    (HyperLogLog) that is the same on every run. Columns of bytes, times of day, lists and structures have an
    empty sample and no distinct values.
    """
    wanted = list(table.columns) if names is None else [table.require(name) for name in names]
    training = table.training()
    rows = training.count()
    samples = _samples(training, [name for name in wanted if family(table.columns[name]) in SAMPLED], rows)
    known, distinct = _counts(training, wanted, samples, rows)
    return {
        name: TrainingColumn(
            name=name,
            type=table.columns[name],
            rows=rows,
            nulls=rows - known[name],
            distinct=distinct.get(name, 0),
            sample=samples.get(name, pa.nulls(0)),
            counts=partial(_most_frequent, training, name),
            some=partial(samples[name].slice, 0) if name in samples else partial(_some, training, name, rows),
        )
        for name in wanted
    }


def _samples(training: Table, names: Sequence[str], rows: int) -> dict[str, pa.Array]:
    """The same rows of every column, in the order of their keys."""
    wanted = _wanted(len(names))
    query = sql.select(training.query, [*names, ROW])
    condition = sampling.below(wanted, rows)
    found = training.session.table(query.where(condition) if condition else query)
    order = sampling.order(found.column(ROW).to_numpy(), wanted)

    def ordered(name: str) -> pa.Array:
        return _plain(found.column(name).take(order))

    with ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(ordered, names), strict=True))


def _wanted(columns: int) -> int:
    """Rows of the sample of some columns."""
    return min(SAMPLE, CELLS // max(1, columns))


def _plain(values: pa.ChunkedArray) -> pa.Array:
    whole = values.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    return whole.dictionary_decode() if arrow.is_dictionary(whole.type) else whole


def _counts(
    training: Table, names: Sequence[str], samples: dict[str, pa.Array], rows: int
) -> tuple[dict[str, int], dict[str, int]]:
    """By column the rows that have a value, and its different values, in one pass."""
    known = [exp.Count(this=sql.column(name)) for name in names]
    with ThreadPoolExecutor() as pool:
        different = pool.map(lambda values: len(values.unique().drop_null()), samples.values())
        distinct = dict(zip(samples, different, strict=True))
    whole = rows <= _wanted(len(samples))  # all rows are in the sample
    counted = _aggregate(training, known if whole else [*known, *map(_distinct, distinct, distinct.values())])
    more = zip(samples, counted[len(known) :], strict=True) if not whole else distinct.items()
    return dict(zip(names, counted, strict=False)), dict(more)


def _distinct(name: str, in_sample: int) -> exp.Expr:
    if in_sample <= FEW:
        return exp.Count(this=exp.Distinct(expressions=[sql.column(name)]))
    return exp.ApproxDistinct(this=sql.column(name))


def _aggregate(training: Table, values: Sequence[exp.Expr]) -> list[int]:
    """Aggregates, in one pass."""
    if not values:
        return []
    return list(training.aggregate(**{f"value{place}": each for place, each in enumerate(values)}).values())


def _most_frequent(training: Table, name: str, most: int) -> list[tuple[Any, int]]:
    """The most frequent values with their rows, of the types that the sample has; ties by value."""
    rows = exp.to_identifier("rows", quoted=True)
    value = sql.column(name)
    query = (
        exp.select(value.copy(), exp.alias_(sql.row_count(), rows))
        .from_(sql.relation(training.query))
        .where(sql.not_null(value))
        .group_by(value.copy())
        .order_by(exp.Ordered(this=exp.column(rows), desc=True), exp.Ordered(this=value.copy()))
        .limit(most)
    )
    values, counts = training.session.table(query).columns
    return list(zip(_plain(values).to_pylist(), counts.to_pylist(), strict=True))


def _some(training: Table, name: str, rows: int, wanted: int) -> pa.Array:
    """The values of the rows with the smallest keys."""
    query = sql.select(training.query, [name]).order_by(sampling.sql_key(), sql.column(ROW)).limit(wanted)
    condition = sampling.below(2 * wanted, rows)  # so that few rows are read whole
    return _plain(training.session.table(query.where(condition) if condition else query).column(name))
