"""Rules that rows must keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator
from sqlglot import exp

from thalweg.clean.bounds import Bounds, bounded, outside, said, within
from thalweg.clean.names import Names
from thalweg.clean.repeats import among, repeats
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.clean.values import Value, absent, fitting, present
from thalweg.clean.written import by_column
from thalweg.core.component import Section
from thalweg.core.errors import ComponentError, DataError
from thalweg.engines import sql
from thalweg.engines.rowwise import parse_rowwise
from thalweg.engines.table import Table
from thalweg.engines.types import family

FLAGS = ("not_null", "unique")
SHOWN = 6  # values of a list that a rule in words spells out


class ExpectRule(Section):
    """What one column's values must be. Short forms: not_null · unique · [not_null, unique]."""

    between: Bounds | None = None
    """[low, high], both allowed; either may be null, for none."""
    among: tuple[Value, ...] | None = Field(default=None, alias="in")
    """The values there may be."""
    regex: str | None = None
    """A regular expression (RE2) that the whole text must match."""
    not_null: bool = False
    """Whether a value must be there. No other rule is broken by a missing value."""
    unique: bool = False
    """Whether a value may occur once only; all rows but the first are set aside."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        named = (value,) if isinstance(value, str) else value
        if not isinstance(named, (list, tuple)):
            return value
        strange = [name for name in named if name not in FLAGS]
        if strange:
            raise ComponentError(
                f"expected {' or '.join(FLAGS)}, or one of {{between: […]}}, {{in: […]}}, {{regex: …}}, "
                f"received {strange[0]!r}"
            )
        return dict.fromkeys(named, True)

    @field_validator("between")
    @classmethod
    def _are_bounds(cls, value: Bounds | None) -> Bounds | None:
        return bounded(value)

    @model_validator(mode="after")
    def _says_something(self) -> ExpectRule:
        if not any((self.between, self.among, self.regex is not None, self.not_null, self.unique)):
            raise ComponentError(
                "a rule that expects nothing: give between, in (with values), regex, not_null or unique"
            )
        return self


class Expect(Step):
    """Send rows that break a rule to quarantine, with the rule.

    A missing value breaks only `not_null`; an expression that is neither true nor false is not broken. Of rows that
    share a value that must be unique the first stays, a training row before any other.
    """

    kind: ClassVar[str] = "expect"

    columns: dict[str, ExpectRule] = Field(default_factory=dict)
    """The rules of each column, as `{distance: {between: [1, 6000]}, origin: {in: [EWR, JFK]}, id: unique}`."""
    rows: Names = ()
    """SQL conditions over the columns of one row, as `["arrival > departure"]`."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("rows"), dict):
            return by_column(value)
        return by_column(value, beside=("rows",))

    @classmethod
    def example(cls) -> Expect:
        return cls.model_validate({"distance": {"between": [1, 6000]}, "rows": ["arrival > departure"]})

    def apply(self, table: Table) -> Outcome:
        verdicts: list[Verdict] = []
        for name, rule in self.columns.items():
            table.require(name)
            verdicts += [
                Verdict("quarantined", f"{name} {words}", when) for words, when in _broken(table, name, rule)
            ]
        for text in self.rows:
            verdicts.append(Verdict("quarantined", f"not {text}", sql.negated(_condition(table, text))))
        return Outcome(verdicts=tuple(verdicts))


def _broken(table: Table, name: str, rule: ExpectRule) -> Iterator[tuple[str, exp.Expr]]:
    """Each rule of a column in words, and when it is broken."""
    value, sql_type = sql.column(name), table.columns[name]
    if rule.not_null:
        yield "is missing", absent(value, sql_type)
    if rule.between:
        yield f"not {within(rule.between)}", outside(table, name, rule.between)
    if rule.among:
        yield (
            f"not in {_listed(rule.among)}",
            sql.all_of([present(value, sql_type), sql.negated(_is_in(table, name, rule.among))]),
        )
    if rule.regex is not None:
        yield f"not matching {rule.regex}", sql.negated(_matches(table, name, rule.regex))
    if rule.unique:
        found = repeats(table, (name,), nulls_repeat=False)
        if found is not None:
            yield "not unique", among(found)


def _listed(values: tuple[Value, ...]) -> str:
    more = f", … ({len(values) - SHOWN} more)" if len(values) > SHOWN else ""
    return ", ".join(said(value) for value in values[:SHOWN]) + more


def _is_in(table: Table, name: str, values: tuple[Value, ...]) -> exp.Expr:
    wanted = [fitting(table, name, value, "a value") for value in values]
    return exp.In(this=sql.column(name), expressions=wanted)


def _matches(table: Table, name: str, pattern: str) -> exp.Expr:
    sql_type = table.columns[name]
    if family(sql_type) != "text":
        raise ComponentError(f"a regex is for text; column {name!r} is {sql_type}: use between or in")
    matches = sql.call("regexp_full_match", sql.column(name), pattern)
    try:
        table.session.rows(exp.select(exp.alias_(sql.call("regexp_full_match", "", pattern), "valid")))
    except DataError as error:
        raise ComponentError(
            f"the regex {pattern!r} of column {name!r} is not valid: {error.message}"
        ) from error
    return matches


def _condition(table: Table, text: str) -> exp.Expr:
    """A condition on one row. Raises ComponentError where it is none, or looks at other rows."""
    condition = parse_rowwise(table, text, "condition")
    (found,) = table.session.columns(sql.select(table.query, {"condition": condition})).values()
    if found != "BOOLEAN":
        raise ComponentError(
            f"expected a condition that is true or false, received {text!r}, which is {found}"
        )
    return condition
