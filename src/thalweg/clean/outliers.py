"""Values far from the rest of their column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import field_validator, model_validator
from sqlglot import exp

from thalweg.clean.bounds import Bounds, bounded, limit, outside, within
from thalweg.clean.names import Names
from thalweg.clean.outlying import NORMAL, Reach, outlying_in_groups, outlying_in_time
from thalweg.clean.quantiles import quantiles
from thalweg.clean.repeats import among
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.clean.written import by_column, one_of
from thalweg.core.component import Section
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.moments import microseconds
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_moment, is_number

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

    by: Names = ()
    """Columns that make a group, such as a sensor: a value is judged by the training rows of its own group."""
    window: str | None = None
    """How far back to look, such as `24 hours`: a value is judged by those before it in its group. Needs `time`."""
    time: str | None = None
    """The column of dates or times that `window` goes by."""

    @field_validator("window")
    @classmethod
    def _is_a_length(cls, value: str | None) -> str | None:
        if value is not None:
            microseconds(value)
        return value

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
        if (self.window is None) != (self.time is None):
            raise ComponentError(
                "'window' and 'time' go together, as {mad: 5, window: 24 hours, time: measured_at}"
            )
        if self.window is not None and self.mad is None:
            raise ComponentError(
                "a 'window' is judged by its median: give 'mad', such as {mad: 5, window: …}"
            )
        if self.local and (self.between is not None or self.action == "clip"):
            raise ComponentError(
                "'by' and 'window' learn bounds that differ from row to row: use iqr or mad, not "
                "between, and quarantine or null, not clip"
            )
        return self

    @property
    def local(self) -> bool:
        """Whether bounds differ from row to row."""
        return bool(self.by) or self.window is not None


class Outliers(Step):
    """Set aside, empty or clip values outside bounds: given, or learnt from the training rows.

    Learnt bounds come from exact quantiles: `iqr` from the quartiles (Tukey 1977), `mad` from the median and the
    median absolute deviation (Iglewicz & Hoaglin 1993). A missing value is no outlier. With `by` each group has
    bounds of its own; with `window` a value is judged by those shortly before it, never by what comes later (a
    trailing Hampel filter). Where there are fewer than 8 values to judge by, or half of them are alike, nothing is.

        - outliers: {pm25: {mad: 6, by: station, window: 24 hours, time: hour, action: "null"}}
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
        notes: dict[str, Any] = {}
        for name, rule in self.columns.items():
            if rule.local:
                found = _local(table, name, rule, notes)
                if rule.action == "quarantine":
                    verdicts.append(Verdict("quarantined", _local_words(name, rule), among(found)))
                else:
                    changes[name] = exp.Case().when(among(found), exp.null()).else_(sql.column(name))
                continue
            bounds = rule.between or _learnt(table, name, rule)
            rules[name] = {"between": bounds, "action": rule.action}
            far = outside(table, name, bounds)
            if rule.action == "quarantine":
                verdicts.append(Verdict("quarantined", f"{name} not {within(bounds)}", far))
            elif rule.action == "null":
                changes[name] = exp.Case().when(far, exp.null()).else_(sql.column(name))
            else:
                changes[name] = exp.Case().when(far, _nearest(table, name, bounds)).else_(sql.column(name))
        found_bounds = {n: r for n, r in rules.items() if self.columns[n].between is None}
        notes |= {f"bounds of {n}": list(r["between"]) for n, r in found_bounds.items()}
        learnt = Outliers(columns=self.columns | _as_rules(rules)) if found_bounds else None
        return Outcome(changes, tuple(verdicts), notes, learnt=learnt)


def _as_rules(rules: dict[str, dict[str, Any]]) -> dict[str, OutlierRule]:
    return {name: OutlierRule.model_validate(rule) for name, rule in rules.items()}


def _local(table: Table, name: str, rule: OutlierRule, notes: dict[str, Any]) -> exp.Table:
    """The rows that are outliers of their group or of their window."""
    _check_number(table, name)
    for column in rule.by:
        table.require(column)
    if rule.window is not None and rule.time is not None:
        kind = table.columns[table.require(rule.time, "time column")]
        if not is_moment(kind):
            raise ComponentError(
                f"outliers of {name!r}: time column {rule.time!r} is {kind}; expected dates or times"
            )
        return outlying_in_time(table, name, rule.by, rule.time, microseconds(rule.window), rule.mad or 0.0)
    reach = Reach("iqr", rule.iqr) if rule.iqr is not None else Reach("mad", rule.mad or 0.0)
    found, told = outlying_in_groups(table, name, rule.by, reach)
    notes |= {f"{words} for {name}": groups for words, groups in told.items()}
    return found


def _local_words(name: str, rule: OutlierRule) -> str:
    """The rule in words."""
    group = f" of the same {', '.join(rule.by)}" if rule.by else ""
    if rule.window is not None:
        return f"{name} more than {rule.mad:g} deviations from the median of the {rule.window} before{group}"
    far = f"{rule.iqr:g} interquartile ranges" if rule.iqr is not None else f"{rule.mad:g} deviations"
    return f"{name} more than {far} from the values{group}"


def _check_number(table: Table, name: str) -> None:
    sql_type = table.columns[table.require(name)]
    if not is_number(sql_type):
        raise ComponentError(
            f"outliers of column {name!r} can't be learnt: it is {sql_type}, not a number; "
            "give it a type of number first, or give bounds as [low, high]"
        )


def _learnt(table: Table, name: str, rule: OutlierRule) -> Bounds:
    """The bounds that the training rows give."""
    _check_number(table, name)
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
