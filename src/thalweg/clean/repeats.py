"""Rows that repeat the key of another row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from thalweg.clean.step import INTO
from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.table import ROW, SPLIT, Table

HASH = "__hash"
PLACE = "__place"


def repeats(
    table: Table, keys: Sequence[str], order: Sequence[exp.Expr] = (), nulls_repeat: bool = True
) -> exp.Table | None:
    """The rows (`__row`) that repeat the key of a row that comes before them, with the first of them (`__into`), kept
    in the session; None if none do.

    `order` says which of several rows comes first; ties go by position in the source. Where the table has a split,
    training rows come before all others, then validation rows: whether a training row stays never depends on rows
    that judge it. With `nulls_repeat` a NULL equals a NULL, else a row with a NULL in its key repeats nothing.

    Costs one pass that groups a 64-bit hash of the key, and a second over the few rows whose hash is shared.
    """
    later = _later(table, keys, order, nulls_repeat)
    found = table.session.keep(f"repeats_{fingerprint(table.session.sql(later))}", later)
    return found if _count(table, found) else None


def count_repeats(table: Table, keys: Sequence[str]) -> int:
    """How many rows equal, in some columns, a row that comes before them; a NULL equals a NULL."""
    return _count(table, _later(table, keys, (), nulls_repeat=True))


def among(rows: exp.Table) -> exp.Expr:
    """Whether a row is one of the rows that `repeats` found."""
    return exp.In(this=sql.column(ROW), query=sql.select(rows, [ROW]).subquery())


def _later(table: Table, keys: Sequence[str], order: Sequence[exp.Expr], nulls_repeat: bool) -> exp.Select:
    """The rows that repeat a key."""
    row = {ROW: sql.column(ROW)}
    first, place = exp.FirstValue(this=sql.column(ROW)), exp.RowNumber()
    told = {INTO: _over(table, first, keys, order), PLACE: _over(table, place, keys, order)}
    ranked = sql.select(table.query, {**row, **told})
    ranked = ranked.where(
        exp.In(this=_hash(keys), query=_shared_hashes(table, keys, nulls_repeat).subquery())
    )
    if not nulls_repeat:
        ranked = ranked.where(_key_is_whole(keys))
    return sql.select(ranked, [ROW, INTO]).where(exp.GT(this=sql.column(PLACE), expression=sql.literal(1)))


def _count(table: Table, rows: exp.Query | exp.Table) -> int:
    ((found,),) = table.session.rows(sql.select(rows, {"rows": sql.row_count()}))
    return found


def _shared_hashes(table: Table, keys: Sequence[str], nulls_repeat: bool) -> exp.Select:
    """Hashes that more than one row has."""
    hashed = sql.select(table.query, {HASH: _hash(keys)})
    if not nulls_repeat:
        hashed = hashed.where(_key_is_whole(keys))
    several = exp.GT(this=sql.row_count(), expression=sql.literal(1))
    return sql.select(hashed, [HASH]).group_by(sql.column(HASH)).having(several)


def _hash(keys: Sequence[str]) -> exp.Expr:
    return sql.call("hash", *(sql.column(key) for key in keys))


def _key_is_whole(keys: Sequence[str]) -> exp.Expr:
    return sql.all_of(sql.not_null(sql.column(key)) for key in keys)


def _over(table: Table, what: exp.Expr, keys: Sequence[str], order: Sequence[exp.Expr]) -> exp.Expr:
    """A function of the rows of a key in their order."""
    first = [exp.Ordered(this=sql.column(SPLIT), nulls_first=False)] if table.split else []
    ordered = [*first, *(rank.copy() for rank in order), exp.Ordered(this=sql.column(ROW), nulls_first=False)]
    return exp.Window(
        this=what,
        partition_by=[sql.column(key) for key in keys],
        order=exp.Order(expressions=ordered),
    )
