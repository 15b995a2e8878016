"""Yes and no in many spellings."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator
from sqlglot import exp

from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.clean.written import by_column
from thalweg.core.component import Section
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


class BooleanRule(Section):
    """How one column says yes and no."""

    yes: tuple[str, ...] = ()
    """More spellings of yes, beside the common ones; case does not matter."""
    no: tuple[str, ...] = ()
    """More spellings of no."""
    blank: Literal["missing", "no"] = "missing"
    """What an empty cell means: nothing known, or no, as where only `x` is written."""
    otherwise: Literal["quarantine", "null"] = Field(default="quarantine", alias="else")
    """What becomes of a value that is neither: its row is set aside, or the cell emptied and counted."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("else", "") is None:
            return {**value, "else": "null"}
        return {} if value is None else value

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


class Booleans(Step):
    """Read yes and no as true and false: yes/no, Y/N, on/off, 1/0, x and blank, 是/否, oui/non, ja/nein and more.

    Words of the file go before the common ones, so that `{no: [n, x]}` makes x a no.
    """

    kind: ClassVar[str] = "booleans"

    columns: dict[str, BooleanRule]
    """The columns, as `[paid, member]` or `{paid: {yes: [settled], blank: no}}`."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"columns": {value: {}}}
        return (
            {"columns": {key: {} for key in value}} if isinstance(value, (list, tuple)) else by_column(value)
        )

    @classmethod
    def example(cls) -> Booleans:
        return cls.model_validate({"paid": {"yes": ["settled"], "blank": "no"}, "member": {}})

    def apply(self, table: Table) -> Outcome:
        changes: dict[str, exp.Expr] = {}
        verdicts = []
        for name, rule in self.columns.items():
            if table.columns[table.require(name)] != "VARCHAR":
                raise ComponentError(
                    f"'booleans' reads text; column {name!r} is {table.columns[name]}: use types"
                )
            changes[name] = truth(sql.column(name), rule)
            if rule.otherwise == "quarantine":
                failed = sql.all_of(
                    [exp.Not(this=_blank(sql.column(name))), sql.is_null(truth(sql.column(name), rule))]
                )
                verdicts.append(Verdict("quarantined", f"{name} is neither yes nor no", failed))
        return Outcome(changes, tuple(verdicts))


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
