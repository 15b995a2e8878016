"""Words that people and programs write where there is no value."""

from __future__ import annotations

import re

from thalweg.clean.step import Proposal, Step
from thalweg.clean.summary import ColumnSummary, Summary
from thalweg.core.component import parse

SPELLINGS = ("", "?", "-", "--", "NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan")
"""Words left out on purpose: none, unknown, missing and the like, which may be answers."""


def spellings(summary: Summary) -> list[Proposal]:
    """Make missing what is written as missing, column by column."""
    found = {column.name: words for column in summary.columns.values() if (words := _words(column))}
    if not found:
        return []
    why = "; ".join(f"{name}: {_said(words)} for missing" for name, words in found.items())
    rules = {name: {"as": list(words)} for name, words in found.items()}
    return [Proposal(parse(Step, {"missing": {"columns": rules}}), why)]


def _words(column: ColumnSummary) -> dict[str, int]:
    """The spellings of missing that occur in a column, with the rows seen."""
    if column.family != "text" or column.distribution is None:
        return {}
    found: dict[str, int] = {}
    for value, rows in zip(column.distribution.values, column.distribution.counts, strict=True):
        word = value.strip()
        if word in SPELLINGS:
            found[word] = found.get(word, 0) + int(rows)
    if "NA" in found and _are_codes(column):
        del found["NA"]
    return found


def _are_codes(column: ColumnSummary) -> bool:
    """Whether most values are two capitals, as codes of countries are: there NA is Namibia."""
    others = [value.strip() for value in column.distribution.values] if column.distribution else []
    others = [value for value in others if value not in SPELLINGS]
    codes = sum(1 for value in others if re.fullmatch("[A-Z]{2}", value))
    return codes * 2 > len(others)


def _said(words: dict[str, int]) -> str:
    return " and ".join(f"{word!r} ({rows:,} rows seen) stands" for word, rows in words.items())
