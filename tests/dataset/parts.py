"""The part of each row of a divided table, to compare with what it should be."""

from __future__ import annotations

from thalweg.dataset.split import Assignment
from thalweg.dataset.split_others import with_split
from thalweg.engines import sql
from thalweg.engines.table import ROW, SPLIT, Table


def divided(table: Table, assignment: Assignment) -> Table:
    """The table with the part of each row."""
    expression = assignment.expression(table)
    assert expression is not None
    return with_split(table, expression)


def parts_of(table: Table) -> list[int | None]:
    """The part of each row, in order."""
    assert table.split
    return [
        part for (part,) in table.session.rows(sql.select(table.query, [SPLIT]).order_by(sql.column(ROW)))
    ]


def parts(table: Table, assignment: Assignment) -> list[int | None]:
    """The parts an assignment gives a table's rows, in order."""
    return parts_of(divided(table, assignment))
