"""A profile in words: what a reader should know first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STRONG = 0.9
MANY_MISSING = 0.05
TOLD = 5


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
    return told


def _duplicates(rows: int) -> str:
    return f"{rows:,} rows repeat another" if rows else "no row occurs twice"


def _measure(pair: Mapping[str, Any]) -> str:
    name = {"spearman": "Spearman", "cramers_v": "Cramér's V"}[pair["measure"]]
    return f"{name} {pair['value']:.2f}"
