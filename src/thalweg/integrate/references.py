"""Keys that must exist in another table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator
from sqlglot import exp

from thalweg.core.errors import DataError
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.integrate.matching import LEFT, RIGHT, Matching, count_matches
from thalweg.integrate.naming import find
from thalweg.integrate.operation import Integrated, Operation
from thalweg.integrate.related import Key, check_comparable, check_key, pairs, with_on

FOUND = "__found"
EXAMPLES = 3


class References(Operation):
    """Hold a key against the table it refers to, and say what becomes of rows that refer to nothing.

        - references: {table: customers, on: {customer: id}}
        - references: {table: stations, on: origin, else: drop}

    A missing key refers to nothing on purpose: its row stays. No column comes in; to bring columns in, join.
    """

    kind: ClassVar[str] = "references"

    table: str
    """The other table."""
    on: Key
    """The key: a column of that name on both sides, several, or {column here: column there}."""
    otherwise: Literal["refuse", "null", "drop", "keep"] = Field(default="refuse", alias="else")
    """What becomes of a row whose key is not there: an error, its key emptied, dropped, or only counted."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        written = with_on(value)
        if isinstance(written, Mapping) and written.get("else", "") is None:
            return {**written, "else": "null"}
        return written

    @field_validator("on")
    @classmethod
    def _has_keys(cls, on: Key) -> Key:
        check_key(on, "references")
        return on

    @classmethod
    def example(cls) -> Self:
        return cls.model_validate({"table": "customers", "on": {"customer": "id"}, "else": "null"})

    def tables(self) -> tuple[str, ...]:
        return (self.table,)

    def matches(self, other: str) -> Mapping[str, str]:
        return pairs(self.on) if other == self.table else {}

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        other, keys = find(others, self.table), pairs(self.on)
        check_comparable(table, other, keys, "references")
        found = count_matches(table, other, keys)
        if self.otherwise == "refuse" and found.left_unmatched:
            raise self._broken(table, other, found)
        kept = table if self.otherwise in ("refuse", "keep") else self._repaired(table, other)
        return Integrated(kept, self._entry(table, found))

    def _repaired(self, table: Table, other: Table) -> Table:
        keys = pairs(self.on)
        flagged = _flagged(table, other, keys)
        names = [*table.columns, *table.hidden]
        if self.otherwise == "drop":
            stays = sql.any_of([sql.not_null(sql.column(FOUND)), *(sql.is_null(sql.column(k)) for k in keys)])
            return replace(table, query=sql.select(flagged, names).where(stays))
        # a key that lacks a part refers to nothing already, and keeps the parts it has
        astray = sql.all_of([sql.is_null(sql.column(FOUND)), *(sql.not_null(sql.column(k)) for k in keys)])
        values = {name: sql.column(name) for name in names}
        values |= {name: exp.Case().when(astray, exp.null()).else_(sql.column(name)) for name in keys}
        return replace(table, query=sql.select(flagged, values))

    def _entry(self, table: Table, found: Matching) -> Entry:
        astray = found.left_unmatched
        dropped = astray if self.otherwise == "drop" else 0
        rule = f"no row of {self.table} with the same {', '.join(pairs(self.on))}"
        return Entry(
            stage="integrate",
            table=table.name,
            step=f"references {self.table}",
            rows_in=found.left_rows,
            kept=found.left_rows - dropped,
            dropped=dropped,
            changed=dict.fromkeys(pairs(self.on), astray) if self.otherwise == "null" and astray else {},
            reasons=(Reason(fate="dropped", rule=rule, rows=dropped),) if dropped else (),
            notes={"found": found.left_matched, "astray": astray, "missing_key": found.left_null},
        )

    def _broken(self, table: Table, other: Table, found: Matching) -> DataError:
        keys = pairs(self.on)
        flagged = _flagged(table, other, keys)
        astray = sql.all_of(
            [sql.is_null(sql.column(FOUND)), *(sql.not_null(sql.column(name)) for name in keys)]
        )
        shown = {name: sql.cast(sql.column(name), "VARCHAR") for name in keys}
        some = sql.select(sql.select(flagged, [*keys, FOUND]).where(astray), shown).distinct()
        rows = table.session.rows(
            some.order_by(*(exp.column(name, quoted=True) for name in shown)).limit(EXAMPLES)
        )
        told = "; ".join(", ".join(f"{k} = {v}" for k, v in zip(keys, row, strict=True)) for row in rows)
        are = "1 row refers" if found.left_unmatched == 1 else f"{found.left_unmatched:,} rows refer"
        return DataError(
            f"references {self.table}: {are} to no row of {other.name!r}, for example {told}",
            hint="say what becomes of them with else: null, drop or keep",
        )


def _flagged(table: Table, other: Table, keys: Mapping[str, str]) -> exp.Select:
    """The rows with `__found`, which is NULL where the key is not in the other table."""
    there = {f"k{place}": sql.column(name) for place, name in enumerate(keys.values())}
    known = sql.select(other.query, there).distinct()
    known = sql.select(known, {**{name: sql.column(name) for name in there}, FOUND: exp.true()})
    same = sql.all_of(
        exp.EQ(this=sql.column(here, LEFT), expression=sql.column(name, RIGHT))
        for here, name in zip(keys, there, strict=True)
    )
    names = [*table.columns, *table.hidden]
    return (
        exp.select(*(sql.column(name, LEFT) for name in names), sql.column(FOUND, RIGHT))
        .from_(sql.relation(table.query, LEFT))
        .join(sql.relation(known, RIGHT), on=same, join_type="left")
    )
