"""Keys that must exist in another table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from pydantic import Field
from sqlglot import exp

from thalweg.core.errors import DataError
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.integrate.keyed import KeyedOperation
from thalweg.integrate.matching import LEFT, RIGHT, Matching, count_matches
from thalweg.integrate.naming import find
from thalweg.integrate.operation import Integrated, SetAside
from thalweg.integrate.related import check_comparable

FOUND = "__found"
EXAMPLES = 3


class References(KeyedOperation):
    """Hold a key against the table it refers to, and say what becomes of rows that refer to nothing.

        - references: {table: customers, on: {customer: id}}
        - references: {table: stations, on: origin, else: quarantine}

    A missing key refers to nothing on purpose: its row stays. No column comes in; to bring columns in, join.
    """

    kind: ClassVar[str] = "references"

    otherwise: Literal["refuse", "null", "drop", "quarantine", "keep"] = Field(default="refuse", alias="else")
    """What becomes of a row whose key is not there: an error, its key emptied, dropped, set aside in the run's
    quarantine, or only counted."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        written = super().expand(value)
        if isinstance(written, Mapping) and written.get("else", "") is None:
            return {**written, "else": "null"}
        return written

    @classmethod
    def example(cls) -> Self:
        return cls.model_validate({"table": "customers", "on": {"customer": "id"}, "else": "null"})

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        other, keys = find(others, self.table), self.keys
        check_comparable(table, other, keys, "references")
        found = count_matches(table, other, keys)
        if self.otherwise == "refuse" and found.left_unmatched:
            raise self._broken(table, other, found)
        if self.otherwise in ("refuse", "keep") or not found.left_unmatched:
            return Integrated(table, self._entry(table, found))
        flagged = _flagged(table, other, keys)
        if self.otherwise == "null":
            return Integrated(_emptied(table, flagged, keys), self._entry(table, found))
        aside = _rows(table, flagged, _astray(keys))
        gone = (SetAside(aside, self._rule),) if self.otherwise == "quarantine" else ()
        return Integrated(_rows(table, flagged, _stays(keys)), self._entry(table, found), gone)

    @property
    def _rule(self) -> str:
        return f"no row of {self.table} with the same {', '.join(self.keys)}"

    def _entry(self, table: Table, found: Matching) -> Entry:
        astray = found.left_unmatched
        fates: dict[str, Literal["dropped", "quarantined"]] = {"drop": "dropped", "quarantine": "quarantined"}
        fate = fates.get(self.otherwise) if astray else None
        return Entry(
            stage="integrate",
            table=table.name,
            step=f"references {self.table}",
            rows_in=found.left_rows,
            kept=found.left_rows - (astray if fate else 0),
            changed=dict.fromkeys(self.keys, astray) if self.otherwise == "null" and astray else {},
            reasons=(Reason(fate=fate, rule=self._rule, rows=astray),) if fate else (),
            notes={"found": found.left_matched, "astray": astray, "missing_key": found.left_null},
            **({fate: astray} if fate else {}),
        )

    def _broken(self, table: Table, other: Table, found: Matching) -> DataError:
        keys = self.keys
        flagged = _flagged(table, other, keys)
        shown = {name: sql.cast(sql.column(name), "VARCHAR") for name in keys}
        some = sql.select(sql.select(flagged, [*keys, FOUND]).where(_astray(keys)), shown).distinct()
        rows = table.session.rows(
            some.order_by(*(exp.column(name, quoted=True) for name in shown)).limit(EXAMPLES)
        )
        told = "; ".join(", ".join(f"{k} = {v}" for k, v in zip(keys, row, strict=True)) for row in rows)
        are = "1 row refers" if found.left_unmatched == 1 else f"{found.left_unmatched:,} rows refer"
        return DataError(
            f"references {self.table}: {are} to no row of {other.name!r}, for example {told}",
            hint="say what becomes of them with else: null, drop, quarantine or keep",
        )


def _astray(keys: Iterable[str]) -> exp.Expr:
    """Whether a row has a whole key, and it is not there."""
    return sql.all_of([sql.is_null(sql.column(FOUND)), *(sql.not_null(sql.column(name)) for name in keys)])


def _stays(keys: Iterable[str]) -> exp.Expr:
    return sql.any_of([sql.not_null(sql.column(FOUND)), *(sql.is_null(sql.column(name)) for name in keys)])


def _rows(table: Table, flagged: exp.Select, which: exp.Expr) -> Table:
    """Some of the flagged rows, as rows of the table."""
    return replace(table, query=sql.select(flagged, [*table.columns, *table.hidden]).where(which))


def _emptied(table: Table, flagged: exp.Select, keys: Iterable[str]) -> Table:
    """Astray keys made NULL; a key that lacks a part refers to nothing already, and keeps the parts it has."""
    values = {name: sql.column(name) for name in (*table.columns, *table.hidden)}
    astray = _astray(keys)
    values |= {name: exp.Case().when(astray, exp.null()).else_(sql.column(name)) for name in keys}
    return replace(table, query=sql.select(flagged, values))


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
