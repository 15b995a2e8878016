"""Values far from the rest of their column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import field_validator, model_validator
from sqlglot import exp

from thalweg.clean.bounds import Bounds, bounded, limit, outside, within
from thalweg.clean.quantiles import quantiles
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.clean.written import by_column, one_of
from thalweg.core.component import Section
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_number

NORMAL = 1.4826  # the standard deviation of a normal distribution with a median absolute deviation of 1
WAYS = ("between", "iqr", "mad")


class OutlierRule(Section):
    """Which values of one column are outliers, and what becomes of them. Short form: [low, high]."""

    between: Bounds | None = None
    """The bounds themselves, as [low, high]; either may be null, for none."""
    iqr: float | None = None
    """How many interquartile ranges below the first or above the third quartile a value may be; Tukey's is 1.5."""
    mad: float | None = None
    """How many median absolute deviations (scaled to standard deviations) from the median; 3.5 is usual."""
    action: Literal["quarantine", "null", "clip"] = "quarantine"
    """Set the row aside, empty the cell, or put the nearest bound in its place."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return {"between": value}
        if isinstance(value, dict) and value.get("action", "") is None:
            return {**value, "action": "null"}
        return value

    @field_validator("between")
    @classmethod
    def _are_bounds(cls, value: Bounds | None) -> Bounds | None:
        return bounded(value)

    @field_validator("iqr", "mad")
    @classmethod
    def _is_positive(cls, value: float | None) -> float | None:
        if value is not None and not 0 < value < math.inf:
            raise ComponentError(f"expected a number above 0, such as 1.5, received {value}")
        return value

    @model_validator(mode="after")
    def _is_one_way(self) -> OutlierRule:
        one_of(self.model_dump(), WAYS, "a column's outliers")
        return self


class Outliers(Step):
    """Set aside, empty or clip values outside bounds: given, or learnt from the training rows.

    Learnt bounds come from exact quantiles: `iqr` from the quartiles (Tukey 1977), `mad` from the median and the
    median absolute deviation (Iglewicz & Hoaglin 1993). A missing value is no outlier.
    """

    kind: ClassVar[str] = "outliers"

    columns: dict[str, OutlierRule]
    """The rule of each column, as `{price: [0, 1000], delay: {iqr: 3, action: clip}}`."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return by_column(value)

    @classmethod
    def example(cls) -> Outliers:
        return cls.model_validate({"price": [0, 1000], "delay": {"iqr": 3, "action": "clip"}})

    def apply(self, table: Table) -> Outcome:
        changes: dict[str, exp.Expr] = {}
        verdicts = []
        rules: dict[str, dict[str, Any]] = {}
        for name, rule in self.columns.items():
            bounds = rule.between or _learnt(table, name, rule)
            rules[name] = {"between": bounds, "action": rule.action}
            far = outside(table, name, bounds)
            if rule.action == "quarantine":
                verdicts.append(Verdict("quarantined", f"{name} not {within(bounds)}", far))
            elif rule.action == "null":
                changes[name] = exp.Case().when(far, exp.null()).else_(sql.column(name))
            else:
                changes[name] = exp.Case().when(far, _nearest(table, name, bounds)).else_(sql.column(name))
        notes = {
            f"bounds of {n}": list(r["between"]) for n, r in rules.items() if self.columns[n].between is None
        }
        learnt = Outliers.model_validate({"columns": rules}) if notes else None
        return Outcome(changes, tuple(verdicts), notes, learnt=learnt)


def _learnt(table: Table, name: str, rule: OutlierRule) -> Bounds:
    """The bounds that the training rows give."""
    sql_type = table.columns[table.require(name)]
    if not is_number(sql_type):
        raise ComponentError(
            f"outliers of column {name!r} can't be learnt: it is {sql_type}, not a number; "
            "give it a type of number first, or give bounds as [low, high]"
        )
    low, middle, high = _spread(table, name, rule)
    if not low < high:
        raise ComponentError(
            f"outliers of column {name!r} can't be learnt: at least half of its training values are {middle:g}, "
            "so that every other value would be one; give bounds as [low, high]"
        )
    return (low, high)


def _spread(table: Table, name: str, rule: OutlierRule) -> Sequence[float]:
    """The lower bound, the median and the upper bound."""
    training, value = table.training(), sql.cast(sql.column(name), "DOUBLE")
    found = quantiles(training, value, (0.25, 0.5, 0.75))
    if found is None:
        raise ComponentError(
            f"outliers of column {name!r} can't be learnt: no training row has a value there"
        )
    first, median, third = found
    if rule.iqr is not None:
        reach = rule.iqr * (third - first)
        return first - reach, median, third + reach
    deviation = sql.call("abs", exp.paren(value - sql.literal(median)))
    (mad,) = quantiles(training, deviation, (0.5,)) or (0.0,)
    reach = (rule.mad or 0.0) * NORMAL * mad
    return median - reach, median, median + reach


def _nearest(table: Table, name: str, bounds: Bounds) -> exp.Expr:
    """The bound that an outlier passed, as a value of the column's type inside the bounds."""
    sql_type = table.columns[name]
    low, high = (limit(table, name, bound) for bound in bounds)
    if family(sql_type) == "integer":
        low, high = (low and sql.call("ceil", low)), (high and sql.call("floor", high))
    if low is None or high is None:
        return sql.cast(low or high or exp.null(), sql_type)
    below = exp.LT(this=sql.column(name), expression=low.copy())
    return exp.Case().when(below, sql.cast(low, sql_type)).else_(sql.cast(high, sql_type))
