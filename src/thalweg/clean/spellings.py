"""Several spellings of one value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator
from sqlglot import exp

from thalweg.clean.step import Outcome, Step
from thalweg.clean.variants import ODDS, collisions, slips
from thalweg.core.component import Section
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table

MOST = 50_000  # distinct values that are looked at
SHOWN = 20  # spellings that the notes of a step list


class SpellingRule(Section):
    """How the spellings of one column are found. Short forms: fingerprint · slips · both."""

    method: Literal["fingerprint", "slips", "both"] = "both"
    """fingerprint: the same words whatever their order, case, accents and punctuation, as OpenRefine's key collision.
    slips: a letter or two from a value that is far more frequent. both: one, then the other."""
    odds: float = Field(default=ODDS, ge=2)
    """How many times as frequent as a slip the right spelling must be."""
    map: dict[str, str] | None = None
    """Spellings and what they become, in place of those that would be learnt: what the resolved file shows."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"method": value} if isinstance(value, str) else value


class Spellings(Step):
    """Find spellings of one value by the training rows, and write them all as the most frequent one.

    Without `apply: true` nothing is changed: what would be is told in the notes. With it the map is written into the
    resolved file, so that what was applied can be read, and edited.
    """

    kind: ClassVar[str] = "spellings"

    columns: dict[str, SpellingRule]
    """The columns of text to look at, as `[city, owner]` or `{city: slips, owner: {map: {UK: U.K.}}}`."""
    apply_: bool = Field(default=False, alias="apply")
    """Whether the spellings found are replaced, or only told."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"columns": {value: {}}}
        if isinstance(value, (list, tuple)):
            return {"columns": {key: {} for key in value}}
        if not isinstance(value, Mapping):
            return value
        columns = value.get("columns", {key: rule for key, rule in value.items() if key != "apply"})
        listed = {key: {} for key in columns} if isinstance(columns, (list, tuple)) else columns
        return {"columns": listed, **({"apply": value["apply"]} if "apply" in value else {})}

    @field_validator("columns")
    @classmethod
    def _has_columns(cls, value: dict[str, SpellingRule]) -> dict[str, SpellingRule]:
        if not value:
            raise ComponentError("spellings needs a column of text, as {columns: [city], apply: true}")
        return value

    @classmethod
    def example(cls) -> Spellings:
        return cls.model_validate({"columns": ["city"], "apply": True})

    def apply(self, table: Table) -> Outcome:
        found = {name: self._found(table, name, rule) for name, rule in self.columns.items()}
        spelt = {name: respelt for name, respelt in found.items() if respelt}
        notes = {f"{name}: spellings": _said(respelt) for name, respelt in spelt.items()}
        if not self.apply_:
            return Outcome(notes=notes)
        learnt = {name: rule.model_copy(update={"map": found[name]}) for name, rule in self.columns.items()}
        changes = {name: _respelt(name, respelt) for name, respelt in spelt.items()}
        return Outcome(changes, notes=notes, learnt=self.model_copy(update={"columns": learnt}))

    def _found(self, table: Table, name: str, rule: SpellingRule) -> dict[str, str]:
        if table.columns[table.require(name)] != "VARCHAR":
            raise ComponentError(f"'spellings' is for text; column {name!r} is {table.columns[name]}")
        return rule.map if rule.map is not None else learnt_spellings(counted(table, name), rule)


def counted(table: Table, name: str) -> dict[str, int]:
    """The most frequent values of a column among training rows."""
    value = sql.column(name)
    query = sql.select(table.training().query, {"value": value, "rows": sql.row_count()})
    query = query.where(sql.not_null(value)).group_by(value.copy())
    ordered = sql.select(query, ["value", "rows"]).order_by(
        exp.Ordered(this=sql.column("rows"), desc=True), exp.Ordered(this=sql.column("value"))
    )
    return {row[0]: int(row[1]) for row in table.session.rows(ordered.limit(MOST))}


def learnt_spellings(counts: Mapping[str, int], rule: SpellingRule) -> dict[str, str]:
    """Spellings and what they become; of a chain of two, both become its end."""
    merged = collisions(counts) if rule.method in ("fingerprint", "both") else {}
    if rule.method == "fingerprint":
        return merged
    totals: dict[str, int] = {}
    for value, rows in counts.items():
        kept = merged.get(value, value)
        totals[kept] = totals.get(kept, 0) + rows
    slipped = slips(totals, rule.odds)
    return {**{old: slipped.get(new, new) for old, new in merged.items()}, **slipped}


def _respelt(name: str, spellings: Mapping[str, str]) -> exp.Expr:
    chosen = exp.Case(this=sql.column(name))
    for old, new in spellings.items():
        chosen = chosen.when(sql.literal(old), sql.literal(new))
    return chosen.else_(sql.column(name))


def _said(respelt: Mapping[str, str]) -> dict[str, Any]:
    shown = dict(sorted(respelt.items())[:SHOWN])
    more = len(respelt) - len(shown)
    return {**shown, **({"…": f"and {more:,} more"} if more else {})}
