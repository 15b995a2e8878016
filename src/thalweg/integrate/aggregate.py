"""New columns that sum up the rows of another table: all of them, or those before the row's own time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self, get_args

from pydantic import Field, field_validator, model_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.core.fingerprint import fingerprint
from thalweg.core.ledger import Entry
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.moments import DAY, microseconds
from thalweg.engines.table import ROW, Table
from thalweg.engines.types import family, is_moment, is_number
from thalweg.integrate.exact import check_summable
from thalweg.integrate.history import EVENTS, EVERY, Function, History, Value, history
from thalweg.integrate.keyed import KeyedOperation
from thalweg.integrate.naming import find
from thalweg.integrate.operation import Integrated
from thalweg.integrate.related import Key, check_arriving, check_comparable
from thalweg.integrate.times import check_times, time_pair

ALL = "all"
LEFT, RIGHT = "l", "r"


class Aggregate(KeyedOperation):
    """Add counts, sums and the like over the rows of another table that share the key; every row stays, once.

        - aggregate: {table: orders, on: customer_id, time: {signup: ordered_at}, windows: [7 days, all],
                      values: {amount: [sum, mean, last], product: distinct, "*": count}, since: true}

    With `time`, a row is told only what came before it: a window of 7 days holds the rows of the other table from 7
    days before its own time up to, and without, that time. The new columns are called `orders_amount_sum_7_days`,
    of the window `all` `orders_amount_sum`. A row without history, or whose key or time is missing, gets counts of 0
    and otherwise nothing. Sums are exact: a float is rounded to 1e-12 and added as a decimal, so that they do not
    depend on the order. `last` is the last value that is not missing, ties going to the last row in the source.

    Without `time` all rows that share the key count. The main table itself may be summed up only with `time`, for
    else a row would be told of itself and of rows that judge; even then, divide its rows by time.
    """

    kind: ClassVar[str] = "aggregate"
    needs_key: ClassVar[bool] = False

    table: str
    """The other table; or, with `time`, the main table itself."""
    on: Key | None = None
    """The key: a column of that name on both sides, several, or {column here: column there}. With `time` it may be
    left out: then all rows before count."""
    time: str | dict[str, str] | None = None
    """The times: a column of that name on both sides, or {column here: column there}; dates, times, whole numbers."""
    windows: list[str | int] = Field(default=[ALL])
    """How far back to look: `7 days`, `all`; of whole numbers, a number."""
    values: dict[str, list[Function]] = Field(default_factory=dict)
    """Column of the other table to one or several of count, sum, mean, min, max, last, distinct; `"*"` stands for
    rows, which can be counted."""
    since: bool = False
    """Whether to add how long ago the last row of the other table was: in days, or in the unit of whole numbers."""
    prefix: str | None = None
    """Put before the name of every new column. Left out: the other table's name and a low line."""

    @field_validator("time")
    @classmethod
    def _is_one_pair(cls, time: str | dict[str, str] | None) -> str | dict[str, str] | None:
        if time is not None:
            time_pair(time, "aggregate")
        return time

    @field_validator("windows", mode="before")
    @classmethod
    def _one_or_many(cls, windows: Any) -> Any:
        return [windows] if isinstance(windows, (str, int)) else windows

    @field_validator("windows")
    @classmethod
    def _are_lengths(cls, windows: list[str | int]) -> list[str | int]:
        for window in windows:
            if isinstance(window, int) and window < 1:
                raise ComponentError(f"expected a window of at least 1, received {window}")
            if isinstance(window, str) and window != ALL:
                microseconds(window)
        if not windows or len(set(windows)) < len(windows):
            raise ComponentError(f"expected different windows, such as [7 days, all], received {windows}")
        return windows

    @field_validator("values", mode="before")
    @classmethod
    def _functions(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        listed = {name: [each] if isinstance(each, str) else each for name, each in values.items()}
        for name, functions in listed.items():
            for function in functions:
                if function not in get_args(Function):
                    raise ComponentError(
                        f"unknown function {function!r} of {name!r}; {did_you_mean(str(function), get_args(Function))}"
                    )
        if listed.get(EVERY, ["count"]) != ["count"]:
            raise ComponentError(
                f"rows can only be counted: expected {{'*': count}}, received {listed[EVERY]}"
            )
        return listed

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.values and not self.since:
            raise ComponentError('aggregate needs `values`, such as {amount: [sum, mean], "*": count}')
        if self.time is None:
            timed = ["since"] if self.since else []
            timed += ["windows"] if self.windows != [ALL] else []
            timed += ["last"] if any("last" in functions for functions in self.values.values()) else []
            if timed:
                raise ComponentError(
                    f"{' and '.join(timed)} needs `time`, such as time: {{signup: ordered_at}}"
                )
            if self.on is None:
                raise ComponentError("aggregate needs `on`, the key that rows share, or `time`, or both")
        return self

    @classmethod
    def example(cls) -> Self:
        return cls(table="orders", on="customer", values={"amount": ["sum", "mean"], EVERY: ["count"]})

    def makes(self) -> tuple[str, ...]:
        return tuple(name for name, _, _, _ in self._columns())

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        other = find(others, self.table)
        asked = self._asked(table, other)
        query = history(table, other, asked)
        found = table.session.keep(f"aggregate_{fingerprint(table.session.sql(query))}", query)
        return Integrated(self._joined(table, other, asked, found), self._entry(table, other, asked, found))

    def _columns(self) -> Iterator[tuple[str, str, Function, str | int]]:
        """Name, column of the other table, function and window of every new column but `since`."""
        prefix = f"{self.table}_" if self.prefix is None else self.prefix
        for window in self.windows:
            ending = "" if window == ALL else f"_{str(window).strip().replace(' ', '_')}"
            for column, functions in self.values.items():
                middle = "" if column == EVERY else f"{column}_"
                for function in functions:
                    yield f"{prefix}{middle}{function}{ending}", column, function, window

    def _asked(self, table: Table, other: Table) -> History:
        check_comparable(table, other, self.keys, "aggregate")
        time = time_pair(self.time, "aggregate") if self.time is not None else None
        if time is None and other.name == table.name:
            raise ComponentError(
                f"aggregate {other.name}: the main table may be summed up only over what came before each row, for "
                "else a row is told of itself and of rows that judge; write `time`, such as time: ordered_at"
            )
        if time is not None:
            self._check_time(table, other, time)
        values = tuple(
            Value(
                name,
                column,
                function,
                _length(window, time is not None and is_moment(table.columns[time[0]])),
            )
            for name, column, function, window in self._columns()
        )
        for value in values:
            self._check_value(other, value)
        asked = History(self.keys, time, values, self._since_name(table, time))
        check_arriving(table, other, self._types(asked, other), "aggregate")
        return asked

    def _check_time(self, table: Table, other: Table, time: tuple[str, str]) -> None:
        check_times(table, time[0], other, time[1], "aggregate")
        for each, name in zip((table, other), time, strict=True):
            if family(each.columns[name]) == "number":
                raise ComponentError(
                    f"aggregate {other.name}: time column {name!r} of {each.name!r} is {each.columns[name]}; expected "
                    "dates, times or whole numbers"
                )
        numeric = not is_moment(table.columns[time[0]])
        wrong = [window for window in self.windows if window != ALL and isinstance(window, str) == numeric]
        if wrong:
            wanted = "a whole number" if numeric else "a length of time such as '7 days'"
            raise ComponentError(
                f"aggregate {other.name}: {time[0]!r} is {table.columns[time[0]]}, so a window should be {wanted}, "
                f"received {wrong[0]!r}"
            )

    def _check_value(self, other: Table, value: Value) -> None:
        if value.column == EVERY:
            return
        sql_type = other.columns[other.require(value.column)]
        if value.function in ("sum", "mean"):
            if not is_number(sql_type):
                raise ComponentError(
                    f"aggregate {other.name}: the {value.function} of {value.column!r} needs a number, found {sql_type}"
                )
            check_summable(other, value.column)
        elif value.function in ("min", "max", "distinct") and family(sql_type) in (
            "nested",
            "bytes",
            "other",
        ):
            raise ComponentError(
                f"aggregate {other.name}: {value.function} needs values with an order, {value.column!r} is {sql_type}"
            )

    def _since_name(self, table: Table, time: tuple[str, str] | None) -> str | None:
        if not self.since or time is None:
            return None
        unit = "days_" if is_moment(table.columns[time[0]]) else ""
        return f"{f'{self.table}_' if self.prefix is None else self.prefix}{unit}since_last"

    def _types(self, asked: History, other: Table) -> dict[str, frozenset[str]]:
        """The new columns, with the source columns that each comes from."""
        keys = frozenset().union(*(other.lineage.get(name, frozenset()) for name in self.keys.values()))
        timed = other.lineage.get(asked.time[1], frozenset()) if asked.time else keys
        lineage = {
            value.name: timed if value.column == EVERY else other.lineage.get(value.column, frozenset())
            for value in asked.values
        }
        return lineage | ({asked.since: timed} if asked.since else {})

    def _entry(self, table: Table, other: Table, asked: History, found: exp.Table) -> Entry:
        known = sql.true_count(sql.negated(asked.known(table)))
        here = table.aggregate(rows=sql.row_count(), missing=known)
        known = sql.true_count(sql.negated(asked.known(other, there=True)))
        there = other.aggregate(rows=sql.row_count(), missing=known)
        some = exp.GT(this=sql.column(EVENTS), expression=sql.literal(0))
        ((told,),) = table.session.rows(sql.select(found, {"told": sql.true_count(some)}))
        return Entry(
            stage="integrate",
            table=table.name,
            step=f"aggregate {self.table}",
            rows_in=here["rows"],
            kept=here["rows"],
            notes={
                "with_history": int(told),
                "without_history": here["rows"] - int(told) - int(here["missing"]),
                "missing_key_or_time": int(here["missing"]),
                "other_rows": there["rows"],
                "other_missing_key_or_time": int(there["missing"]),
            },
        )

    def _joined(self, table: Table, other: Table, asked: History, found: exp.Table) -> Table:
        columns: dict[str, exp.Expr] = {
            name: sql.column(name, LEFT) for name in (*table.columns, *table.hidden)
        }
        for value in asked.values:
            told = sql.column(value.name, RIGHT)
            counts = value.function in ("count", "distinct")
            columns[value.name] = exp.Coalesce(this=told, expressions=[sql.literal(0)]) if counts else told
        if asked.since:
            ago = sql.column(asked.since, RIGHT)
            moment = is_moment(table.columns[asked.time[0]]) if asked.time else False
            columns[asked.since] = (
                exp.Div(this=sql.cast(ago, "DOUBLE"), expression=sql.literal(DAY)) if moment else ago
            )
        same = exp.EQ(this=sql.column(ROW, LEFT), expression=sql.column(ROW, RIGHT))
        query = (
            exp.select(*(exp.alias_(value, sql.column(name).this) for name, value in columns.items()))
            .from_(sql.relation(table.query, LEFT))
            .join(sql.relation(found, RIGHT), on=same, join_type="left")
        )
        types = table.session.columns(query)
        return replace(
            table,
            query=query,
            columns={name: types[name] for name in columns if name not in table.hidden},
            lineage={**table.lineage, **self._types(asked, other)},
        )


def _length(window: str | int, moments: bool) -> int | None:
    """A window in the unit that times are compared in; None for all that came before."""
    if window == ALL:
        return None
    return microseconds(window) if moments else int(window)
