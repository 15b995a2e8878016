"""Text written in one way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field
from sqlglot import exp

from thalweg.clean.convert import as_text
from thalweg.clean.step import Outcome, Step
from thalweg.clean.unicode import nfc, nfkc
from thalweg.clean.written import by_column
from thalweg.core.component import Section
from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family

WORDS: dict[str, dict[str, Any]] = {
    "trim": {"trim": True},
    "collapse": {"collapse": True},
    "lower": {"case": "lower"},
    "upper": {"case": "upper"},
    "title": {"case": "title"},
    "NFC": {"unicode": "NFC"},
    "NFKC": {"unicode": "NFKC"},
    "empty_to_null": {"empty_to_null": True},
    "zero_width": {"zero_width": True},
}
ZERO_WIDTH = r"[\x{200b}\x{2060}\x{feff}\x{ad}]"
"""Characters without width that mean nothing in data; the joiners of emoji and of Persian do, and stay."""
BLANK = r"[\s\v\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]+"
"""A run of any of Unicode's blanks; SQL's own TRIM knows the space alone."""


class TextRule(Section):
    """How one column is written, done in the order of these fields. Short forms: trim · lower · [trim, title]."""

    unicode: Literal["NFC", "NFKC"] | None = None
    """Unicode's normal form: NFC composes accents, NFKC also turns full-width letters and ligatures into plain ones."""
    zero_width: bool = False
    """Take out spaces without width, byte-order marks and soft hyphens, which nobody sees."""
    trim: bool = False
    """Take away blanks around the text."""
    collapse: bool = False
    """Make every run of blanks inside one space."""
    case: Literal["lower", "upper", "title"] | None = None
    """Write it in lower case, in upper case, or with a capital at the start of each word."""
    map: dict[str, str | None] = Field(default_factory=dict)
    """Spellings to replace, each the whole text, as `{calif: CA}`; null makes the value missing."""
    empty_to_null: bool = False
    """Make an empty text a missing value."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        named = (value,) if isinstance(value, str) else value
        if not isinstance(named, (list, tuple)):
            return value
        fields: dict[str, Any] = {}
        for name in named:
            if not isinstance(name, str) or name not in WORDS:
                raise ComponentError(f"unknown treatment of text {name!r}; {did_you_mean(str(name), WORDS)}")
            clash = [key for key in WORDS[name] if key in fields]
            if clash:
                raise ComponentError(
                    f"{name!r} and {fields[clash[0]]!r} can't both be the {clash[0]} of a text"
                )
            fields.update(WORDS[name])
        return fields


class Text(Step):
    """Trim, collapse blanks, change case, normalise Unicode, and replace spellings."""

    kind: ClassVar[str] = "text"

    every: TextRule | None = None
    """The rule of every column of text that has none of its own. Short form of the step: `text: [trim, lower]`."""
    columns: dict[str, TextRule] = Field(default_factory=dict)
    """The rule of each column, as `{city: [trim, title], state: {case: upper, map: {CALIF: CA}}}`."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return (
            {"every": value} if isinstance(value, (str, list, tuple)) else by_column(value, beside=("every",))
        )

    @classmethod
    def example(cls) -> Text:
        return cls.model_validate(
            {"city": ["trim", "title"], "state": {"case": "upper", "map": {"CALIF": "CA"}}}
        )

    def apply(self, table: Table) -> Outcome:
        for name in self.columns:
            if family(table.columns[table.require(name)]) != "text":
                raise ComponentError(f"column {name!r} is {table.columns[name]}, not text")
        rules = {
            name: self.columns.get(name, self.every)
            for name, t in table.columns.items()
            if family(t) == "text"
        }
        return Outcome(
            {name: _rewritten(table, name, rule) for name, rule in rules.items() if rule is not None}
        )


def _rewritten(table: Table, name: str, rule: TextRule) -> exp.Expr:
    text = as_text(sql.column(name), table.columns[name])
    if rule.unicode:
        text = nfc(text) if rule.unicode == "NFC" else nfkc(table, name, text)
    if rule.zero_width:
        text = sql.call("regexp_replace", text, ZERO_WIDTH, "", "g")
    if rule.trim:
        text = sql.call("regexp_replace", text, f"^{BLANK}|{BLANK}$", "", "g")
    if rule.collapse:
        text = sql.call("regexp_replace", text, BLANK, " ", "g")
    if rule.case:
        text = _cased(text, rule.case)
    return _respelt(text, {**rule.map, **({"": None} if rule.empty_to_null else {})})


def _cased(text: exp.Expr, case: str) -> exp.Expr:
    if case == "title":
        return exp.Initcap(this=text, expression=sql.literal(" \t\n\u00a0\u3000-"))
    return sql.call(case, text)


def _respelt(text: exp.Expr, spellings: Mapping[str, str | None]) -> exp.Expr:
    if not spellings:
        return text
    chosen = exp.Case(this=text.copy())
    for old, new in spellings.items():
        chosen = chosen.when(sql.literal(old), sql.literal(new))
    return chosen.else_(text.copy())
