"""Texts that are dates in several formats."""

from __future__ import annotations

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
    for name in (name for name, sql_type in table.columns.items() if sql_type == "VARCHAR"):
        if not _may_be(seen, name):
            continue
        found = orders(seen, name)
        fits = seen.aggregate(read=exp.Count(this=read(sql.column(name), DateRule(to="timestamp"))))["read"]
        if fits < max(ENOUGH * found["present"], FEWEST):
            continue
        if found["both"] and found["day"] == found["month"]:
            told.append(Proposal(None, f"{name} may begin with the day or with the month; left as text"))
            continue
        rules[name] = {"else": "null"}
        whys.append(f"{name}: {fits:,} of {found['present']:,} texts looked at are dates, in several formats")
    if not rules:
        return told
    return [*told, Proposal(parse(Step, {"dates": {"columns": rules}}), "; ".join(whys))]


def _may_be(seen: Table, name: str) -> bool:
    """Whether nearly all texts hold a year and the punctuation of a date: a cheap look before the dear one."""
    looks = [sql.call("regexp_matches", sql.column(name), pattern) for pattern in (SIGNS, PUNCTUATED)]
    found = seen.aggregate(present=exp.Count(this=sql.column(name)), fits=sql.true_count(sql.all_of(looks)))
    return found["present"] >= FEWEST and found["fits"] >= ENOUGH * found["present"]
