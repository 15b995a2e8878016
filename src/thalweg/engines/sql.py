"""Building SQL as a tree. Names are always quoted, values are always literals; no string is ever pasted.

Everything is written in one dialect, DuckDB's, and rendered by the session that runs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean

DIALECT = "duckdb"
PATTERN = re.compile(r"[*?\[]")


def column(name: str, table: str | None = None) -> exp.Column:
    """A reference to a column, quoted."""
    return exp.column(
        exp.to_identifier(name, quoted=True), table=exp.to_identifier(table, quoted=True) if table else None
    )


def literal(value: Any) -> exp.Expr:
    """A value as SQL. Dates and times become casts of their ISO text."""
    if isinstance(value, datetime):
        kind = "TIMESTAMPTZ" if value.tzinfo else "TIMESTAMP"
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), kind, dialect=DIALECT)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE", dialect=DIALECT)
    return exp.convert(value)


def files(paths: Iterable[Path]) -> exp.Array:
    """Paths as the engine's readers take them: signs that would make a pattern of a name stand for themselves."""
    return exp.Array(expressions=[literal(PATTERN.sub(r"[\g<0>]", str(path))) for path in paths])


def call(name: str, *arguments: Any) -> exp.Expr:
    """A function of DuckDB's, by name; arguments that are not expressions become literals."""
    return exp.func(name, *(a if isinstance(a, exp.Expr) else literal(a) for a in arguments), dialect=DIALECT)


def cast(value: exp.Expr, to: str, strict: bool = True) -> exp.Expr:
    """A cast; with `strict=False` a value that does not fit becomes NULL."""
    kind = exp.DataType.build(to, dialect=DIALECT)
    return exp.Cast(this=value, to=kind) if strict else exp.TryCast(this=value, to=kind)


def all_of(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """The conjunction; TRUE of none."""
    return exp.and_(*conditions) if (conditions := list(conditions)) else exp.true()


def any_of(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """The disjunction; FALSE of none."""
    return exp.or_(*conditions) if (conditions := list(conditions)) else exp.false()


def whole(value: exp.Expr) -> exp.Expr:
    """A value as an operand: an operation of its own is put in parentheses."""
    operation = isinstance(value, (exp.Binary, exp.Unary, exp.Between, exp.In)) and not isinstance(
        value, exp.Paren
    )
    return exp.paren(value) if operation else value.copy()


def is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=whole(value), expression=exp.null())


def not_null(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=is_null(value))


def negated(condition: exp.Expr) -> exp.Expr:
    """The opposite; a condition of several parts is put in parentheses."""
    return exp.Not(this=exp.paren(condition) if isinstance(condition, exp.Connector) else condition)


def differs(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    """Whether two values differ, NULL being a value like any other."""
    return exp.NullSafeNEQ(this=whole(one), expression=whole(other))


def true_count(condition: exp.Expr) -> exp.Expr:
    """How many rows satisfy a condition: 0, never NULL, of an empty table."""
    return exp.Coalesce(
        this=exp.Sum(this=cast(exp.Coalesce(this=condition.copy(), expressions=[exp.false()]), "BIGINT")),
        expressions=[exp.Literal.number(0)],
    )


def row_count() -> exp.Expr:
    return exp.Count(this=exp.Star())


def select(source: exp.Query | exp.Table, columns: Mapping[str, exp.Expr] | Iterable[str]) -> exp.Select:
    """SELECT named expressions (or names alone) FROM a query or table."""
    named = columns if isinstance(columns, Mapping) else {name: column(name) for name in columns}
    wanted = [exp.alias_(value, exp.to_identifier(name, quoted=True)) for name, value in named.items()]
    return exp.select(*wanted, copy=False).from_(relation(source), copy=False)  # of copies


def relation(source: exp.Query | exp.Table, alias: str = "t") -> exp.Expr:
    """A query or table as it stands after FROM or JOIN."""
    if isinstance(source, exp.Table):
        aliased = source.copy()
        aliased.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
        return aliased
    return source.copy().subquery(exp.to_identifier(alias, quoted=True), copy=False)


def table(name: str) -> exp.Table:
    """A view or table of the session, quoted."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def parse_expression(
    text: str, columns: Mapping[str, str] | Iterable[str], what: str = "expression"
) -> exp.Expr:
    """A user's SQL expression, parsed, its columns bound to the known ones whatever their case.

    Raises ComponentError where it does not parse, holds more than one expression, reads a table of its own,
    or names an unknown column.
    """
    known = list(columns)
    try:
        parsed = sqlglot.parse(text, dialect=DIALECT)
    except SqlglotError as error:
        reason = str(error).splitlines()[0].replace("\x1b[4m", "").replace("\x1b[0m", "")
        raise ComponentError(f"the {what} {text!r} is not valid SQL: {reason}") from error
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Expr) or isinstance(parsed[0], exp.Alias):
        raise ComponentError(f"expected one SQL {what.rstrip(',')}, received {text!r}")
    tree = parsed[0]
    if isinstance(tree, (exp.Query, exp.Command, exp.DDL, exp.DML)) or tree.find(
        exp.Query, exp.Table, exp.Command
    ):
        raise ComponentError(
            f"the {what} {text!r} may use columns and functions only, not tables or statements"
        )
    folded = {name.casefold(): name for name in known}
    for found in list(tree.find_all(exp.Column)):
        name = found.name if found.name in known else folded.get(found.name.casefold())
        if name is None or found.table:
            raise ComponentError(
                f"the {what} {text!r} names no known column: {found.sql()!r}; {did_you_mean(found.name, known)}"
            )
        found.replace(column(name)) if found is not tree else None
    return column(folded.get(tree.name.casefold(), tree.name)) if isinstance(tree, exp.Column) else tree


_depth: ContextVar[int] = ContextVar("depth of bound values", default=0)


def let(value: exp.Expr, body: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """An expression over a value that is computed once and named: for what would else be written out many times.

    SQL has no word for it; a list of one value, transformed, says the same.
    """
    depth = _depth.get()
    name = exp.to_identifier(f"__let{depth}")
    token = _depth.set(depth + 1)
    try:
        told = exp.Lambda(this=body(name), expressions=[name.copy()])
    finally:
        _depth.reset(token)
    one = exp.Array(expressions=[value.copy()])
    transformed = exp.Transform(this=one, expression=told)
    transformed.type = exp.DataType.build("ARRAY")  # else sqlglot looks through all of it for what it may be
    first = [exp.Literal.number(0)]
    return exp.Bracket(this=transformed, expressions=first, returns_list_for_maps=True)


def columns_of(expression: exp.Expr) -> list[str]:
    """The names of the columns that an expression reads, each once, in order."""
    return list(dict.fromkeys(found.name for found in expression.find_all(exp.Column)))
