"""Days and times as people write them, read in SQL: in any order, names of months, Chinese, epochs, zones."""

from __future__ import annotations

from typing import Literal

from sqlglot import exp

from thalweg.engines import sql

First = Literal["day", "month"]
CLOCK = r"(?:[T ]\s*([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)\s*([AaPp]\.?[Mm]\.?)?)?"
ZONE = r"\s*(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?"
YEAR_FIRST = r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + CLOCK + ZONE + "$"
YEAR_LAST = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})" + CLOCK + ZONE + "$"
SECONDS, MILLISECONDS = r"^-?[0-9]{9,10}$", r"^-?[0-9]{12,13}$"
DAYS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d %b %y", "%Y %b %d", "%Y %B %d")
NAMED = tuple(f"{day}{clock}" for day in DAYS for clock in ("", " %H:%M", " %H:%M:%S", " %I:%M %p"))
"""strptime's formats of days with the name of a month, its other punctuation taken away."""


def tidy(text: exp.Expr) -> exp.Expr:
    """A text with the Chinese signs of year, month and day, hour and minute turned into punctuation."""
    plain = sql.call("trim", text.copy())
    for pattern, by in (
        (r"\s*[年月]\s*", "-"),
        (r"日\s*", " "),
        (r"[时点:：]\s*", ":"),
        (r"分\s*", ":"),
        ("秒", ""),
    ):
        plain = sql.call("regexp_replace", plain, pattern, by, "g")
    return sql.call("trim", sql.call("regexp_replace", plain, r":$", ""))


def moment(text: exp.Expr, first: First, zone: str | None) -> exp.Expr:
    """The TIMESTAMP in a text, in UTC where a zone is written or given; NULL where there is none."""
    return sql.let(tidy(text), lambda plain: _read(plain, first, zone))


def _read(plain: exp.Expr, first: First, zone: str | None) -> exp.Expr:
    ways = [(YEAR_LAST, (3, 2, 1)), (YEAR_LAST, (3, 1, 2))]
    if first == "month":
        ways.reverse()
    read = [_numeric(plain, pattern, places, zone) for pattern, places in ((YEAR_FIRST, (1, 2, 3)), *ways)]
    return exp.Coalesce(this=read[0], expressions=[*read[1:], _named(plain, zone), _epoch(plain)])


def order_fits(text: exp.Expr) -> tuple[exp.Expr, exp.Expr]:
    """Whether a text that ends in a year is a day when read day first, and when read month first."""
    day, month = (
        sql.let(tidy(text), lambda plain, places=places: _numeric(plain, YEAR_LAST, places, None))
        for places in ((3, 2, 1), (3, 1, 2))
    )
    return sql.not_null(day), sql.not_null(month)


def has_clock(text: exp.Expr) -> exp.Expr:
    """Whether a text tells a time of the day."""
    plain = tidy(text)
    return sql.any_of(
        sql.call("regexp_matches", plain, pattern) for pattern in ("[0-9]:[0-9]{2}", SECONDS, MILLISECONDS)
    )


def has_zone(text: exp.Expr) -> exp.Expr:
    """Whether a text tells the zone of its time."""
    plain = tidy(text)
    found = [sql.call("regexp_extract", plain, pattern, 6) for pattern in (YEAR_FIRST, YEAR_LAST)]
    epochs = [sql.call("regexp_matches", plain, pattern) for pattern in (SECONDS, MILLISECONDS)]
    return sql.any_of([*(sql.whole(zone) > sql.literal("") for zone in found), *epochs])


def _numeric(plain: exp.Expr, pattern: str, places: tuple[int, int, int], zone: str | None) -> exp.Expr:
    in_utc = sql.let(
        _part(plain, pattern, 6),
        lambda offset: sql.let(
            _shifted(plain, pattern, places, offset),
            lambda at: (
                exp.Case()
                .when(exp.EQ(this=offset.copy(), expression=sql.literal("")), _zoned(at, zone))
                .else_(at.copy())
            ),
        ),
    )
    return exp.Case().when(sql.call("regexp_matches", plain.copy(), pattern), in_utc)


def _shifted(plain: exp.Expr, pattern: str, places: tuple[int, int, int], offset: exp.Expr) -> exp.Expr:
    """The time that is written, its half of the day counted and its offset taken off."""
    year, month, day, clock, half = (_part(plain, pattern, place) for place in (*places, 4, 5))
    date = sql.call("concat_ws", "-", year, month, day)
    written = sql.call("trim", sql.call("concat", date, " ", clock.copy()))
    at = sql.cast(written, "TIMESTAMP", strict=False)
    hours = sql.let(half, lambda letters: _half(clock, letters))
    minutes = exp.Mul(this=hours, expression=sql.literal(60))
    away = (
        exp.Case()
        .when(sql.call("regexp_matches", offset.copy(), "^[+-]"), _minutes(offset))
        .else_(sql.literal(0))
    )
    shift = exp.paren(exp.Sub(this=minutes, expression=exp.paren(away)))
    return exp.paren(exp.Add(this=at, expression=sql.call("to_minutes", sql.cast(shift, "BIGINT"))))


def _part(plain: exp.Expr, pattern: str, place: int) -> exp.Expr:
    return sql.call("regexp_extract", plain.copy(), pattern, place)


def _half(clock: exp.Expr, half: exp.Expr) -> exp.Expr:
    """Hours to add for the half of the day: 12 PM is noon, 12 AM midnight."""
    hour = sql.call("regexp_extract", clock.copy(), "^([0-9]{1,2})", 1)
    twelve = exp.EQ(this=hour, expression=sql.literal("12"))
    letter = sql.call("lower", sql.call("left", half.copy(), 1))
    after = exp.EQ(this=letter, expression=sql.literal("p"))
    before = exp.EQ(this=letter.copy(), expression=sql.literal("a"))
    return (
        exp.Case()
        .when(sql.all_of([after, sql.negated(twelve)]), sql.literal(12))
        .when(sql.all_of([before, twelve.copy()]), sql.literal(-12))
        .else_(sql.literal(0))
    )


def _minutes(offset: exp.Expr) -> exp.Expr:
    """Minutes east of Greenwich, of `+08:00`, `-0530` or `+08`."""
    digits = sql.call("rpad", sql.call("regexp_replace", offset.copy(), "[^0-9]", "", "g"), 4, "0")
    hours, minutes = (
        sql.cast(part, "INTEGER", strict=False)
        for part in (sql.call("left", digits, 2), sql.call("right", digits.copy(), 2))
    )
    total = exp.paren(exp.Add(this=exp.Mul(this=hours, expression=sql.literal(60)), expression=minutes))
    west = exp.EQ(this=sql.call("left", offset.copy(), 1), expression=sql.literal("-"))
    return exp.Case().when(west, exp.Neg(this=total)).else_(total.copy())


def _named(plain: exp.Expr, zone: str | None) -> exp.Expr:
    words = sql.call("regexp_replace", plain.copy(), r"[\s,.-]+", " ", "g")
    words = sql.call(
        "regexp_replace", words, "^(?i)(mon|tues?|wed(nes)?|thu(rs)?|fri|satur|sat|sun)(day)? ", ""
    )
    formats = exp.Array(expressions=[sql.literal(form) for form in NAMED])
    read = sql.call("try_strptime", words, formats)
    return exp.Case().when(sql.call("regexp_matches", plain.copy(), "[A-Za-z]{3}"), _zoned(read, zone))


def _epoch(plain: exp.Expr) -> exp.Expr:
    number = sql.cast(plain.copy(), "BIGINT", strict=False)
    chosen = exp.Case()
    for pattern, scale in ((SECONDS, 1_000_000), (MILLISECONDS, 1_000)):
        at = sql.call("make_timestamp", exp.Mul(this=number.copy(), expression=sql.literal(scale)))
        chosen = chosen.when(sql.call("regexp_matches", plain.copy(), pattern), at)
    return chosen


def _zoned(at: exp.Expr, zone: str | None) -> exp.Expr:
    """A time of a zone in UTC; as it is, where no zone is given."""
    if zone is None or zone == "UTC":
        return at.copy()
    return sql.call("timezone", "UTC", sql.call("timezone", zone, at.copy()))
