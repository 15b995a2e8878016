"""A profile in words: what a reader should know first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

STRONG = 0.9
MANY_MISSING = 0.05
TOLD = 5
MEASURES = {"spearman": "Spearman", "cramers_v": "Cramér's V", "correlation_ratio": "correlation ratio"}


def sentences(profile: Mapping[str, Any]) -> list[str]:
    """The size of the table, and what stands out."""
    rows, columns = profile["rows"], profile["columns"]
    told = [f"{rows:,} rows, {len(columns)} columns; {_duplicates(profile['duplicates'])}."]
    missing = sorted((c for c in columns if c["missing"] > MANY_MISSING * rows), key=lambda c: -c["missing"])
    told += [f"{c['name']} is missing in {c['missing'] / rows:.1%} of rows." for c in missing[:TOLD]]
    single = [c["name"] for c in columns if c["distinct"] == 1 and c["distinct_exact"] and rows > 1]
    told += [f"{', '.join(single)}: one value only."] if single else []
    strong = [pair for pair in profile["pairs"] if abs(pair["value"]) >= STRONG]
    told += [f"{pair['one']} and {pair['other']} go together ({_measure(pair)})." for pair in strong[:TOLD]]
    told += _meanings(columns)
    exact = [found for found in profile["dependencies"] if not found["exceptions"]]
    nearly = [found for found in profile["dependencies"] if found["exceptions"]]
    told += [f"{' and '.join(found['given'])} tell{_s(found)} {found['column']}." for found in exact[:TOLD]]
    return told + [_with_exceptions(found) for found in nearly[:TOLD]]


def _meanings(columns: Sequence[Mapping[str, Any]]) -> list[str]:
    """Texts that are something else, by what they are."""
    found: dict[str, list[str]] = {}
    for column in columns:
        if column["family"] == "text" and column["meaning"] not in (None, "identifier", "free text"):
            found.setdefault(column["meaning"], []).append(column["name"])
    return [f"{', '.join(names)}: {meaning}." for meaning, names in found.items()]


def _with_exceptions(found: Mapping[str, Any]) -> str:
    given = " and ".join(found["given"])
    return f"{given} tell{_s(found)} {found['column']}, but for {found['exceptions']:,} of {found['rows']:,} rows."


def _s(found: Mapping[str, Any]) -> str:
    return "s" if len(found["given"]) == 1 else ""


def _duplicates(rows: int) -> str:
    return f"{rows:,} rows repeat another" if rows else "no row occurs twice"


def _measure(pair: Mapping[str, Any]) -> str:
    return f"{MEASURES[pair['measure']]} {pair['value']:.2f}"
