"""A table beside the rows of another that it is linked to, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.integrate.matching import LEFT, RIGHT

BETWEEN = "k"
FOUND = "match_probability"


@dataclass(frozen=True)
class Counts:
    """Rows on both sides, those with a partner, and links."""

    rows: int
    matched: int
    other_rows: int
    other_matched: int
    links: int


def count_links(table: Table, other: Table, links: exp.Table) -> Counts:
    """Count before the tables are brought together."""
    wanted = {"links": sql.row_count()}
    for name in ("rid_l", "rid_r"):
        wanted[name] = exp.Count(this=exp.Distinct(expressions=[sql.column(name)]))
    ((found, left, right),) = table.session.rows(sql.select(links, wanted))
    return Counts(table.count(), left, other.count(), right, found)


def joined(
    table: Table,
    other: Table,
    links: exp.Table,
    arriving: Mapping[str, str],
    how: str,
    probability: str,
    origins: frozenset[str],
    renumber: bool,
) -> Table:
    """The table with the columns of the rows it is linked to. `origins` are the source columns that were compared."""
    columns: dict[str, exp.Expr] = {name: sql.column(name, LEFT) for name in (*table.columns, *table.hidden)}
    columns |= {name: sql.column(source, RIGHT) for name, source in arriving.items()}
    columns[probability] = sql.column(FOUND, BETWEEN)
    if renumber:
        columns[ROW] = _numbered_anew()
    query = (
        exp.select(*(exp.alias_(value, sql.column(name).this) for name, value in columns.items()))
        .from_(sql.relation(table.query, LEFT))
        .join(sql.relation(links, BETWEEN), on=_same(LEFT, "rid_l"), join_type=how)
        .join(sql.relation(other.query, RIGHT), on=_same(RIGHT, "rid_r"), join_type=how)
    )
    types = {name: other.columns[source] for name, source in arriving.items()}
    lineage = {name: other.lineage.get(source, frozenset()) for name, source in arriving.items()}
    return replace(
        table,
        query=query,
        columns={**table.columns, **types, probability: "DOUBLE"},
        lineage={**table.lineage, **lineage, probability: origins},
    )


def _same(side: str, name: str) -> exp.Expr:
    return exp.EQ(this=sql.column(ROW, side), expression=sql.column(name, BETWEEN))


def _numbered_anew() -> exp.Expr:
    order = [exp.Ordered(this=sql.column(ROW, side), nulls_first=False) for side in (LEFT, RIGHT)]
    return exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=order)) - 1
