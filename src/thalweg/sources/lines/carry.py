"""From the text of a field to its value without losing anything on the way.

The engine's reader rounds: it reads `1.5` as the integer 2, and `2020-01-01 10:00` as a DATE without its time. So
integers are carried as DOUBLE (as DECIMAL where they pass 2**53), dates as TIMESTAMP, declared points in time with
their zone, which brings them to UTC, and what does not come out whole
stops the reading, which is then mended: a guessed column gets the wider type, a declared one has the row set aside.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from thalweg.engines import sql
from thalweg.sources.lines.moments import ZONED

MISFIT = "a value is not of the type declared for its column"
EXACT = 2**53  # up to here every integer is a DOUBLE
WIDE = "DECIMAL(38,18)"
INTEGERS = {
    "TINYINT": (-(2**7), 2**7 - 1),
    "SMALLINT": (-(2**15), 2**15 - 1),
    "INTEGER": (-(2**31), 2**31 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
    "UTINYINT": (0, 2**8 - 1),
    "USMALLINT": (0, 2**16 - 1),
    "UINTEGER": (0, 2**32 - 1),
    "UBIGINT": (0, 2**64 - 1),
}


@dataclass(frozen=True)
class Column:
    """A column of a file: its name, its type, whether that was guessed, whether integers beyond 2**53 occur."""

    name: str
    type: str
    guessed: bool
    wide: bool = False

    def carrier(self, date_format: str | None) -> str:
        """The type the engine's reader is asked for. A date in a format of its own is exact already."""
        if self.type in INTEGERS:
            return WIDE if self.wide else "DOUBLE"
        if self._may_say_a_zone:
            return ZONED
        return "TIMESTAMP" if self.type == "DATE" and date_format is None else self.type

    def value(self, carried: exp.Expr, date_format: str | None) -> exp.Expr:
        """The value of its own type; reading fails with `MISFIT` where it does not come out whole.

        Whether integers are in `range` is for the caller to see: their least and greatest are known once read.
        """
        if self.carrier(date_format) == self.type:
            return carried
        if self._may_say_a_zone:
            return sql.cast(carried, self.type)
        return (
            exp.Case()
            .when(self.fractions(carried), sql.call("error", MISFIT))
            .else_(sql.cast(carried.copy(), self.type))
        )

    def fractions(self, carried: exp.Expr) -> exp.Expr:
        """Whether a carried value has a part that the column's type does not hold: decimals, a time of day."""
        if self._may_say_a_zone:
            return exp.false()
        if self.type == "DATE":
            whole = sql.cast(sql.cast(carried.copy(), "DATE"), "TIMESTAMP")
        else:
            whole = exp.Anonymous(this="trunc", expressions=[carried.copy()])
        return exp.NEQ(this=carried.copy(), expression=whole)

    def beyond(self, carried: exp.Expr) -> exp.Expr:
        """Whether a carried integer is outside `range`; NaN and infinity are."""
        if self.type not in INTEGERS:
            return exp.false()
        low, high = (sql.cast(exp.Literal.number(bound), "HUGEINT") for bound in self.range)
        if not self.wide:
            low, high = (sql.cast(bound, "DOUBLE") for bound in (low, high))
        return exp.not_(exp.Between(this=carried.copy(), low=low, high=high))

    @property
    def _may_say_a_zone(self) -> bool:
        """Whether the type was not told from the text: the reader would leave its zone out."""
        return self.type == "TIMESTAMP" and not self.guessed

    @property
    def range(self) -> tuple[int, int]:
        """The integers that both the carrier and the type hold."""
        low, high = INTEGERS[self.type]
        return (low, high) if self.wide else (max(low, -EXACT), min(high, EXACT))
