"""Dates and times in many formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator
from sqlglot import exp

from thalweg.clean.moments import First, has_clock, has_zone, moment, order_fits
from thalweg.clean.reading import Reading
from thalweg.clean.unread import ReadingRule, with_null_as_word
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table


class DateRule(ReadingRule):
    """How one column's dates are written. Short form: date · timestamp."""

    to: Literal["date", "timestamp"] | None = None
    """The day alone, or the day with its time. Left out: timestamp if a training row tells a time."""
    first: First | None = None
    """What 03/04/2024 begins with. Left out: what more of the training rows can only be read as."""
    zone: str | None = None
    """The zone of times that tell none, such as Asia/Shanghai. All times become UTC. Left out: those are taken as UTC,
    and counted where others of the column do tell one."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"to": value}
        return {} if value is None else with_null_as_word(value)

    @field_validator("zone")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ComponentError(
                f"unknown time zone {value!r}; expected a name such as Asia/Shanghai or UTC"
            ) from error
        return value


class Dates(Reading[DateRule]):
    """Read dates of mixed formats and zones: 2024-03-05, 5/3/2024, 5 March 2024, 2024年3月5日, epochs, offsets.

    Each value is read for itself. 5/13/2024 can only begin with the month, and is read so; 3/4/2024 is read as most of
    the training rows ask for that can only be read in one way, and such values are counted in the notes. Whole
    numbers of 9 or 10 digits are seconds since 1970, of 12 or 13 milliseconds.
    """

    kind: ClassVar[str] = "dates"

    columns: dict[str, DateRule]
    """The columns, as `[born]` or `{sent: {zone: Asia/Shanghai}, born: {to: date, first: month}}`."""

    @classmethod
    def example(cls) -> Dates:
        return cls.model_validate({"born": "date", "sent": {"zone": "Asia/Shanghai", "first": "month"}})

    def decided(self, table: Table, name: str, rule: DateRule) -> tuple[DateRule, Mapping[str, str]]:
        if rule.to is not None and rule.first is not None:
            return rule, {}
        found = orders(table, name)
        if rule.first is None and found["both"] and found["day"] == found["month"]:
            raise ComponentError(
                f"{found['both']:,} training values of column {name!r} fit day first and month first, and the others "
                f"don't tell which: say {{{name}: {{first: day}}}} or {{{name}: {{first: month}}}}"
            )
        first: First = rule.first or ("month" if found["month"] > found["day"] else "day")
        to = rule.to or ("timestamp" if found["clock"] else "date")
        said = {}
        if rule.first is None and found["both"]:
            said["order"] = (
                f"{first} first taken: {found['day']:,} training values can only begin with the day, "
                f"{found['month']:,} with the month, {found['both']:,} with either"
            )
        if rule.zone is None and 0 < found["zoned"] < found["clock"]:
            said["zone"] = (
                f"{found['clock'] - found['zoned']:,} training values tell a time without a zone; taken as UTC"
            )
        return rule.model_copy(update={"first": first, "to": to}), said

    def value(self, text: exp.Expr, rule: DateRule) -> exp.Expr:
        return read(text, rule)

    def given(self, text: exp.Expr) -> exp.Expr:
        return sql.not_null(text)

    def lacking(self, rule: DateRule) -> str:
        return f"not a {rule.to}"


def read(text: exp.Expr, rule: DateRule) -> exp.Expr:
    """The date or timestamp in a text, NULL where the rule can read none."""
    return sql.cast(
        moment(text, rule.first or "day", rule.zone), "DATE" if rule.to == "date" else "TIMESTAMP"
    )


def orders(table: Table, name: str) -> dict[str, int]:
    """How many training values can only begin with the day, only with the month, or with either to another effect."""
    day, month = order_fits(sql.column(name))
    by_day = moment(sql.column(name), "day", None)
    by_month = moment(sql.column(name), "month", None)
    return table.training().aggregate(
        day=sql.true_count(sql.all_of([day, sql.negated(month)])),
        month=sql.true_count(sql.all_of([month.copy(), sql.negated(day.copy())])),
        both=sql.true_count(exp.NEQ(this=by_day, expression=by_month)),
        clock=sql.true_count(has_clock(sql.column(name))),
        zoned=sql.true_count(has_zone(sql.column(name))),
        present=exp.Count(this=sql.column(name)),
    )
