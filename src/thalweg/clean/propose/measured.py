"""Texts that are numbers with a unit, a percent sign or a currency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from thalweg.clean.numbers import NumberRule, number
from thalweg.clean.numerals import MAGNITUDES, numeral
from thalweg.clean.sample import sampled
from thalweg.clean.step import Proposal, Step
from thalweg.clean.units import NAMED, plain
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.table import Table

LOOKED_AT = 20_000  # rows
ENOUGH = 0.99  # of the values must be read
FEWEST = 5  # values to judge by
WORDY = 0.1  # of the values may lose words behind their unit
APART = 10.0  # times: a sign that divides by 100 sets values with it this far apart from those without


def measured(table: Table) -> list[Proposal]:
    """Read as numbers the texts that nearly all are numbers, some with something beside the digits.

    A unit that most values have is the unit they are given in. Where some values have a percent sign and some have
    none, and their medians are of one size, the sign says nothing, and is left away; else 12% is 0.12.
    """
    training = table.training()
    texts = [name for name, sql_type in table.columns.items() if sql_type == "VARCHAR"]
    seen = sampled(training, training.count(), LOOKED_AT) if texts else training
    found = {name: kinds for name in texts if (kinds := _kinds(seen, name))}
    rules: dict[str, Any] = {}
    whys: list[str] = []
    for name, kinds in found.items():
        rule, why = _rule(seen, name, kinds)
        parsed = NumberRule.model_validate({**rule, "else": "null"})
        read = seen.aggregate(
            present=exp.Count(this=sql.column(name)),
            read=exp.Count(this=number(sql.column(name), parsed)),
        )
        if read["present"] >= FEWEST and read["read"] >= ENOUGH * read["present"]:
            rules[name] = {**rule, "else": "null"}
            whys.append(f"{name}: {read['read']:,} of {read['present']:,} texts looked at are numbers {why}")
    if not rules:
        return []
    return [Proposal(parse(Step, {"numbers": {"columns": rules}}), "; ".join(whys))]


def _kinds(seen: Table, name: str) -> dict[str, int]:
    """What stands beside the digits of a column's values, and how often; empty where it is not for this step."""
    parts = numeral(sql.column(name))
    shape = sql.call("regexp_matches", parts.digits, "[', ]")
    none = exp.EQ(this=parts.digits, expression=sql.literal(""))
    counted = seen.aggregate(
        present=exp.Count(this=sql.column(name)),
        none=sql.true_count(none),
        zeros=sql.true_count(sql.call("regexp_matches", parts.digits, "^0[0-9]")),
        grouped=sql.true_count(shape),
    )
    if not counted["present"] or counted["none"] > (1 - ENOUGH) * counted["present"] or counted["zeros"]:
        return {}
    kinds: Counter[str] = Counter()
    pairs = sql.select(seen.query, {"exact": parts.suffix, "currency": parts.currency})
    pairs = pairs.where(sql.not_null(sql.column(name)))
    each = sql.select(
        pairs, {"exact": sql.column("exact"), "currency": sql.column("currency"), "n": sql.row_count()}
    )
    each = each.group_by(sql.column("exact"), sql.column("currency")).limit(100)
    for exact, currency, rows in seen.session.rows(each):
        kinds[exact or currency] += rows
    return dict(kinds) if set(kinds) - {""} or counted["grouped"] else {}


def _rule(seen: Table, name: str, kinds: Mapping[str, int]) -> tuple[dict[str, Any], str]:
    units, wordy = _units(kinds)
    if units:
        unit = max(sorted(units), key=lambda one: units[one])
        if not 0 < wordy <= WORDY * sum(kinds.values()):
            return {"unit": unit}, f"in {unit}"
        return {
            "unit": unit,
            "words": True,
        }, f"in {unit}; {wordy:,} have words behind it, which are left away"
    if "%" in kinds and "" in kinds and not _apart(seen, name):
        return {
            "percent": "points"
        }, "some with a percent sign, of the same size as those without: it is left away"
    if "%" in kinds:
        return {"percent": "fraction"}, "with a percent sign: 12% is 0.12"
    return {}, "with signs beside them"


def _units(kinds: Mapping[str, int]) -> tuple[Counter[str], int]:
    """The units behind the digits and how often; and how many values have more words behind the unit."""
    units: Counter[str] = Counter()
    wordy = 0
    for kind, rows in kinds.items():
        first = plain(kind.split(maxsplit=1)[0]) if kind.split() else ""
        unit = plain(kind) if plain(kind) in NAMED else first
        if unit in NAMED and unit not in MAGNITUDES:
            units[unit] += rows
            wordy += rows if unit != plain(kind) else 0
    return units, wordy


def _apart(seen: Table, name: str) -> bool:
    """Whether values with a percent sign are of another size than those without."""
    text = sql.column(name)
    signed = exp.EQ(this=numeral(text).suffix, expression=sql.literal("%"))
    value = number(text, NumberRule(percent="points"))
    sides = {
        "with": exp.Case().when(signed, value),
        "without": exp.Case().when(sql.negated(signed.copy()), value.copy()),
    }
    found = seen.aggregate(**{side: sql.call("quantile_disc", cell, 0.5) for side, cell in sides.items()})
    one, other = (abs(found[side] or 0.0) for side in sides)
    return max(one, other) > APART * min(one, other)
