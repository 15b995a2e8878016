"""Text that is always a day or a point in time, and whether it says its zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.engine import Session

ZONED = "TIMESTAMP WITH TIME ZONE"
FIRST = 100  # rows
SHORTEST = 10  # characters of a moment, as of 2020-01-31
ZONE = r":\d\d([.,]\d+)?\s*([Zz]|[+-]\d\d(:?\d\d)?)$"


def moment_tests(text: exp.Expr) -> dict[str, exp.Expr]:
    """How many values there are, how many are days, points in time, and points in time with a zone."""
    ten = exp.EQ(this=exp.Length(this=text.copy()), expression=sql.literal(SHORTEST))
    day = exp.and_(ten, sql.not_null(sql.cast(text.copy(), "DATE", strict=False)))
    long_enough = exp.GTE(this=exp.Length(this=text.copy()), expression=sql.literal(SHORTEST))
    moment = exp.and_(long_enough, sql.not_null(sql.cast(text.copy(), "TIMESTAMP", strict=False)))
    zoned = sql.call("regexp_matches", text.copy(), ZONE)
    return {
        "all": exp.Count(this=text.copy()),
        "DATE": sql.true_count(day),
        "TIMESTAMP": sql.true_count(moment),
        ZONED: sql.true_count(zoned),
    }


def moment_type(counts: Mapping[str, Any]) -> str:
    """The type of text with these counts: a point in time that says its zone is none of a wall clock."""
    total = counts["all"]
    if total and total == counts["DATE"]:
        return "DATE"
    if total and total == counts["TIMESTAMP"]:
        return ZONED if counts[ZONED] else "TIMESTAMP"
    return "VARCHAR"


def text_types(query: exp.Query, names: Sequence[str], session: Session) -> list[str]:
    """DATE, TIMESTAMP, TIMESTAMP WITH TIME ZONE or VARCHAR for each column of text, after one look at all values.

    Columns whose first values are no moments are told by those: a thousand tests of each row take long to set up.
    """
    if not names:
        return []
    first = session.rows(sql.select(query, names).limit(FIRST))
    tested = [name for i, name in enumerate(names) if all(_may_be(row[i]) for row in first)]
    tests = {name: moment_tests(sql.column(name)) for name in tested}
    named = {f"{kind} {i}": test for i, each in enumerate(tests.values()) for kind, test in each.items()}
    found = session.rows(sql.select(query, named))[0] if named else ()
    counts = dict(zip(named, found, strict=True))
    types = {
        name: moment_type({kind: counts[f"{kind} {i}"] for kind in tests[name]})
        for i, name in enumerate(tests)
    }
    return [types.get(name, "VARCHAR") for name in names]


def _may_be(text: str | None) -> bool:
    """Whether a value may be a moment, or is none at all."""
    return text is None or (len(text) >= SHORTEST and any(sign.isdigit() for sign in text))


def in_utc(value: exp.Expr) -> exp.Expr:
    """A point in time with a zone as the time that clocks show in UTC; text without a zone is taken as UTC."""
    return sql.cast(sql.cast(value, ZONED), "TIMESTAMP")
