"""Which rows of any table belong to training, so that nothing is learnt from the others.

The main table is divided by the split itself. Another table learns from

- rows divided by the same expression, where it has the columns that decide (weather by its own time; the
  rows of a table that is united with the main one);
- else the rows that at least one training row of the main table refers to, where a join finds them by
  columns the main table has as it was read: an airport seen in test flights alone teaches nothing;
- else nothing: the table is closed, and a step that would learn from it raises PipelineError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from thalweg.dataset.split import Assignment
from thalweg.engines import sql
from thalweg.engines.table import ROW, SPLIT, TEST, TRAINING, Table
from thalweg.integrate.agreement import comparable
from thalweg.integrate.operation import Operation


def with_split(table: Table, part: exp.Expr) -> Table:
    """The table with the hidden column `__split`, TINYINT, computed by an expression over its columns."""
    columns = {name: sql.column(name) for name in (*table.columns, ROW)}
    query = sql.select(table.query, {**columns, SPLIT: sql.cast(part.copy(), "TINYINT")})
    return replace(table, query=query, split=True, closed=None)


def training_rows(
    other: Table, main: Table, operations: Sequence[Operation], assignment: Assignment
) -> Table:
    """The other table with `__split`, or closed to learning where it can't be known.

    `main` has its `__split`; both are as they were read. Of rows told by reference, those that training
    refers to are training (0) and the rest counts as test (2).
    """
    united = any(other.name in one.tables() and not one.matches(other.name) for one in operations)
    by_itself = assignment.expression(other)
    if by_itself is not None and (united or ROW not in assignment.columns):
        return with_split(other, by_itself)
    references = _references(other, main, operations)
    if references and not united:
        return _by_reference(other, main, references)
    return replace(other, closed=_why_closed(other, main, assignment))


def _references(other: Table, main: Table, operations: Sequence[Operation]) -> list[Mapping[str, str]]:
    """The keys by which rows of the main table, as it was read, find rows of the other."""
    found: list[Mapping[str, str]] = []
    made: set[str] = set()
    for operation in operations:
        keys = operation.matches(other.name)
        if keys and made.isdisjoint(keys) and all(_can_refer(main, other, *pair) for pair in keys.items()):
            found.append(keys)
        made.update(operation.makes())
    return found


def _can_refer(main: Table, other: Table, here: str, there: str) -> bool:
    one, two = main.columns.get(here), other.columns.get(there)
    return one is not None and two is not None and comparable(one, two)


def _by_reference(other: Table, main: Table, references: Sequence[Mapping[str, str]]) -> Table:
    """The row numbers referred to are computed once and kept, being no more than the other table's rows."""
    referred = _referred(other, main, references)
    kept = other.session.keep(f"training rows of {other.name}", referred)
    columns: dict[str, exp.Expr] = {name: sql.column(name, "o") for name in (*other.columns, ROW)}
    seen = exp.Case().when(sql.not_null(sql.column(ROW, "k")), sql.literal(TRAINING)).else_(sql.literal(TEST))
    columns[SPLIT] = sql.cast(seen, "TINYINT")
    query = (
        exp.select(*(exp.alias_(value, sql.column(name).this) for name, value in columns.items()))
        .from_(sql.relation(other.query, "o"))
        .join(sql.relation(kept, "k"), on=_same(ROW, "o", ROW, "k"), join_type="left")
    )
    return replace(other, query=query, split=True)


def _referred(other: Table, main: Table, references: Sequence[Mapping[str, str]]) -> exp.Query:
    training = main.training()
    parts = []
    for keys in references:
        here = sql.select(training.query, [*keys]).distinct()
        on = sql.all_of(_same(there, "o", column, "m") for column, there in keys.items())
        rows = exp.select(sql.column(ROW, "o")).from_(sql.relation(other.query, "o"))
        parts.append(rows.join(sql.relation(here, "m"), on=on, join_type="semi"))
    query: exp.Query = parts[0]
    for part in parts[1:]:
        query = exp.union(query, part, distinct=True)
    return query


def _same(one: str, of: str, other: str, than: str) -> exp.Expr:
    return exp.EQ(this=sql.column(one, of), expression=sql.column(other, than))


def _why_closed(other: Table, main: Table, assignment: Assignment) -> str:
    needed = ", ".join(name for name in assignment.columns if name != ROW)
    lacks = f"it lacks {needed}, by which {main.name!r} is split, and " if needed else ""
    return (
        f"nothing can be learnt from table {other.name!r}: {lacks}no join finds its rows by columns that "
        f"{main.name!r} has as it is read, so it is not known which of them belong to training"
    )
