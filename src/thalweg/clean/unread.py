"""Values that can't be read as what they should be: their row is set aside, or their cell emptied."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from sqlglot import exp

from thalweg.clean.step import Verdict
from thalweg.core.component import Section
from thalweg.engines import sql


class ReadingRule(Section):
    """How the values of one column are read, and what becomes of those that can't be."""

    otherwise: Literal["quarantine", "null"] = Field(default="quarantine", alias="else")
    """What becomes of a value that can't be read: its row is set aside, or the cell emptied and counted."""

    def unread(self, words: str, given: exp.Expr, value: exp.Expr) -> tuple[Verdict, ...]:
        """The verdict on rows whose value is there (`given`) and can't be read (`value` is NULL): none with `else:
        null`. `words` are the rule that is broken."""
        if self.otherwise == "null":
            return ()
        return (Verdict("quarantined", words, sql.all_of([given, sql.is_null(value)])),)


def with_null_as_word(value: Any) -> Any:
    """A rule's mapping with `else: null`, which YAML reads as nothing, as the word."""
    if isinstance(value, dict) and value.get("else", "") is None:
        return {**value, "else": "null"}
    return value
