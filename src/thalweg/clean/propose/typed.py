"""Texts that are numbers, dates or booleans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from thalweg.clean.convert import converted, trimmed
from thalweg.clean.sample import sampled
from thalweg.clean.step import Proposal, Step
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.table import Table

LOOKED_AT = 20_000  # rows
ENOUGH = 0.99  # of the values must be of a type
FEWEST = 5  # values to judge by
LONGEST_INTEGER = 15  # digits; longer ones are names written in digits

DATED = "^[0-9A-Za-z]{1,3}[ ./-][0-9A-Za-z]{1,3},?[ ./-][0-9]{4}"
FORMATS = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
)


def typed(table: Table) -> list[Proposal]:
    """Give a column of text the type that nearly all its training values have; the rest become missing."""
    training = table.training()
    texts = [name for name, sql_type in table.columns.items() if sql_type == "VARCHAR"]
    if not texts:
        return []
    seen = sampled(training, training.count(), LOOKED_AT)
    fits = _measured(seen, {name: _types(sql.column(name)) for name in texts})
    dated = [
        name for name in texts if _type(fits[name]) is None and fits[name]["dated"] >= _least(fits[name])
    ]
    formats = _measured(seen, {name: _formats(sql.column(name)) for name in dated}) if dated else {}
    rules: dict[str, Any] = {}
    whys, told = [], []
    for name in texts:
        found = {**fits[name], **formats.get(name, {})}
        rule = _rule(found)
        doubt = _doubt(rule, found) if rule else None
        if doubt:
            told.append(Proposal(None, f"{name} {doubt}; left as text"))
        elif rule:
            rules[name] = {**rule, "else": "null"}
            (form,) = rule.get("formats", (rule["to"],))
            whys.append(
                f"{name}: {found[form]:,} of {found['present']:,} texts looked at are of type {rule['to']}"
            )
    return [
        *told,
        *([Proposal(parse(Step, {"types": {"columns": rules}}), "; ".join(whys))] if rules else []),
    ]


def _measured(table: Table, wanted: Mapping[str, Mapping[str, exp.Expr]]) -> dict[str, dict[str, int]]:
    """Some counts of some columns, in one pass."""
    flat = {f"{what}:{name}": count for name, counts in wanted.items() for what, count in counts.items()}
    found = table.aggregate(**flat)
    return {name: {what: found[f"{what}:{name}"] for what in counts} for name, counts in wanted.items()}


def _doubt(rule: Mapping[str, Any], fits: Mapping[str, int]) -> str | None:
    """Why a type that fits is better not given."""
    if rule["to"] == "integer" and (fits["zeros"] or fits["long"]):
        return "holds digits that are names, not numbers"
    if len(rule.get("formats", ())) > 1:
        return f"may be written as {' or '.join(rule['formats'])}"
    return None


def _types(value: exp.Expr) -> dict[str, exp.Expr]:
    """How many values of a column are of each type."""
    shown = trimmed(value)
    day = exp.LTE(this=sql.call("length", shown.copy()), expression=sql.literal(10))
    return {
        "present": exp.Count(this=value.copy()),
        "integer": exp.Count(this=converted(value, "VARCHAR", "BIGINT")),
        "number": exp.Count(this=converted(value, "VARCHAR", "DOUBLE")),
        "boolean": exp.Count(this=converted(value, "VARCHAR", "BOOLEAN")),
        "date": exp.Count(this=exp.Case().when(day, converted(value, "VARCHAR", "DATE"))),
        "timestamp": exp.Count(this=converted(value, "VARCHAR", "TIMESTAMP")),
        "zeros": sql.true_count(sql.call("regexp_matches", shown, "^[+-]?0[0-9]")),
        "long": sql.true_count(sql.call("regexp_matches", shown.copy(), f"[0-9]{{{LONGEST_INTEGER + 1}}}")),
        "dated": sql.true_count(sql.call("regexp_matches", shown.copy(), DATED)),
    }


def _formats(value: exp.Expr) -> dict[str, exp.Expr]:
    """How many values of a column are dates in each format."""
    return {form: exp.Count(this=converted(value, "VARCHAR", "TIMESTAMP", (form,))) for form in FORMATS}


def _least(fits: Mapping[str, int]) -> float:
    return max(fits["present"] * ENOUGH, FEWEST)


def _type(fits: Mapping[str, int]) -> str | None:
    """The type of nearly all values."""
    fractions = fits["number"] > fits["integer"]  # which would be lost in a column of integers
    named = (*(() if fractions else ("integer",)), "number", "boolean", "date", "timestamp")
    return next((to for to in named if fits[to] >= _least(fits)), None)


def _rule(fits: Mapping[str, int]) -> dict[str, Any] | None:
    """The type of nearly all values; with several formats where they can't be told apart."""
    to = _type(fits)
    if to is not None:
        return {"to": to}
    formats = [form for form in FORMATS if fits.get(form, 0) >= _least(fits)]
    return {"to": "timestamp" if "%H" in formats[0] else "date", "formats": formats} if formats else None
