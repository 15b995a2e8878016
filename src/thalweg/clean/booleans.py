"""Yes and no in many spellings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import field_validator, model_validator
from sqlglot import exp

from thalweg.clean.reading import Reading
from thalweg.clean.unread import ReadingRule, with_null_as_word
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table

YES = (
    *("true", "t", "yes", "y", "on", "1", "1.0", "x", "✓", "✔", "是", "有", "对", "真"),
    *("oui", "vrai", "ja", "wahr", "sí", "si", "sì", "verdadero", "vero", "да"),
)
NO = (
    *("false", "f", "no", "n", "off", "0", "0.0", "✗", "✘", "否", "无", "不是", "错", "假"),
    *("non", "faux", "nein", "falsch", "falso", "нет"),
)


class BooleanRule(ReadingRule):
    """How one column says yes and no."""

    yes: tuple[str, ...] = ()
    """More spellings of yes, beside the common ones; case does not matter."""
    no: tuple[str, ...] = ()
    """More spellings of no."""
    blank: Literal["missing", "no"] = "missing"
    """What an empty cell means: nothing known, or no, as where only `x` is written."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {} if value is None else with_null_as_word(value)

    @field_validator("yes", "no", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        many = value if isinstance(value, (list, tuple)) else (value,)
        # YAML reads a bare yes as true
        return tuple(
            {True: "true", False: "false"}.get(one, one) if isinstance(one, bool) else str(one)
            for one in many
        )

    @model_validator(mode="after")
    def _says_one_thing(self) -> BooleanRule:
        both = {word.strip().lower() for word in self.yes} & {word.strip().lower() for word in self.no}
        if both:
            raise ComponentError(f"{min(both)!r} is given for yes and for no")
        return self


class Booleans(Reading[BooleanRule]):
    """Read yes and no as true and false: yes/no, Y/N, on/off, 1/0, x and blank, 是/否, oui/non, ja/nein and more.

    Words of the file go before the common ones, so that `{no: [n, x]}` makes x a no.
    """

    kind: ClassVar[str] = "booleans"

    columns: dict[str, BooleanRule]
    """The columns, as `[paid, member]` or `{paid: {yes: [settled], blank: no}}`."""

    @classmethod
    def example(cls) -> Booleans:
        return cls.model_validate({"paid": {"yes": ["settled"], "blank": "no"}, "member": {}})

    def decided(self, table: Table, name: str, rule: BooleanRule) -> tuple[BooleanRule, Mapping[str, str]]:
        return rule, {}

    def value(self, text: exp.Expr, rule: BooleanRule) -> exp.Expr:
        return truth(text, rule)

    def given(self, text: exp.Expr) -> exp.Expr:
        return sql.negated(_blank(text))

    def lacking(self, rule: BooleanRule) -> str:
        return "neither yes nor no"


def truth(text: exp.Expr, rule: BooleanRule) -> exp.Expr:
    """True or false, NULL where a text is neither."""
    word = sql.call("lower", _trimmed(text))
    chosen = exp.Case()
    if rule.blank == "no":
        chosen = chosen.when(_blank(text), exp.false())
    for words, value in (
        (rule.yes, exp.true()),
        (rule.no, exp.false()),
        (YES, exp.true()),
        (NO, exp.false()),
    ):
        if words:
            listed = [sql.literal(one.strip().lower()) for one in words]
            chosen = chosen.when(exp.In(this=word.copy(), expressions=listed), value)
    return chosen


def _trimmed(text: exp.Expr) -> exp.Expr:
    return sql.call("trim", text.copy())


def _blank(text: exp.Expr) -> exp.Expr:
    return sql.any_of([sql.is_null(text), exp.EQ(this=_trimmed(text), expression=sql.literal(""))])
