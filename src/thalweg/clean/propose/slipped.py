"""Rare values that are a slip away from a far more frequent one."""

from __future__ import annotations

from thalweg.clean.spellings import SpellingRule, counted, learnt_spellings
from thalweg.clean.step import Proposal, Step
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.table import Table

MOST = 500  # distinct values of a column of categories
REPEATED = 10  # rows a value, at least: else it is free text, or names


def slipped(table: Table) -> list[Proposal]:
    """Write slips as the frequent spelling, in columns of categories; tell of spellings that differ more loosely."""
    training = table.training()
    applied: dict[str, dict[str, object]] = {}
    whys: list[str] = []
    told: list[Proposal] = []
    for name in _categories(training):
        counts = counted(training, name)
        found = learnt_spellings(counts, SpellingRule(method="slips"))
        if found:
            applied[name] = {"method": "slips"}
            whys.append(f"{name}: {len(found):,} rare values are a slip away from one far more frequent")
        worded = {value: rows for value, rows in counts.items() if not any(c.isdigit() for c in value)}
        loose = learnt_spellings(worded, SpellingRule(method="fingerprint"))
        if loose:
            old, new = min(loose.items())
            told.append(
                Proposal(
                    None,
                    f"{name}: {len(loose):,} values may be other spellings, as {old!r} of {new!r}; left as they are: "
                    f"take the step spellings, with apply: true",
                )
            )
    if not applied:
        return told
    return [*told, Proposal(parse(Step, {"spellings": {"columns": applied, "apply": True}}), "; ".join(whys))]


def _categories(training: Table) -> list[str]:
    """The columns of text with few values, each in many rows."""
    texts = [name for name, sql_type in training.columns.items() if sql_type == "VARCHAR"]
    if not texts:
        return []
    wanted = {f"distinct:{name}": sql.call("approx_count_distinct", sql.column(name)) for name in texts}
    found = training.aggregate(rows=sql.row_count(), **wanted)
    most = {name: found[f"distinct:{name}"] for name in texts}
    return [name for name, values in most.items() if 1 < values <= min(MOST, found["rows"] / REPEATED)]
