"""A media file that cannot be a row, and why."""

from __future__ import annotations


class BrokenFile(Exception):
    """Carries the rule, as the ledger words it, and the reason for this file in particular."""

    def __init__(self, rule: str, reason: str):
        super().__init__(reason)
        self.rule, self.reason = rule, reason


EMPTY = "empty file"
DAMAGED = "damaged file"


def damaged(reason: str) -> BrokenFile:
    """A file whose header is not what its name promises."""
    return BrokenFile(DAMAGED, reason)
