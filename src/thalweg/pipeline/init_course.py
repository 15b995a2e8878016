"""Which table a row of the dataset stands for, and which tables are joined to it, and to those in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.mine.keys import Keyed
from thalweg.mine.references import Reference

MATCHED = 0.5  # of a table's rows, at least, for its reference to be followed
MOST_JOINS = 20


@dataclass(frozen=True)
class ProposedJoin:
    """A join: the key as {column here: column there}, the prefix of what comes in, the reference it follows."""

    on: Mapping[str, str]
    prefix: str
    reference: Reference


@dataclass(frozen=True)
class Course:
    """The main table, why it is, the joins in order, and references that are not followed, with the reason."""

    main: str
    why: str
    joins: tuple[ProposedJoin, ...]
    left: tuple[tuple[Reference, str], ...]


def chosen_main(
    tables: Sequence[Keyed], found: Sequence[Reference], table: str | None, target: str | None
) -> tuple[str, str]:
    """The name of the main table, and why: asked for, or of those that hold the target the one from which most others
    can be reached, and of those the longest.

    Raises ComponentError where there is no such table, or no table holds the target.
    """
    names = [each.name for each in tables]
    if table is not None:
        if table not in names:
            raise ComponentError(f"there is no table {table!r}; {did_you_mean(table, names)}")
        held = next(each for each in tables if each.name == table)
        held.table.require(target, "target column") if target is not None else None
        return table, "asked for"
    holding = [each for each in tables if target is None or target in each.table.columns]
    if not holding:
        columns = [name for each in tables for name in each.table.columns]
        raise ComponentError(f"no table has a target column {target!r}; {did_you_mean(str(target), columns)}")
    reached = {each.name: len(_reached(each.name, found)) for each in holding}
    best = max(holding, key=lambda each: (reached[each.name], each.rows, -names.index(each.name)))
    if len(tables) == 1:
        return best.name, "the only one"
    why = "the one that leads to most others" if reached[best.name] else "the longest"
    held_by = f" of those with a column {target}" if target is not None and len(holding) < len(tables) else ""
    return best.name, why + held_by


def _reached(start: str, found: Sequence[Reference]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        new = {each.other for each in found if each.table == here and each.matched >= MATCHED} - seen
        seen |= new
        todo += new
    return seen - {start}


def proposed_course(main: str, why: str, found: Sequence[Reference]) -> Course:
    """The joins from the main table outward, near tables first. A table is joined once, but for several references
    of the main table itself: the two airports of a flight."""
    joins: list[ProposedJoin] = []
    left: list[tuple[Reference, str]] = []
    joined, todo = {main}, [(main, "", dict[str, str]())]
    times = Counter(each.other for each in found if each.table == main)
    while todo:
        here, prefix, keys = todo.pop(0)
        for each in (reference for reference in found if reference.table == here):
            if each.other == main or (each.other in joined and (here != main or times[each.other] < 2)):
                continue
            refused = _refusal(each, len(joins))
            if refused:
                left.append((each, refused))
                continue
            twice = here == main and times[each.other] > 1
            own = _prefix("_".join(each.columns) if twice else each.other)
            on = {keys.get(c, f"{prefix}{c}"): k for c, k in zip(each.columns, each.keys, strict=True)}
            joins.append(ProposedJoin(on, own, each))
            if each.other not in joined:
                todo.append((each.other, own, {k: c for c, k in on.items()}))
            joined.add(each.other)
    many = "many rows to one: aggregate them first, or start from there with --table"
    left += [(each, many) for each in found if each.table not in joined and each.other in joined]
    return Course(main, why, tuple(joins), tuple(left))


def _refusal(reference: Reference, joins: int) -> str | None:
    if reference.matched < MATCHED:
        return f"only {reference.matched:.1%} of rows would find a partner"
    return f"there are {MOST_JOINS} joins already" if joins >= MOST_JOINS else None


def _prefix(words: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in words) + "_"
