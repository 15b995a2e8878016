"""Rules "who has these also has that" from sets of items, told from chance on the same baskets and on others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from thalweg.mine.chance import ALPHA, holm, together
from thalweg.mine.itemsets import Baskets, Itemset

ENOUGH = 5  # held-out baskets with the condition: of fewer, nothing is said


@dataclass(frozen=True)
class Rule:
    """Baskets with all items of `given` mostly hold `then` too; items by name.

    `baskets` hold all of them, `of` the condition, `base` the consequence, of `total`. `p` is Fisher's, corrected.
    """

    given: tuple[str, ...]
    then: str
    baskets: int
    of: int
    base: int
    total: int
    p: float = 1.0
    checked: int | None = None
    """Held-out baskets with the condition; None where nothing was held out."""
    checked_confidence: float | None = None
    checked_lift: float | None = None

    @property
    def support(self) -> float:
        return self.baskets / self.total

    @property
    def confidence(self) -> float:
        return self.baskets / self.of

    @property
    def lift(self) -> float:
        return self.confidence / (self.base / self.total)

    @property
    def found(self) -> bool:
        """Whether it is beyond chance and, where it could be checked, held on other baskets."""
        return self.p <= ALPHA and (self.checked_lift is None or self.checked_lift > 1)


def rules_of(
    sets: Mapping[Itemset, int],
    names: Sequence[str],
    total: int,
    confidence: float,
    shortest: int,
    longest: int,
) -> list[Rule]:
    """Every rule with one item as its consequence, by confidence; `shortest` and `longest` count all its items.

    A rule of one item has no condition: it says how many of all baskets hold it.
    """
    given = {**sets, (): total}
    made = [
        Rule(tuple(names[each] for each in rest), names[then], held, given[rest], sets[(then,)], total)
        for items, held in sets.items()
        if shortest <= len(items) <= longest
        for place, then in enumerate(items)
        if held >= confidence * given[rest := items[:place] + items[place + 1 :]]
    ]
    made = _with_p(made, _tests(sets, longest))
    return sorted(made, key=lambda rule: (rule.p, -rule.lift, -rule.baskets, rule.given, rule.then))


def check(rules: Sequence[Rule], others: Baskets) -> list[Rule]:
    """The same rules with what they are worth on baskets they were not found in."""
    code = {name: place for place, name in enumerate(others.names)}
    basket = np.repeat(np.arange(others.count), np.diff(others.starts))
    order = np.argsort(others.items, kind="stable")
    ends = np.searchsorted(others.items[order], np.arange(len(others.names) + 1))

    @cache
    def holding(name: str) -> np.ndarray:
        place = code.get(name)
        held = np.zeros(others.count, dtype=bool)
        if place is not None:
            held[basket[order[ends[place] : ends[place + 1]]]] = True
        return held

    return [_checked(rule, holding, others.count) for rule in rules]


def without_echoes(rules: Sequence[Rule]) -> list[Rule]:
    """The rules in their order, but those whose condition holds that of one before, of the same consequence."""
    kept: list[Rule] = []
    for rule in rules:
        if not any(rule.then == other.then and set(other.given) <= set(rule.given) for other in kept):
            kept.append(rule)
    return kept


def _tests(sets: Mapping[Itemset, int], longest: int) -> int:
    """How many rules were looked at: each condition with each other frequent item, whether often together or not."""
    items = sum(1 for each in sets if len(each) == 1)
    return max(sum(items - len(each) for each in sets if len(each) < longest), 1)


def _with_p(rules: list[Rule], tests: int) -> list[Rule]:
    if not rules:
        return rules
    base, of, both = (np.array([getattr(rule, name) for rule in rules]) for name in ("base", "of", "baskets"))
    corrected = holm(together(rules[0].total, base, of, both), tests)
    return [replace(rule, p=float(p)) for rule, p in zip(rules, corrected, strict=True)]


def _checked(rule: Rule, holding: Callable[[str], np.ndarray], total: int) -> Rule:
    condition = np.ones(total, dtype=bool)
    for name in rule.given:
        condition &= holding(name)
    then = holding(rule.then)
    of, base = int(condition.sum()), int(then.sum())
    if of < ENOUGH or not base:
        return replace(rule, checked=of)
    confidence = int((condition & then).sum()) / of
    return replace(rule, checked=of, checked_confidence=confidence, checked_lift=confidence / (base / total))
