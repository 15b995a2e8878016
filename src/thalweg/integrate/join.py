"""Bring the columns of another table to the rows that share its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal, Self

from pydantic import model_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError, DataError
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.integrate.keyed import KeyedOperation
from thalweg.integrate.matching import LEFT, RIGHT, Matching, count_matches, example_of_repeat
from thalweg.integrate.naming import find
from thalweg.integrate.operation import Integrated
from thalweg.integrate.related import check_arriving, check_comparable

Expectation = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"]


class Join(KeyedOperation):
    """Bring in the columns of another table where its key equals this one's.

        - join: {table: weather, on: [origin, time_hour]}
        - join: {table: airports, on: {dest: faa}, expect: many-to-one, prefix: dest_}
        - join: {table: cancelled, on: flight_id, how: anti}

    The expectation is checked before the join is made: with `many-to-one`, a key that repeats in the other
    table is an error, for rows would multiply unseen. Rows without a partner are counted; a missing key
    never matches. The key columns of the other table are not repeated. Rows keep their number; where a join
    fans out they are numbered anew, in the order of this table's rows and then of the other's.
    """

    kind: ClassVar[str] = "join"

    how: Literal["left", "inner", "semi", "anti"] = "left"
    """left: every row stays. inner: rows without a partner are dropped. semi: the same, and no column comes
    in. anti: rows with a partner are dropped."""
    expect: Expectation | None = None
    """How many rows may share a key, here-to-there. Left out: many-to-one. Semi and anti joins need none."""
    prefix: str | None = None
    """Put before the name of every column that comes in."""

    @model_validator(mode="after")
    def _fits_how(self) -> Self:
        useless = [name for name in ("expect", "prefix") if getattr(self, name) is not None]
        if self.how in ("semi", "anti") and useless:
            raise ComponentError(
                f"a join with how: {self.how} brings in no columns and repeats no rows; "
                f"leave out {' and '.join(useless)}"
            )
        return self

    @classmethod
    def example(cls) -> Self:
        return cls(table="weather", on=["origin", "time_hour"])

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        other = find(others, self.table)
        check_comparable(table, other, self.keys, "join")
        arriving = self._arriving(table, other)
        matching = count_matches(table, other, self.keys)
        self._check_expectation(table, other, matching)
        entry = self._entry(table, matching)
        return Integrated(self._joined(table, other, arriving, renumber=entry.added > 0), entry)

    def _arriving(self, table: Table, other: Table) -> dict[str, str]:
        """The columns that come in: new name to the name in the other table."""
        if self.how in ("semi", "anti"):
            return {}
        keys = set(self.keys.values())
        arriving = {f"{self.prefix or ''}{name}": name for name in other.columns if name not in keys}
        check_arriving(table, other, arriving, "join")
        return arriving

    def _check_expectation(self, table: Table, other: Table, matching: Matching) -> None:
        if self.how in ("semi", "anti"):
            return
        here, _, there = (self.expect or "many-to-one").partition("-to-")
        if here == "one" and matching.left_repeats:
            raise self._broken(table, matching.left_repeats, list(self.keys), f"many-to-{there}")
        if there == "one" and matching.right_repeats:
            raise self._broken(other, matching.right_repeats, list(self.keys.values()), "many-to-many")

    def _broken(self, table: Table, repeats: int, keys: list[str], wider: str) -> DataError:
        are = "1 key repeats" if repeats == 1 else f"{repeats:,} keys repeat"
        key = ", ".join(keys)
        return DataError(
            f"join {self.table}: expected {self.expect or 'many-to-one'} on {key}, but {are} in "
            f"{table.name!r}; "
            f"for example {example_of_repeat(table, keys)}",
            hint=f"remove the repeats in clean: {{{table.name}: [{{duplicates: {{keys: [{key}]}}}}]}}; "
            f"or, where every pair of rows is wanted, write expect: {wider}",
        )

    def _entry(self, table: Table, found: Matching) -> Entry:
        matched, alone = found.left_matched, found.left_unmatched
        without = {f"no row of {self.table} with the same {', '.join(self.keys)}": alone}
        without |= {f"missing {' or '.join(self.keys)}": found.left_null}
        lost: dict[str, int] = {
            "left": {},
            "inner": without,
            "semi": without,
            "anti": {f"has a row of {self.table} with the same {', '.join(self.keys)}": matched},
        }[self.how]
        dropped = sum(lost.values())
        return Entry(
            stage="integrate",
            table=table.name,
            step=f"{self.how} join {self.table}",
            rows_in=found.left_rows,
            kept=found.left_rows - dropped,
            dropped=dropped,
            added=found.pairs - matched if self.how in ("left", "inner") else 0,
            reasons=tuple(
                Reason(fate="dropped", rule=rule, rows=rows) for rule, rows in lost.items() if rows
            ),
            notes={
                "matched": matched,
                "unmatched": alone,
                "missing_key": found.left_null,
                "other_rows": found.right_rows,
                "other_unused": found.right_unused,
                "other_missing_key": found.right_null,
            },
        )

    def _joined(self, table: Table, other: Table, arriving: Mapping[str, str], renumber: bool) -> Table:
        columns: dict[str, exp.Expr] = {}
        columns |= {name: sql.column(name, LEFT) for name in (*table.columns, *table.hidden)}
        columns |= {name: sql.column(source, RIGHT) for name, source in arriving.items()}
        if renumber:
            columns[ROW] = _numbered_anew()
        on = sql.all_of(
            exp.EQ(this=sql.column(here, LEFT), expression=sql.column(there, RIGHT))
            for here, there in self.keys.items()
        )
        query = (
            exp.select(*(exp.alias_(value, sql.column(name).this) for name, value in columns.items()))
            .from_(sql.relation(table.query, LEFT))
            .join(sql.relation(other.query, RIGHT), on=on, join_type=self.how)
        )
        types = {name: other.columns[source] for name, source in arriving.items()}
        lineage = {name: other.lineage.get(source, frozenset()) for name, source in arriving.items()}
        return replace(
            table, query=query, columns={**table.columns, **types}, lineage={**table.lineage, **lineage}
        )


def _numbered_anew() -> exp.Expr:
    order = exp.Order(expressions=[exp.Ordered(this=sql.column(ROW, side)) for side in (LEFT, RIGHT)])
    return exp.Sub(this=exp.Window(this=exp.RowNumber(), order=order), expression=sql.literal(1))
