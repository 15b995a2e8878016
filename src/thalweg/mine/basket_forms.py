"""Baskets of items out of a table's rows, in any of three forms: lists, long, or the columns of a row as its items."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.hashing import cut, digest
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_number
from thalweg.mine.itemsets import Baskets, baskets_of
from thalweg.mine.learning_rows import Rows, held_out_rows, training_rows

FEW = 10  # distinct numbers, above which a number is told by its quarter
MANY = 50  # distinct texts, above which a column is no item: it names its row, or is free
NOTHING = Baskets((), np.zeros(0, np.int64), np.zeros(1, np.int64))


@dataclass(frozen=True)
class Found:
    """Baskets to learn from, baskets to check on where there are any, and what they are in words."""

    learnt: Baskets
    held_out: Baskets | None
    size: str


def from_lists(table: Table, column: str, separator: str | None, most: int) -> Found:
    """A basket a row: a column of lists, or of text with items between separators.

    Raises ComponentError where the column is neither.
    """
    kind = table.columns[table.require(column)]
    if separator is None and not kind.endswith("]"):
        raise ComponentError(
            f"the items of a basket should be a list; column {column!r} is {kind}: give a `separator` where it is "
            "text, or the column `basket` that tells which rows belong together"
        )
    if separator is not None and family(kind) != "text":
        raise ComponentError(f"a `separator` cuts text; column {column!r} is {kind}")
    parts = training_rows(table, [column], most), held_out_rows(table, [column], most)
    return _found([rows and _lists(rows.data[column], separator) for rows in parts], _size(parts[0]))


def from_long(table: Table, item: str, basket: str, most: int) -> Found:
    """An item a row; rows with the same value of `basket` are one basket. Baskets are sampled whole, by a hash."""
    for name in (item, basket):
        table.require(name)
    training = table.training()
    distinct = exp.Count(this=exp.Distinct(expressions=[sql.column(basket)]))
    total = training.aggregate(baskets=distinct)["baskets"]
    if total > most:
        chosen = digest({basket: table.columns[basket]}, 0)
        table = table.where(exp.LT(this=chosen, expression=sql.literal(cut(most / total))))
    parts = (
        training_rows(table, [basket, item], LARGEST * most),
        held_out_rows(table, [basket, item], LARGEST * most),
    )
    baskets = [rows and _long(rows.data[basket], rows.data[item]) for rows in parts]
    seen = baskets[0].count if baskets[0] else 0
    size = f"{seen:,} baskets" if total <= most else f"a sample of {seen:,} of {total:,} baskets"
    return _found(baskets, f"{size} of training rows")


LARGEST = 50  # items a basket on average; of more rows a sample is read


def from_columns(table: Table, columns: Sequence[str], most: int) -> Found:
    """The values of a row as its items, `column = value`; a number of many values by its quarter.

    Of all columns, where none is named, those with more than `MANY` distinct texts are left out.
    """
    wanted = [table.require(name) for name in columns] or [
        n for n, kind in table.columns.items() if _usable(kind)
    ]
    if len(wanted) < 2:
        raise ComponentError(f"expected at least two columns whose values can be items, received {wanted}")
    parts = training_rows(table, wanted, most), held_out_rows(table, wanted, most)
    cuts = {name: _cuts(parts[0].data[name]) for name in wanted if is_number(table.columns[name])}
    kept = [name for name in wanted if name in cuts or columns or _distinct(parts[0].data[name]) <= MANY]
    return _found([rows and _values(rows.data, kept, cuts) for rows in parts], _size(parts[0]))


def _found(baskets: Sequence[Baskets | None], size: str) -> Found:
    return Found(baskets[0] or NOTHING, baskets[1], size)


def _size(rows: Rows) -> str:
    return f"{rows.size}, a basket each"


def _usable(kind: str) -> bool:
    return is_number(kind) or family(kind) in ("text", "boolean")


def _distinct(column: pa.ChunkedArray) -> int:
    return pc.count_distinct(column).as_py()


def _lists(column: pa.ChunkedArray, separator: str | None) -> Baskets:
    """Empty items, and those that are missing, are none; spaces around an item are not part of it."""
    count = len(column)
    lists = pc.split_pattern(column, separator) if separator is not None else column
    lists = pc.fill_null(lists, []) if count else lists
    lengths = pc.list_value_length(lists).to_numpy().astype(np.int64)
    basket = np.repeat(np.arange(count), lengths)
    return _named(basket, pc.list_flatten(lists), count)


def _named(basket: np.ndarray, items: pa.ChunkedArray | pa.Array, count: int) -> Baskets:
    names = pc.utf8_trim_whitespace(pc.cast(items, pa.string()))
    known = pc.fill_null(pc.not_equal(names, ""), False)
    kept = known.to_numpy(zero_copy_only=False) if isinstance(known, pa.Array) else known.to_numpy()
    encoded = pc.dictionary_encode(names)
    one = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    order = pc.array_sort_indices(one.dictionary).to_numpy()
    words = one.dictionary.take(pa.array(order)).to_pylist()  # in their own order, not that of the rows
    codes = np.argsort(order)[pc.fill_null(one.indices, 0).to_numpy(zero_copy_only=False)[kept]]
    found = baskets_of(basket[kept], codes, count)
    return Baskets(tuple(words[int(code)] for code in found.names), found.items, found.starts)


def _long(basket: pa.ChunkedArray, item: pa.ChunkedArray) -> Baskets:
    """Rows without a basket are left out."""
    known = pc.is_valid(basket)
    basket, item = basket.filter(known), item.filter(known)
    encoded = pc.dictionary_encode(basket).combine_chunks()
    if not len(encoded):
        return NOTHING
    return _named(encoded.indices.to_numpy(zero_copy_only=False), item, len(encoded.dictionary))


def _cuts(column: pa.ChunkedArray) -> np.ndarray | None:
    """Quartiles of a number of many values, which learning rows alone decide; None where it has few."""
    if _distinct(column) <= FEW:
        return None
    values = pc.cast(column.drop_null(), pa.float64()).to_numpy()
    return np.unique(np.quantile(values[np.isfinite(values)], (0.25, 0.5, 0.75), method="lower"))


def _values(data: pa.Table, columns: Sequence[str], cuts: dict[str, np.ndarray | None]) -> Baskets:
    rows = np.arange(data.num_rows)
    baskets, items = [], []
    for name in columns:
        known = pc.is_valid(data[name]).to_numpy()
        words = _words(name, data[name].drop_null(), cuts.get(name))
        baskets.append(rows[known])
        items.append(words)
    return _named(np.concatenate(baskets), pa.concat_arrays(items), data.num_rows)


def _words(name: str, column: pa.ChunkedArray, cuts: np.ndarray | None) -> pa.Array:
    if cuts is None:
        values = pc.cast(column, pa.string()).combine_chunks()
        return pc.binary_join_element_wise(pa.scalar(f"{name} = "), values, "")
    ends = [f"{cut:,.6g}" for cut in cuts]
    names = [f"{name} ≤ {ends[0]}", *(f"{name} in ({a}, {b}]" for a, b in pairwise(ends))]
    names.append(f"{name} > {ends[-1]}")
    values = pc.cast(column, pa.float64()).to_numpy()
    return pa.array(names).take(pa.array(np.searchsorted(cuts, values, side="left")))
