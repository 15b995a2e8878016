"""Columns that another column decides, but for typing errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from thalweg.clean.agreement import Agreement, Codes, agreement, codes_of, foretold
from thalweg.clean.sample import sampled
from thalweg.clean.step import Proposal, Step
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family

LOOKED_AT = 10_000  # rows
COLUMNS = 50  # the first so many are held against one another: pairs grow with the square
SUPPORT = 3  # rows of a key that make a majority
STRENGTH = 0.9  # of the rows must agree with the majority of their key
COVERED = 0.5  # of the rows must have a key with support
KEYS = 5  # with support, at least
SURE = 0.98  # of the rows must agree for missing values to be filled in
FILLED = 0.1  # of the values may be missing for that
WAYS = 4  # keys asked about one column: the strongest


@dataclass(frozen=True)
class Way:
    """A key that decides a column, and how well."""

    by: tuple[str, ...]
    name: str
    found: Agreement


def determined(table: Table) -> list[Proposal]:
    """Repair misspelt cells of a column of text that other columns decide, in nearly all training rows.

    That most rows agree is not enough. The key must tell values apart: a column that is nearly one value is decided
    by anything. And where a third column foretells the exceptions, they are no errors; with it in the key they are
    none (a rate that a measure decides, save in the state that has rates of its own). Only what reads like a
    misspelling of the majority is changed; missing values are filled in where the majority has hardly an exception.
    """
    columns = _looked_at(table)
    ways = [way for name in columns if table.columns[name] == "VARCHAR" for way in _ways(columns, name)]
    if not ways:
        return []
    filled = {way.name for way in ways if _may_fill(columns[way.name], way)}
    wrong = [way for way in ways if way.found.misspelt or (way.name in filled and columns[way.name].missing)]
    decided = {way.name for way in wrong}
    if not decided:
        return []
    return [_proposal([way for way in ways if way.name in decided], filled)]


def _looked_at(table: Table) -> dict[str, Codes]:
    """The values of a sample of training rows, column by column, as numbers."""
    training = table.training()
    plain = [n for n, t in table.columns.items() if family(t) in ("text", "integer", "date")][:COLUMNS]
    if len(plain) < 2:
        return {}
    seen = sampled(training, training.count(), LOOKED_AT)
    texts = {name: sql.cast(sql.column(name), "VARCHAR") for name in plain}
    rows = seen.session.rows(sql.select(seen.query, texts))
    return {name: codes_of([row[place] for row in rows]) for place, name in enumerate(plain)}


def _ways(columns: Mapping[str, Codes], name: str) -> list[Way]:
    """The strongest keys that decide a column."""
    target = columns[name]
    if target.distinct < 2:
        return []
    others = {key: codes for key, codes in columns.items() if key != name}
    found = [way for key, codes in others.items() if (way := _way(columns, (key,), codes, name)) is not None]
    alone = {way.by for way in found if len(way.by) == 1}
    own = [way for way in found if len(way.by) == 1 or not any((key,) in alone for key in way.by)]
    return sorted(own, key=lambda way: -way.found.strength)[:WAYS]


def _way(columns: Mapping[str, Codes], by: tuple[str, ...], key: Codes, name: str) -> Way | None:
    """A key that decides a column; with a second column where that one foretells the exceptions; None if neither."""
    found = agreement(key, columns[name], SUPPORT)
    if not _decides(found):
        return None
    others = {other: codes for other, codes in columns.items() if other not in (*by, name)}
    telling = [other for other, codes in others.items() if foretold(found.exceptions, codes, SUPPORT)]
    if not telling:
        return Way(by, name, found)
    if len(by) > 1:
        return None
    wider = [_way(columns, (*by, other), key.with_(columns[other]), name) for other in telling]
    return max((way for way in wider if way), key=lambda way: way.found.strength, default=None)


def _decides(found: Agreement) -> bool:
    return (
        found.strength >= STRENGTH
        and found.covered >= COVERED
        and found.keys >= KEYS
        and found.majorities >= 2
    )


def _may_fill(target: Codes, way: Way) -> bool:
    rows = len(target.codes)
    return way.found.strength >= SURE and target.missing <= FILLED * rows


def _proposal(ways: list[Way], filled: set[str]) -> Proposal:
    grouped: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for way in ways:
        grouped.setdefault((way.by, way.name in filled), []).append(way.name)
    rules = [
        {"by": list(by), "repair": names, "only": "typos", "fill": fill}
        for (by, fill), names in grouped.items()
    ]
    step = parse(Step, {"dependencies": {"rules": rules, "support": SUPPORT}})
    whys = [
        f"{', '.join(way.by)} decides {way.name} in {way.found.strength:.1%} of the rows looked at"
        for way in ways
    ]
    return Proposal(step, "; ".join(whys))
