"""Expressions whose value depends on the row alone: what may be derived, filtered by, or demanded of a row.

An aggregate or a window would carry facts from validation and test rows into training rows, and could not
be computed for the single row that a server is asked about. A clock or a random number gives other bits
each run.
"""

from __future__ import annotations

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table

ACROSS_ROWS = (exp.AggFunc, exp.Window, exp.Filter, exp.WithinGroup, exp.UDTF)
VOLATILE = (
    exp.Rand,
    exp.Randn,
    exp.Uuid,
    exp.CurrentDate,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.Localtime,
    exp.Localtimestamp,
)
VOLATILE_NAMES = {
    *("now", "get_current_timestamp", "transaction_timestamp", "txid_current", "uuidv4", "uuidv7"),
    *("nextval", "currval", "setseed", "current_query_id", "current_transaction_id"),
}


def parse_rowwise(table: Table, text: str, what: str = "expression") -> exp.Expr:
    """A user's SQL expression over one row of a table.

    Raises ComponentError where it does not parse, names an unknown column or none at all, looks at other
    rows, or gives another value on every run.
    """
    expression = table.expression(text, what)
    said = f"the {what} {text!r}"
    if isinstance(expression, (exp.Alias, exp.Star, exp.Columns)):
        raise ComponentError(
            f"{said} should give one value, without AS or *, received {expression.sql(sql.DIALECT)!r}"
        )
    across = expression.find(*ACROSS_ROWS)
    if across is not None:
        raise ComponentError(
            f"{said} looks at other rows: {across.sql(sql.DIALECT)!r}; "
            "expected an expression over the columns of one row"
        )
    volatile = _volatile(expression)
    if volatile is not None:
        raise ComponentError(f"{said} gives another value on every run: {volatile.sql(sql.DIALECT)!r}")
    if not sql.columns_of(expression):
        raise ComponentError(
            f"{said} names no column, so every row would get the same value; "
            "a name in single quotes is text, in double quotes or without quotes it is a column"
        )
    return expression


def type_of(table: Table, expression: exp.Expr, said: str) -> str:
    """The type of an expression over a table's columns.

    Raises ComponentError, its message starting with `said`, where the expression does not fit their types.
    """
    beside_a_row = {"value": expression, ROW: sql.column(ROW)}
    try:
        return table.session.columns(sql.select(table.query, beside_a_row))["value"]
    except ComponentError as error:
        raise ComponentError(
            f"{said} does not fit the columns of {table.name!r}: {_reason(error)}"
        ) from error


def _volatile(expression: exp.Expr) -> exp.Expr | None:
    found = expression.find(*VOLATILE)
    named = (f for f in expression.find_all(exp.Anonymous) if f.name.lower() in VOLATILE_NAMES)
    return found or next(named, None)


def _reason(error: ComponentError) -> str:
    if "must appear in the GROUP BY clause" in error.message:
        return "it uses an aggregate, which looks at other rows"
    return error.message
