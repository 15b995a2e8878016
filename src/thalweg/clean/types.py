"""Columns read as the type they should have."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import field_validator
from sqlglot import exp
from sqlglot.errors import SqlglotError

from thalweg.clean.convert import converted
from thalweg.clean.names import Names
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.clean.unread import ReadingRule, with_null_as_word
from thalweg.clean.written import by_column
from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import INTEGERS, PLAIN, family

WORDS = {
    "number": "DOUBLE",
    "integer": "BIGINT",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
    "category": "VARCHAR",
    "text": "VARCHAR",
}
DIRECTIVES = "aAbBcdDfgGHIjmMnpSuUVwWxXyYzZ%"  # what strptime knows


class TypeRule(ReadingRule):
    """The type of one column. Short form: the type alone."""

    to: str
    """number, integer, date, timestamp, boolean, category, text, or a type of SQL such as `DECIMAL(10,2)`."""
    formats: Names = ()
    """How dates and times are written, as for strptime: `%d/%m/%Y`. The first that fits is taken."""
    remove: Names = ()
    """Pieces of text taken out before the conversion: a unit, a percent sign, a thousands separator."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"to": value}
        return with_null_as_word(value)

    @field_validator("to")
    @classmethod
    def _is_a_type(cls, value: str) -> str:
        sql_type(value)
        return value

    @field_validator("formats")
    @classmethod
    def _are_formats(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            found = re.findall(r"%-?(.|$)", text)
            if not found or any(not letter or letter not in DIRECTIVES for letter in found):
                raise ComponentError(
                    f"expected a format such as %Y-%m-%d or %d/%m/%Y %H:%M, received {text!r}"
                )
        return value


class Types(Step):
    """Give columns the types they should have.

    A value that can't be read as the type sends its row to quarantine, or becomes missing with `else:
    null`. Nothing is rounded or cut: 1.5 is no integer, 0.125 no DECIMAL(10,2); `inf` and `nan` are no
    numbers. A value that is the same under its new type does not count as changed.
    """

    kind: ClassVar[str] = "types"

    columns: dict[str, TypeRule]
    """The type of each column, as `{age: integer, when: {to: date, formats: "%d/%m/%Y"}}`."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return by_column(value)

    @classmethod
    def example(cls) -> Types:
        return cls.model_validate(
            {"age": "integer", "born": {"to": "date", "formats": "%d/%m/%Y", "else": "null"}}
        )

    def apply(self, table: Table) -> Outcome:
        changes: dict[str, exp.Expr] = {}
        verdicts: list[Verdict] = []
        for name, rule in self.columns.items():
            found = table.columns[table.require(name)]
            _check(name, found, rule)
            changes[name] = _read(sql.column(name), found, rule)
            words = f"{name} is not of type {rule.to}"
            verdicts += rule.unread(words, sql.not_null(sql.column(name)), changes[name])
        return Outcome(changes, tuple(verdicts))


def sql_type(written: str) -> str:
    """The SQL type that a written one stands for. Raises ComponentError for what is not the type of a value."""
    if written.lower() in WORDS:
        return WORDS[written.lower()]
    known = [*WORDS, *INTEGERS, *PLAIN, "DECIMAL", "TIMESTAMP", "TIMESTAMPTZ"]
    try:
        parsed = exp.DataType.build(written, dialect=sql.DIALECT).sql(sql.DIALECT)
    except SqlglotError as error:
        raise ComponentError(f"unknown type {written!r}; {did_you_mean(written, known)}") from error
    described = {"INT": "INTEGER", "TEXT": "VARCHAR", "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}.get(
        parsed, parsed
    )
    if family(described) in ("nested", "other", "bytes"):
        raise ComponentError(
            f"expected the type of a single value, received {written!r}; {did_you_mean(written, known)}"
        )
    return described


def _check(name: str, found: str, rule: TypeRule) -> None:
    to = sql_type(rule.to)
    if rule.formats and (family(to) not in ("date", "timestamp") or family(found) != "text"):
        raise ComponentError(
            f"'formats' are for text read as date or timestamp; column {name!r} is {found}, to be read as {rule.to}"
        )
    if rule.remove and family(found) != "text":
        raise ComponentError(f"'remove' is for text; column {name!r} is {found}")
    if not _readable(family(found), family(to)):
        raise ComponentError(f"column {name!r} is {found} and can't be read as {rule.to}")


def _readable(found: str, to: str) -> bool:
    """Whether any value of one family may be read as a value of another."""
    numbers = {"integer", "number", "boolean"}
    moments = {"date", "timestamp"}
    if found == to or to == "text":
        return found not in ("nested", "bytes", "other")
    return found == "text" or {found, to} <= numbers or {found, to} <= moments


def _read(value: exp.Expr, found: str, rule: TypeRule) -> exp.Expr:
    for piece in rule.remove:
        value = sql.call("replace", value, piece, "")
    return converted(value, found, sql_type(rule.to), rule.formats)
