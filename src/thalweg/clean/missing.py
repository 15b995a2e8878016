"""What becomes of missing values, and which spellings mean that a value is missing."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator
from sqlglot import exp

from thalweg.clean.carry import Carry, last_before
from thalweg.clean.convert import as_text, trimmed
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.clean.values import Value, absent, fitting, misfit
from thalweg.clean.written import by_column, one_of
from thalweg.core.component import Section
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_number

Spelling = str | int | float
SpellingsOfMissing = Annotated[
    tuple[Spelling, ...],
    BeforeValidator(lambda value: value if isinstance(value, (list, tuple)) else (value,)),
]


class MissingRule(Section):
    """What becomes of one column's missing values. Short forms: drop · keep · {constant: 0} · {carry: {…}}."""

    then: Literal["keep", "drop", "constant", "carry"] = "keep"
    """Keep them missing, drop the row, put a constant in, or carry the last value forward."""
    constant: Value | None = None
    """The value to put in."""
    carry: Carry | None = None
    """Where to carry the last value from: `{by: machine, order: time}`."""
    spellings: SpellingsOfMissing = Field(default=(), alias="as")
    """Values that mean missing in this column, such as `?` or -999."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"then": value}
        if not isinstance(value, dict):
            return value
        given = [name for name in ("constant", "carry") if value.get(name) is not None]
        if "then" in value and given in ([], [value["then"]]):
            return value
        if given or "then" in value:
            return {
                **value,
                "then": one_of(value, ("then", "constant", "carry"), "a column's missing values"),
            }
        return value

    @model_validator(mode="after")
    def _is_complete(self) -> MissingRule:
        if self.then in ("constant", "carry") and getattr(self, self.then) is None:
            raise ComponentError(f"'{self.then}' needs a value, as {{{self.then}: …}}")
        return self


class Missing(Step):
    """Keep, drop, fill or carry forward missing values; turn spellings such as `?` into missing first.

    Means and medians are not put in here: they are learnt by the features, from training rows. A value is
    never carried from a test row to a validation row, nor from either to a training row.
    """

    kind: ClassVar[str] = "missing"

    spellings: SpellingsOfMissing = Field(default=(), alias="as")
    """Values that mean missing in any column: texts in text, blanks around them ignored; numbers in numbers."""
    columns: dict[str, MissingRule] = Field(default_factory=dict)
    """The rule of each column, as `{arr_delay: drop, wind: {constant: 0}}`."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return by_column(value, beside=("as",))

    @classmethod
    def example(cls) -> Missing:
        return cls.model_validate({"as": ["?"], "target": "drop", "level": {"constant": 0}})

    def apply(self, table: Table) -> Outcome:
        for name in self.columns:
            table.require(name)
        changes: dict[str, exp.Expr] = {}
        verdicts = []
        for name in table.columns:
            rule = self.columns.get(name, MissingRule())
            spelt = self._spelt(table, name, rule)
            gone = absent(sql.column(name), table.columns[name])
            gone = sql.any_of([gone, spelt]) if spelt is not None else gone
            value = _filled(table, name, rule, gone)
            if value is not None or spelt is not None:
                changes[name] = exp.Case().when(gone, value or exp.null()).else_(sql.column(name))
            if rule.then == "drop":
                verdicts.append(Verdict("dropped", f"{name} is missing", gone))
        return Outcome(changes, tuple(verdicts))

    def _spelt(self, table: Table, name: str, rule: MissingRule) -> exp.Expr | None:
        """Whether a cell holds a spelling of missing; None where none can occur in a column of this type."""
        sql_type = table.columns[name]
        strange = [value for value in rule.spellings if not _occurs(value, sql_type)]
        if strange:
            raise misfit(table, name, strange[0], "a spelling of missing")
        values = [value for value in (*self.spellings, *rule.spellings) if _occurs(value, sql_type)]
        if not values:
            return None
        text = family(sql_type) == "text"
        cell = trimmed(as_text(sql.column(name), sql_type)) if text else sql.column(name)
        wanted = dict.fromkeys(value.strip() if isinstance(value, str) else value for value in values)
        return exp.In(this=cell, expressions=[sql.literal(value) for value in wanted])


def _occurs(value: Spelling, sql_type: str) -> bool:
    return family(sql_type) == "text" if isinstance(value, str) else is_number(sql_type)


def _filled(table: Table, name: str, rule: MissingRule, gone: exp.Expr) -> exp.Expr | None:
    """What stands in for a missing cell, or None where it stays missing."""
    if rule.then == "constant":
        return fitting(table, name, rule.constant, "the constant")
    if rule.then == "carry" and rule.carry is not None:
        for column in (*rule.carry.by, *rule.carry.order):
            table.require(column)
        given = exp.Case().when(gone.copy(), exp.null()).else_(sql.column(name))
        return last_before(given, rule.carry, table.split)
    return None
