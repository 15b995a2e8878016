"""Texts that are dates in several formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from thalweg.clean.dates import DateRule, orders, read
from thalweg.clean.sample import sampled
from thalweg.clean.step import Proposal, Step
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.table import Table

LOOKED_AT = 2_000  # rows
ENOUGH = 0.99  # of the values must be read
FEWEST = 5  # values to judge by
SIGNS = "[0-9]{4}"  # a year, or the digits of an epoch
PUNCTUATED = "[-/.年: ]"


def dated(table: Table) -> list[Proposal]:
    """Read as dates the texts that are dates in more than one format; left where day and month can't be told apart."""
    training = table.training()
    seen = sampled(training, training.count(), LOOKED_AT)
    rules: dict[str, Any] = {}
    whys: list[str] = []
    told: list[Proposal] = []
    for name in _may_be(seen, [name for name, sql_type in table.columns.items() if sql_type == "VARCHAR"]):
        text = sql.column(name)
        counts = seen.aggregate(
            present=exp.Count(this=text), read=exp.Count(this=read(text, DateRule(to="timestamp")))
        )
        if (fits := counts["read"]) < max(ENOUGH * counts["present"], FEWEST):
            continue
        found = orders(seen, name)
        if found["both"] and found["day"] == found["month"]:
            told.append(Proposal(None, f"{name} may begin with the day or with the month; left as text"))
            continue
        rules[name] = {"else": "null"}
        whys.append(f"{name}: {fits:,} of {found['present']:,} texts looked at are dates, in several formats")
    if not rules:
        return told
    return [*told, Proposal(parse(Step, {"dates": {"columns": rules}}), "; ".join(whys))]


def _may_be(seen: Table, texts: Sequence[str]) -> list[str]:
    """The texts that nearly all hold a year and the punctuation of a date: a cheap look before the dear one."""
    wanted = {}
    for name in texts:
        looks = [sql.call("regexp_matches", sql.column(name), pattern) for pattern in (SIGNS, PUNCTUATED)]
        wanted[f"present:{name}"] = exp.Count(this=sql.column(name))
        wanted[f"fits:{name}"] = sql.true_count(sql.all_of(looks))
    found = seen.aggregate(**wanted) if wanted else {}
    present = {name: found[f"present:{name}"] for name in texts}
    return [n for n in texts if present[n] >= FEWEST and found[f"fits:{n}"] >= ENOUGH * present[n]]
