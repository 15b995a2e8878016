"""Values of one type read as another, as SQL that gives NULL, never an error and never a guess, where they can't be."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.types import family

TRUE = ("true", "t", "yes", "y", "on", "1")
FALSE = ("false", "f", "no", "n", "off", "0")


def as_text(value: exp.Expr, sql_type: str) -> exp.Expr:
    """A value of a family of text, such as an enumeration or a UUID, as plain text."""
    return value.copy() if sql_type == "VARCHAR" else sql.cast(value.copy(), "VARCHAR")


def trimmed(text: exp.Expr) -> exp.Expr:
    """A text without the spaces around it. Only spaces: other blanks cost ten times as much to look for."""
    return sql.call("trim", text.copy())


def converted(value: exp.Expr, sql_type: str, to: str, formats: Sequence[str] = ()) -> exp.Expr:
    """A value as the type `to`, NULL where it is not one: `1.5` is no integer, `inf` no number, 7 no boolean.

    `value` is of `sql_type`; `formats` are strptime's, for dates and times written in text.
    """
    text = family(sql_type) == "text"
    source = as_text(value, sql_type) if text else value.copy()
    if text and family(to) in ("boolean", "date", "timestamp"):
        source = trimmed(source)
    if text and family(to) in ("date", "timestamp") and formats:
        names = exp.Array(expressions=[sql.literal(name) for name in formats])
        read = sql.cast(sql.call("try_strptime", source.copy(), names), to, strict=False)
        return _guarded(read, _is_no_word(source))
    if family(to) == "boolean" and family(sql_type) != "boolean":
        return _boolean(source, sql_type)
    if family(to) == "integer" or to.startswith("DECIMAL"):
        return _guarded(sql.cast(source, to, strict=False), _is_exact(source, sql_type, to))
    if family(to) == "number":
        return _guarded(sql.cast(source, to, strict=False), is_finite(source))
    if family(to) in ("date", "timestamp") and text:
        return _guarded(sql.cast(source, to, strict=False), _is_no_word(source))
    return sql.cast(source, to, strict=False)


def is_finite(value: exp.Expr) -> exp.Expr:
    """Whether a value is a number other than infinity and NaN."""
    return sql.call("isfinite", sql.cast(value.copy(), "DOUBLE", strict=False))


def _guarded(value: exp.Expr, condition: exp.Expr) -> exp.Expr:
    return exp.Case().when(condition, value)


def _is_exact(source: exp.Expr, sql_type: str, to: str) -> exp.Expr:
    if family(sql_type) in ("integer", "boolean"):
        return exp.true()
    number = sql.cast(source.copy(), "DOUBLE", strict=False)
    return exp.EQ(this=number, expression=sql.cast(source.copy(), to, strict=False))


def _boolean(source: exp.Expr, sql_type: str) -> exp.Expr:
    if family(sql_type) == "text":
        yes, no, value = TRUE, FALSE, sql.call("lower", source)
    else:
        yes, no, value = (1,), (0,), source
    return (
        exp.Case()
        .when(exp.In(this=value.copy(), expressions=[sql.literal(v) for v in yes]), exp.true())
        .when(exp.In(this=value.copy(), expressions=[sql.literal(v) for v in no]), exp.false())
    )


def _is_no_word(source: exp.Expr) -> exp.Expr:
    """Keeps out the words that DuckDB takes for dates: epoch, infinity, inf, -infinity."""
    start = sql.call("left", sql.call("lower", source.copy()), 3)
    return sql.negated(exp.In(this=start, expressions=[sql.literal(word) for word in ("epo", "inf", "-in")]))
