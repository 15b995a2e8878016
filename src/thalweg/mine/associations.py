"""Association rules: who has these items also has that one."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from pydantic import Field, model_validator

from thalweg.core.errors import ComponentError
from thalweg.engines.table import Table
from thalweg.mine.basket_forms import Found, from_columns, from_lists, from_long
from thalweg.mine.basket_rules import Rule, check, rules_of, without_echoes
from thalweg.mine.chance import ALPHA, said
from thalweg.mine.exhibit import Chart, Grid, Trace
from thalweg.mine.itemsets import frequent
from thalweg.mine.miner import Finding, Miner

TOLD, SHOWN = 5, 50
CHECKED = 1_000  # rules, of those beyond chance, that are looked at further


class Rules(Miner):
    """Association rules with one item as their consequence: `{associations: {items: basket_items, support: 0.001}}`.

    Baskets are a column of lists (`items`), text cut at a `separator`, rows of an item and its `basket`, or, where no
    items are named, the values of a row's columns (`column = value`; a number by its quarter). Support and confidence
    as R's arules counts them (Hahsler 2005): of all baskets, both ends included. A rule is told when Fisher's exact
    test, corrected for every rule that was looked at (Holm; Webb 2007), says that it is no chance, and its lift is
    above 1 on validation rows too.
    """

    kind: ClassVar[str] = "associations"

    items: str | None = None
    """The column of items: a list, text with a `separator`, or one item a row with a `basket`."""
    separator: str | None = Field(None, min_length=1)
    """What stands between the items of a text."""
    basket: str | None = None
    """The column whose equal values are one basket."""
    columns: tuple[str, ...] = ()
    """Columns whose values are items; all that can be, where nothing is named."""
    support: float = Field(0.01, gt=0, le=1)
    """The share of baskets that hold all items of a rule, at least."""
    confidence: float = Field(0.5, ge=0, le=1)
    """The share, of the baskets with the condition, that hold the consequence too, at least."""
    shortest: int = Field(1, ge=1)
    """Items of a rule, at least: 1 counts rules without a condition, as arules does."""
    longest: int | None = Field(None, ge=2)
    """Items of a rule, at most. Left out: 10 of a basket, 3 where the columns of a row are the items."""
    baskets: int = Field(200_000, ge=100)
    """Baskets to look at; of more, a sample chosen by a hash."""
    sets: int = Field(200_000, ge=100)
    """Frequent sets of items to hold in memory; where there are more, support is too low."""

    @property
    def _most(self) -> int:
        """Items of a rule, at most."""
        return self.longest or (10 if self.items is not None else 3)

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"items": value}
        return {"columns": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _one_form(self) -> Rules:
        if self.items is None and (self.separator or self.basket):
            raise ComponentError(
                "a `separator` or a `basket` needs the column of `items`, such as {items: product}"
            )
        if self.separator and self.basket:
            raise ComponentError(
                "items are cut from a text by `separator`, or gathered by `basket`, not both"
            )
        if self.items and self.columns:
            raise ComponentError("expected `items` or `columns`, received both")
        return self

    def mine(self, table: Table) -> Finding:
        found = self._baskets(table)
        total = found.learnt.count
        least = max(math.ceil(self.support * total * (1 - 1e-12)), 1)
        sets = frequent(found.learnt, least, self._most, self.sets)
        passing = rules_of(sets, found.learnt.names, total, self.confidence, self.shortest, self._most)
        beyond = [rule for rule in passing if rule.p <= ALPHA]
        surest = beyond[:CHECKED]
        checked = check(surest, found.held_out) if found.held_out is not None else surest
        kept = [rule for rule in checked if rule.found]
        return self._told(found, passing, beyond, kept, len(sets))

    def _baskets(self, table: Table) -> Found:
        if self.items is None:
            return from_columns(table, self.columns, self.baskets)
        if self.basket is not None:
            return from_long(table, self.items, self.basket, self.baskets)
        return from_lists(table, self.items, self.separator, self.baskets)

    def _told(
        self, found: Found, passing: list[Rule], beyond: list[Rule], kept: list[Rule], sets: int
    ) -> Finding:
        first = without_echoes(kept)
        counted = (
            f"{len(passing):,} rules have support {self.support:g} and confidence {self.confidence:g} or more"
        )
        worth = f"{len(beyond):,} of them are beyond chance" if beyond else "none of them is beyond chance"
        if found.held_out is not None and beyond:
            worth += f"; of the {min(len(beyond), CHECKED):,} surest, {len(kept):,} stood on held-out baskets"
        return Finding(
            title="What goes together",
            size=f"{found.size}; {len(found.learnt.names):,} different items.",
            guard=_guard(found),
            sentences=(f"{counted}; {worth}.", *(_sentence(rule) for rule in first[:TOLD])),
            facts={
                "baskets": found.learnt.count,
                "held_out": found.held_out.count if found.held_out is not None else None,
                "items": len(found.learnt.names),
                "sets": sets,
                "passing": len(passing),
                "beyond_chance": len(beyond),
                "found": len(kept),
                "rules": [_written(rule) for rule in first[:SHOWN]],
            },
            charts=_charts(first[:SHOWN]),
            grids=_grids(first[:SHOWN]),
        )


def _guard(found: Found) -> str:
    words = "Fisher's exact test, corrected for every rule that was looked at (Holm)"
    if found.held_out is None:
        return f"{words}. No rows were held out to check on."
    return f"{words}; then a lift above 1 in {found.held_out.count:,} baskets of validation rows."


def _sentence(rule: Rule) -> str:
    of = f"{rule.baskets:,} of {rule.of:,} baskets"
    usual = f"{rule.lift:.1f} times as often as in all baskets"
    return f"With {' and '.join(rule.given)} comes {rule.then}: in {of} ({rule.confidence:.0%}), {usual}{_held(rule)}."


def _held(rule: Rule) -> str:
    if rule.checked is None:
        return ""
    if rule.checked_lift is None:
        return "; too few held-out baskets to check"
    return f"; {rule.checked_lift:.1f} times in held-out ones"


def _written(rule: Rule) -> dict[str, Any]:
    measures = {name: getattr(rule, name) for name in ("support", "confidence", "lift")}
    return {**vars(rule), "given": list(rule.given), **measures}


def _charts(rules: list[Rule]) -> tuple[Chart, ...]:
    if not rules:
        return ()
    notes = tuple(f"{', '.join(rule.given)} → {rule.then}" for rule in rules)
    x, y = tuple(rule.support for rule in rules), tuple(rule.lift for rule in rules)
    points = Trace(shape="points", x=x, y=y, notes=notes)
    title = "Rules: how common, and how much more often than chance"
    return (Chart(title=title, traces=(points,), x="share of baskets", y="lift"),)


def _grids(rules: list[Rule]) -> tuple[Grid, ...]:
    if not rules:
        return ()
    head = ("with", "comes", "baskets", "confidence", "lift", "held-out lift", "chance")
    rows = tuple(
        (
            ", ".join(rule.given),
            rule.then,
            f"{rule.baskets:,}",
            f"{rule.confidence:.1%}",
            f"{rule.lift:.2f}",
            "–" if rule.checked_lift is None else f"{rule.checked_lift:.2f}",
            said(rule.p),
        )
        for rule in rules
    )
    return (Grid(title="The rules", head=head, rows=rows, numbers=5),)
