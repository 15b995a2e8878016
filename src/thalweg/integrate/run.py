"""Many tables, one table: the chain of operations as the user wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlglot import exp

from thalweg.core.errors import ComponentError, PipelineError, ThalwegError, at
from thalweg.core.ledger import Entry
from thalweg.engines.table import Table
from thalweg.integrate.aside import rows_aside
from thalweg.integrate.columns import ColumnOperation
from thalweg.integrate.from_table import From
from thalweg.integrate.naming import find
from thalweg.integrate.operation import Integrated, Operation


@dataclass(frozen=True)
class IntegratedTables:
    """The one table, and an entry of the account for each operation.

    `quarantined` gives the rows that operations set aside (see `aside`), None where there are none. `operations` are
    those that were written, with what they learnt written out.
    """

    table: Table
    entries: tuple[Entry, ...]
    quarantined: exp.Query | None
    operations: tuple[Operation, ...]


def integrate(operations: Sequence[Operation], tables: Mapping[str, Table]) -> IntegratedTables:
    """Run a chain `[from, join, derive, …]` over tables by name.

    Of a single table the chain may be empty, or start without `from`. Every table named is looked up before
    any row is read. Errors say at which operation they arose: ComponentError for what was written wrongly
    (its `path` is the position in the chain), DataError for rows that break a promise.
    """
    _check_tables(operations, tables)
    done = From(table=main_table(operations, list(tables))).start(tables)
    entries, aside, taken = [done.entry], [], []
    for index, operation in enumerate(operations):
        if index > 0 or not isinstance(operation, From):
            with _located(index, operation):
                done = _apply(operation, done.table, entries[-1].rows_out, tables)
            entries.append(done.entry)
            aside += [(done.entry.step, each) for each in done.aside]
        taken.append(done.learnt or operation)
    return IntegratedTables(done.table, tuple(entries), rows_aside(aside), tuple(taken))


def main_table(operations: Sequence[Operation], tables: Sequence[str]) -> str:
    """The name of the table that a chain starts from. Raises PipelineError where it can't be told."""
    if operations and isinstance(operations[0], From):
        return operations[0].table
    if len(tables) == 1:
        return tables[0]
    raise PipelineError(
        f"there are {len(tables)} tables ({', '.join(tables)}) and integrate does not say which one a row of "
        "the result stands for",
        where="integrate",
        hint=f"start with it and join the others, such as: [{{from: {next(iter(tables), 'TABLE')}}}, …]",
    )


def _check_tables(operations: Sequence[Operation], tables: Mapping[str, Table]) -> None:
    for index, operation in enumerate(operations):
        with _located(index, operation):
            for name in operation.tables():
                find(tables, name)


def _apply(operation: Operation, table: Table, rows: int, tables: Mapping[str, Table]) -> Integrated:
    """Apply an operation; where it can't change the number of rows, they are not counted again."""
    if isinstance(operation, ColumnOperation):
        return Integrated(operation.reshape(table), operation.entry(table, rows))
    return operation.apply(table, tables)


@contextmanager
def _located(index: int, operation: Operation) -> Iterator[None]:
    try:
        with at(index):
            yield
    except ThalwegError as error:
        if not isinstance(error, ComponentError):  # its path says where
            error.where = error.where or f"integrate, operation {index + 1} ({operation.kind})"
        raise
