"""Bring the columns of another table's row that is nearest in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self

from pydantic import field_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.core.fingerprint import fingerprint
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.moments import microseconds
from thalweg.engines.table import ROW, Table
from thalweg.integrate.keyed import KeyedOperation
from thalweg.integrate.naming import find
from thalweg.integrate.nearest import NEAREST_ROW, Direction, Search, nearest_rows
from thalweg.integrate.operation import Integrated
from thalweg.integrate.related import Key, check_arriving, check_comparable
from thalweg.integrate.times import check_times, time_pair

LEFT, RIGHT, FOUND = "l", "r", "m"


class Asof(KeyedOperation):
    """Bring in the columns of the one row of another table that is nearest in time, of the same key.

        - asof: {table: quotes, on: symbol, time: {traded: quoted}, tolerance: 5 minutes, prefix: quote_}

    No row multiplies. Of several rows of the other table at one time and key, the last in its source is taken;
    such ties are counted. A missing key or time never matches. Times are compared to the microsecond, a day as
    its midnight. The key columns of the other table are not repeated; nor is its time, where that has the name of
    a column here.
    """

    kind: ClassVar[str] = "asof"
    needs_key: ClassVar[bool] = False

    time: str | dict[str, str]
    """The times, or numbers, to compare: a column of that name on both sides, or {column here: column there}."""
    on: Key | None = None
    """The key: a column of that name on both sides, several, or {column here: column there}. Left out: none."""
    direction: Direction = "backward"
    """backward: the last row at or before. forward: the first at or after, which may not be known yet when a
    prediction is asked for. nearest: the nearer of the two, the earlier of two equally near."""
    equal: bool = True
    """Whether a row at the very same time counts."""
    tolerance: str | int | float | None = None
    """How far away a row may be: `2 hours`; of numbers, a number. Left out: any distance."""
    how: Literal["left", "inner"] = "left"
    """left: every row stays. inner: rows without a partner are dropped."""
    prefix: str | None = None
    """Put before the name of every column that comes in."""

    @field_validator("time")
    @classmethod
    def _is_one_pair(cls, time: str | dict[str, str]) -> str | dict[str, str]:
        time_pair(time, "asof")
        return time

    @field_validator("tolerance")
    @classmethod
    def _is_a_length(cls, tolerance: str | int | float | None) -> str | int | float | None:
        if isinstance(tolerance, str):
            microseconds(tolerance)
        elif tolerance is not None and not 0 <= tolerance < float("inf"):
            raise ComponentError(f"expected a tolerance of at least 0, received {tolerance}")
        return tolerance

    @classmethod
    def example(cls) -> Self:
        return cls(table="weather", on="origin", time="time_hour", tolerance="2 hours")

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        other = find(others, self.table)
        check_comparable(table, other, self.keys, "asof")
        here, there = time_pair(self.time, "asof")
        check_times(table, here, other, there, "asof")
        arriving = self._arriving(table, other, there)
        search = Search(self.keys, here, there, self.direction, self.equal, self._reach(table, here))
        query = nearest_rows(table, other, search)
        found = table.session.keep(f"asof_{fingerprint(table.session.sql(query))}", query)
        entry = self._entry(table, _count(table, other, search, found))
        return Integrated(self._joined(table, other, arriving, found), entry)

    def _reach(self, table: Table, here: str) -> int | float | None:
        """The tolerance in the unit that times are compared in."""
        numeric = not table.columns[here].upper().startswith(("DATE", "TIMESTAMP"))
        if self.tolerance is None or (numeric and not isinstance(self.tolerance, str)):
            return self.tolerance
        if numeric or not isinstance(self.tolerance, str):
            wanted = "a number" if numeric else "a length of time such as '2 hours'"
            raise ComponentError(
                f"asof {self.table}: {here!r} is {table.columns[here]}, so the tolerance should be {wanted}, "
                f"received {self.tolerance!r}"
            )
        return microseconds(self.tolerance)

    def _arriving(self, table: Table, other: Table, time: str) -> dict[str, str]:
        """The columns that come in: new name to the name in the other table."""
        there = {name.casefold() for name in table.columns}
        named = {f"{self.prefix or ''}{name}": name for name in other.columns}
        keys = set(self.keys.values())
        arriving = {
            new: old
            for new, old in named.items()
            if old not in keys and not (old == time and new.casefold() in there)
        }
        check_arriving(table, other, arriving, "asof")
        return arriving

    def _entry(self, table: Table, found: Found) -> Entry:
        within = f" within {self.tolerance}" if self.tolerance is not None else ""
        without = {
            f"no row of {self.table} {self.direction} in time{within}": found.unmatched,
            "missing key or time": found.missing,
        }
        lost = {rule: rows for rule, rows in without.items() if rows} if self.how == "inner" else {}
        dropped = sum(lost.values())
        return Entry(
            stage="integrate",
            table=table.name,
            step=f"asof join {self.table}",
            rows_in=found.rows,
            kept=found.rows - dropped,
            dropped=dropped,
            reasons=tuple(Reason(fate="dropped", rule=rule, rows=rows) for rule, rows in lost.items()),
            notes={
                "matched": found.matched,
                "unmatched": found.unmatched,
                "missing_key_or_time": found.missing,
                "other_rows": found.other_rows,
                "other_missing_key_or_time": found.other_missing,
                "other_ties_passed_over": found.other_ties,
            },
        )

    def _joined(self, table: Table, other: Table, arriving: Mapping[str, str], found: exp.Table) -> Table:
        columns = {name: sql.column(name, LEFT) for name in (*table.columns, *table.hidden)}
        columns |= {name: sql.column(source, RIGHT) for name, source in arriving.items()}
        mine = exp.EQ(this=sql.column(ROW, LEFT), expression=sql.column(ROW, FOUND))
        theirs = exp.EQ(this=sql.column(NEAREST_ROW, FOUND), expression=sql.column(ROW, RIGHT))
        query = (
            exp.select(*(exp.alias_(value, sql.column(name).this) for name, value in columns.items()))
            .from_(sql.relation(table.query, LEFT))
            .join(sql.relation(found, FOUND), on=mine, join_type=self.how)
            .join(sql.relation(other.query, RIGHT), on=theirs, join_type=self.how)
        )
        types = {name: other.columns[source] for name, source in arriving.items()}
        lineage = {name: other.lineage.get(source, frozenset()) for name, source in arriving.items()}
        return replace(
            table, query=query, columns={**table.columns, **types}, lineage={**table.lineage, **lineage}
        )


@dataclass(frozen=True)
class Found:
    """Counts of an as-of join. Ties are rows passed over for another at the same time and key."""

    rows: int
    matched: int
    missing: int
    other_rows: int
    other_missing: int
    other_ties: int

    @property
    def unmatched(self) -> int:
        """Rows that have a key and a time, and no partner."""
        return self.rows - self.matched - self.missing


def _count(table: Table, other: Table, search: Search, found: exp.Table) -> Found:
    known = search.known(table)
    here = table.aggregate(rows=sql.row_count(), missing=sql.true_count(sql.negated(known.copy())))
    theirs = search.sides(other)
    ((matched,),) = table.session.rows(sql.select(found, {"matched": sql.row_count()}))
    ((other_known, different),) = table.session.rows(theirs)
    rows = other.count()
    return Found(here["rows"], matched, here["missing"], rows, rows - other_known, other_known - different)
