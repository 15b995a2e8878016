"""What another table says of each row, from the time before it: windows over both tables laid in one order.

Both tables are stacked and sorted once by key and time, a row of the main table before the events of its own
time. A window's frame then ends right before the row, whatever happens at that very time. The cost is that of a
sort and a pass; no row meets every event of its key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from thalweg.clean.values import present
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.engines.types import is_number
from thalweg.integrate.exact import as_sum, summand
from thalweg.integrate.times import comparable_time

Function = Literal["count", "sum", "mean", "min", "max", "last", "distinct"]
EVERY = "*"
EVENTS, PLACE, AT, ROW_TIME, ASKED = "__events", "__place", "__at", "__time", "__asked"


@dataclass(frozen=True)
class Value:
    """One new column: a function of a column of the other table, over a window (None: all that came before)."""

    name: str
    column: str
    function: Function
    window: int | None = None


@dataclass(frozen=True)
class History:
    """`keys` {here: there}; `time` (here, there), None for the whole of the other table; what to compute."""

    keys: Mapping[str, str]
    time: tuple[str, str] | None
    values: tuple[Value, ...]
    since: str | None = None
    """The name of the column that holds how long ago the last event was, in the unit of the time."""

    def known(self, table: Table, there: bool = False) -> exp.Expr:
        """Whether a row has a key, and a time where one is compared."""
        keys = self.keys.values() if there else self.keys
        conditions = [sql.not_null(sql.column(name)) for name in keys]
        if self.time:
            conditions.append(sql.not_null(comparable_time(table, self.time[there])))
        return sql.all_of(conditions)


def history(table: Table, other: Table, asked: History) -> exp.Select:
    """`__row`, the new columns and the number of events as `__events`, for each row with a key and a time."""
    return _before(table, other, asked) if asked.time else _altogether(table, other, asked)


def _altogether(table: Table, other: Table, asked: History) -> exp.Select:
    """Without time: the other table grouped by key."""
    made = {
        value.name: _aggregate(value.function, _operand(other, value), _type(other, value))
        for value in asked.values
    }
    keys = {_key(i): sql.column(name) for i, name in enumerate(asked.keys.values())}
    grouped = sql.select(other.query, {**keys, **made, EVENTS: sql.row_count()})
    grouped = grouped.where(asked.known(other, there=True))
    grouped = grouped.group_by(*(sql.column(name) for name in asked.keys.values()))
    on = sql.all_of(
        exp.EQ(this=sql.column(name, "t"), expression=sql.column(_key(i), "g"))
        for i, name in enumerate(asked.keys)
    )
    wanted = {ROW: sql.column(ROW, "t"), **{name: sql.column(name, "g") for name in (*made, EVENTS)}}
    return sql.select(table.query, wanted).join(sql.relation(grouped, "g"), on=on)


def _before(table: Table, other: Table, asked: History) -> exp.Select:
    made = {value.name: _windowed(other, asked, value) for value in asked.values}
    made[EVENTS] = _over(exp.Count(this=sql.column(AT)), asked, None)
    if asked.since:
        made[asked.since] = sql.column(ROW_TIME) - exp.paren(_over(exp.Max(this=sql.column(AT)), asked, None))
    told = sql.select(_stacked(table, other, asked), {ROW: sql.column(ROW), ASKED: sql.column(ASKED), **made})
    return sql.select(told, [ROW, *made]).where(sql.column(ASKED))


def _stacked(table: Table, other: Table, asked: History) -> exp.Query:
    """Rows that ask and events that answer. `__place` orders them: twice the time, an event one later."""
    here, there = asked.time or ("", "")
    operands = {
        _operand_name(value): _operand(other, value) for value in asked.values if value.column != EVERY
    }
    types = other.session.columns(sql.select(other.query, operands)) if operands else {}
    time, event_time = comparable_time(table, here), comparable_time(other, there)
    nothing = sql.cast(exp.null(), "BIGINT")
    asks = {_key(i): sql.column(name) for i, name in enumerate(asked.keys)}
    asks |= {PLACE: _twice(time), AT: nothing, ROW_TIME: time, ROW: sql.column(ROW), ASKED: exp.true()}
    asks |= {name: sql.cast(exp.null(), kind) for name, kind in types.items()}
    events = {_key(i): sql.column(name) for i, name in enumerate(asked.keys.values())}
    later = exp.Add(this=_twice(event_time), expression=sql.literal(1))
    events |= {PLACE: later, AT: event_time, ROW_TIME: nothing, ROW: sql.column(ROW), ASKED: exp.false()}
    events |= operands
    return exp.union(
        sql.select(table.query, asks).where(asked.known(table)),
        sql.select(other.query, events).where(asked.known(other, there=True)),
        distinct=False,
    )


def _windowed(other: Table, asked: History, value: Value) -> exp.Expr:
    """One new column over its window."""
    if value.function == "last":
        return _last(asked, value)
    operand = sql.column(_operand_name(value)) if value.column != EVERY else sql.column(AT)
    return _aggregate(
        value.function, operand, _type(other, value), lambda found: _over(found, asked, value.window)
    )


def _last(asked: History, value: Value) -> exp.Expr:
    """The last value that is not missing; of several at one time, that of the last row in the source."""
    raw = sql.column(_raw(value.column))
    last = _latest(raw, asked)
    if value.window is None:
        return last
    at = _latest(exp.Case().when(sql.not_null(raw), sql.column(AT)).else_(exp.null()), asked)
    oldest = exp.Sub(this=sql.column(ROW_TIME), expression=sql.literal(value.window))
    return exp.Case().when(exp.GTE(this=at, expression=exp.paren(oldest)), last).else_(exp.null())


def _latest(value: exp.Expr, asked: History) -> exp.Expr:
    order = exp.Order(expressions=[exp.Ordered(this=sql.column(name)) for name in (PLACE, ROW)])
    return exp.Window(
        this=exp.IgnoreNulls(this=exp.LastValue(this=value.copy())),
        partition_by=_partition(asked),
        order=order,
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )


def _over(aggregate: exp.Expr, asked: History, window: int | None) -> exp.Expr:
    """An aggregate over the events of the key before the row's own time, and no older than the window."""
    start = "UNBOUNDED" if window is None else sql.literal(2 * window)
    spec = exp.WindowSpec(
        kind="RANGE", start=start, start_side="PRECEDING", end=sql.literal(1), end_side="PRECEDING"
    )
    order = exp.Order(expressions=[exp.Ordered(this=sql.column(PLACE))])
    return exp.Window(this=aggregate, partition_by=_partition(asked), order=order, spec=spec)


def _partition(asked: History) -> list[exp.Expr]:
    return [sql.column(_key(i)) for i in range(len(asked.keys))]


def _aggregate(
    function: Function,
    operand: exp.Expr,
    sql_type: str,
    over: Callable[[exp.Expr], exp.Expr] = lambda found: found,
) -> exp.Expr:
    """A function of an operand; `over` lays it over a window."""
    counted = over(exp.Count(this=operand.copy()))
    if function == "count":
        return counted
    if function == "distinct":
        return over(exp.Count(this=exp.Distinct(expressions=[operand.copy()])))
    if function in ("min", "max"):
        return over((exp.Min if function == "min" else exp.Max)(this=operand.copy()))
    total = over(exp.Sum(this=operand.copy()))
    if function == "sum":
        return as_sum(total, sql_type)
    return exp.Div(this=sql.cast(total, "DOUBLE"), expression=sql.call("nullif", counted, 0))


def _operand(other: Table, value: Value) -> exp.Expr:
    """What is aggregated: a number that is added exactly, any other value as it is; NaN is missing."""
    if value.column == EVERY:
        return sql.literal(1)
    sql_type = other.columns[value.column]
    if value.function in ("sum", "mean"):
        return summand(value.column, sql_type)
    cell = sql.column(value.column)
    if not is_number(sql_type):
        return cell
    return exp.Case().when(present(cell, sql_type), cell.copy()).else_(exp.null())


def _operand_name(value: Value) -> str:
    exact = value.function in ("sum", "mean")
    return f"__exact {value.column}" if exact else _raw(value.column)


def _raw(column: str) -> str:
    return f"__value {column}"


def _type(other: Table, value: Value) -> str:
    return other.columns.get(value.column, "BIGINT")


def _twice(time: exp.Expr) -> exp.Expr:
    return exp.Mul(this=sql.cast(time.copy(), "BIGINT"), expression=sql.literal(2))


def _key(index: int) -> str:
    return f"__k{index}"
