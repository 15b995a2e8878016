"""The rows of the main table, from its source to the dataset, in five numbers that add up."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.core.ledger import Entry

FATES = ("merged", "dropped", "quarantined")


def account(entries: Sequence[Entry], main: str) -> dict[str, int]:
    """in = kept + merged + dropped + quarantined; rows that a step added (a union, a fan-out) count as in."""
    chain = [entry for entry in entries if entry.table == main]
    if not chain:
        return {"in": 0, "kept": 0, "merged": 0, "dropped": 0, "quarantined": 0}
    came = chain[0].rows_in + sum(entry.added for entry in chain)
    lost = {fate: sum(getattr(entry, fate) for entry in chain) for fate in FATES}
    return {"in": came, "kept": chain[-1].rows_out, **lost}
