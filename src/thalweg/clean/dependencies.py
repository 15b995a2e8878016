"""Cells that contradict what their key says elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator
from sqlglot import exp

from thalweg.clean.majority import AT, NEW, Majority, Repairs, majority, repairs
from thalweg.clean.names import Names
from thalweg.clean.step import Outcome, Step
from thalweg.core.component import Section
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.engines.types import family

SETTINGS = ("rules", "support", "majority")


class DependencyRule(Section):
    """What one key says: rows that agree in `by` should agree in each column of `repair`."""

    by: Names
    """The key: a column, or several together."""
    repair: Names
    """The columns that the key decides."""
    only: Literal["all", "typos"] = "all"
    """Which cells give way: all that differ from the majority; or only those that read like a misspelling of it: at
    least half alike, different in more than digits, and not itself held by `support` rows of any key."""
    fill: bool = False
    """Whether a missing cell is given the majority's value."""

    @model_validator(mode="after")
    def _makes_sense(self) -> DependencyRule:
        if not self.by or not self.repair:
            raise ComponentError(
                "a dependency needs a key and what it decides, as {zip: [city, state]} or "
                "{by: [shop, day], repair: [manager]}"
            )
        both = set(self.by) & set(self.repair)
        if both:
            raise ComponentError(f"column {min(both)!r} is both the key and what the key decides")
        return self


class Dependencies(Step):
    """Repair what contradicts the majority of its key: of rows with one zip code, the city that most of them name.

    A majority is learnt from the training rows of a key. Where there are fewer rows than `support`, or no value
    is held by a share of `majority` of them, as in a tie, nothing is touched; such keys are counted as undecided.
    Where several keys decide one column, each by a rule of its own, more than half of those that know must agree; where
    they don't, the cell is left and counted as contested. All rules look at the table as it was before the step.
    """

    kind: ClassVar[str] = "dependencies"

    rules: tuple[DependencyRule, ...]
    """Keys and what they decide. Short form: `{zip: [city, state], phone: name}`."""
    support: int = Field(default=3, ge=2)
    """The fewest training rows of a key that make a majority."""
    majority: float = Field(default=0.6, gt=0.5, le=1)
    """The least share of the key's rows that must agree."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return {"rules": value}
        if not isinstance(value, Mapping) or not isinstance(value.get("rules", {}), Mapping):
            return value
        written = dict(value.get("rules", {k: v for k, v in value.items() if k not in SETTINGS}))
        rules = [{"by": key, "repair": decided} for key, decided in written.items()]
        return {**{k: v for k, v in value.items() if k in SETTINGS}, "rules": rules}

    @field_validator("rules")
    @classmethod
    def _has_rules(cls, value: tuple[DependencyRule, ...]) -> tuple[DependencyRule, ...]:
        if not value:
            raise ComponentError("dependencies needs a rule, as {zip: [city, state]}")
        return value

    @classmethod
    def example(cls) -> Dependencies:
        return cls.model_validate({"zip": ["city", "state"], "support": 5})

    def apply(self, table: Table) -> Outcome:
        found: dict[str, list[Majority]] = {}
        for rule in self.rules:
            for name in rule.repair:
                found.setdefault(name, []).append(self._majority(table, rule, name))
        mended = {name: repairs(table, name, ways) for name, ways in found.items()}
        undecided = {one.said: count for each in found.values() for one in each if (count := one.undecided)}
        contested = {name: count for name, one in mended.items() if (count := one.contested)}
        notes = {"undecided keys": undecided} if undecided else {}
        notes |= {"contested cells": contested} if contested else {}
        changes = {name: _mended(name, ways, mended[name]) for name, ways in found.items()}
        return Outcome(changes, notes=notes)

    def _majority(self, table: Table, rule: DependencyRule, name: str) -> Majority:
        for used in (*rule.by, name):
            table.require(used)
            if family(table.columns[used]) in ("nested", "bytes", "other"):
                raise ComponentError(
                    f"column {used!r} is {table.columns[used]}: its values can't be held against one another"
                )
        if rule.only == "typos" and table.columns[name] != "VARCHAR":
            raise ComponentError(
                f"'only: typos' is for text; column {name!r} is {table.columns[name]}: leave 'only' out"
            )
        typos = rule.only == "typos"
        return majority(table, rule.by, name, self.support, self.majority, typos=typos, fill=rule.fill)


def _mended(name: str, ways: list[Majority], mended: Repairs) -> exp.Expr:
    """The repair of a cell where there is one. A cell without any key has none, and its keys are part of its
    lineage."""
    here = exp.EQ(this=sql.column(AT), expression=sql.column(ROW))
    value = {"value": exp.Max(this=sql.column(NEW))}
    repair = sql.select(mended.rows, value).where(here).subquery()
    keyed = sql.any_of(sql.all_of(sql.not_null(sql.column(key)) for key in way.by) for way in ways)
    chosen = exp.Coalesce(this=repair, expressions=[sql.column(name)])
    return exp.Case().when(keyed, chosen).else_(sql.column(name))
