"""Numbers written as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import field_validator, model_validator
from sqlglot import exp

from thalweg.clean.numerals import MAGNITUDES, MARKS, Mark, Numeral, scaled, taken_apart
from thalweg.clean.reading import Reading
from thalweg.clean.units import conversions, dimension
from thalweg.clean.unread import ReadingRule, with_null_as_word
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table


class NumberRule(ReadingRule):
    """How one column's numbers are written. Short form: the unit alone, or `{}` for numbers without one."""

    unit: str | None = None
    """What values are turned into: a unit of mass, length, volume, time, temperature or data, such as kg. A number
    without a unit is taken to be in this one; without this, a unit can't be read."""
    decimal: Literal[".", ","] | None = None
    """The decimal mark. Left out: the one that the training rows ask for; `.` where they fit both."""
    percent: Literal["fraction", "points"] = "fraction"
    """What 12% is: 0.12, or 12."""
    currency: str | None = None
    """The only symbol or code that may stand beside a number, such as €. Left out: any, if the training rows hold but
    one."""
    words: bool = False
    """Whether words behind the unit are left away, as in `12 oz. can`; else such a value can't be read."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"unit": value}
        return {} if value is None else with_null_as_word(value)

    @field_validator("unit")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        if value is not None:
            dimension(value)
        return value

    @model_validator(mode="after")
    def _makes_sense(self) -> NumberRule:
        if self.words and self.unit is None:
            raise ComponentError("'words' are those behind a unit: say which, as {unit: kg, words: true}")
        if self.unit is not None and self.currency is not None:
            raise ComponentError("a number has a unit or a currency, not both: leave one of them out")
        return self


class Numbers(Reading[NumberRule]):
    """Read numbers in text: `1.234,56`, `$1,200`, `12%`, `3 kg`, `(4.50)`, `1.2k`, `3 M`, `2 万`.

    Every value becomes a DOUBLE. Units are converted into the one that is asked for; parentheses mean a negative;
    k, M, bn, 万 and 亿 are multiplied out. Whether `1,234` is a thousand or little more than one is decided by the
    other training values of its column, and how many fit both is said in the notes. What can't be read sets its
    row aside, or becomes missing with `else: null`.
    """

    kind: ClassVar[str] = "numbers"

    columns: dict[str, NumberRule]
    """The rule of each column, as `{weight: kg, price: {currency: $, decimal: "."}, share: {percent: points}}`."""

    @classmethod
    def example(cls) -> Numbers:
        return cls.model_validate({"weight": "kg", "price": {"decimal": ","}, "share": {"else": "null"}})

    def decided(self, table: Table, name: str, rule: NumberRule) -> tuple[NumberRule, Mapping[str, str]]:
        currency = rule.currency or (None if rule.unit else _currency(table, name))
        if rule.decimal is not None:
            return rule.model_copy(update={"currency": currency}), {}
        mark, said = _mark(table, name)
        return rule.model_copy(update={"currency": currency, "decimal": mark}), said

    def value(self, text: exp.Expr, rule: NumberRule) -> exp.Expr:
        return number(text, rule)

    def given(self, text: exp.Expr) -> exp.Expr:
        return sql.not_null(text)

    def lacking(self, rule: NumberRule) -> str:
        if rule.unit:
            return f"not a number that can be turned into {rule.unit}"
        return f"not a number in {rule.currency}" if rule.currency else "not a number"


def number(text: exp.Expr, rule: NumberRule) -> exp.Expr:
    """The number in a text, NULL where there is none that the rule can read."""
    return taken_apart(text, lambda numeral: _allowed(numeral, rule))


def _allowed(numeral: Numeral, rule: NumberRule) -> exp.Expr:
    """The number, where the text has no other currency than the rule's."""
    allowed = [""] if rule.unit is not None else ["", rule.currency] if rule.currency is not None else None
    if allowed is None:
        return _signed(numeral, rule)
    fits = exp.In(this=numeral.currency, expressions=[sql.literal(symbol) for symbol in allowed])
    return exp.Case().when(fits, _signed(numeral, rule))


def _signed(numeral: Numeral, rule: NumberRule) -> exp.Expr:
    """The number with its sign, in the unit that is asked for."""
    size = numeral.magnitude(rule.decimal or ".")
    signed = sql.let(
        size, lambda n: exp.Case().when(numeral.negative, exp.Neg(this=n.copy())).else_(n.copy())
    )
    behind, scales = numeral.suffix, _scales(rule)
    if rule.unit is not None:
        behind, scales = numeral.first_word if rule.words else numeral.unit, conversions(rule.unit)
    return sql.let(signed, lambda n: scaled(n, {"": (1.0, 0.0), **scales}, behind))


def _scales(rule: NumberRule) -> dict[str, tuple[float, float]]:
    percent = (0.01, 0.0) if rule.percent == "fraction" else (1.0, 0.0)
    return {"%": percent, **{name: (by, 0.0) for name, by in MAGNITUDES.items()}}


def _currency(table: Table, name: str) -> str | None:
    found = taken_apart(sql.column(name), lambda numeral: numeral.currency)
    seen = sql.select(table.training().query, {"symbol": found}).distinct()
    seen = sql.select(seen, ["symbol"]).where(sql.column("symbol") > sql.literal(""))
    symbols = [row[0] for row in table.session.rows(seen.order_by(sql.column("symbol")))]
    if len(symbols) > 1:
        raise ComponentError(
            f"column {name!r} mixes currencies ({', '.join(symbols)}), which have no fixed rate: name the one to keep, "
            f"as {{{name}: {{currency: {symbols[0]!r}}}}}; the others can then not be read"
        )
    return symbols[0] if symbols else None


def _mark(table: Table, name: str) -> tuple[Mark, Mapping[str, str]]:
    """The decimal mark that more training values ask for, and what is said of values that fit both."""
    point, comma = (taken_apart(sql.column(name), lambda numeral, m=m: numeral.fits(m)) for m in MARKS)
    marked = taken_apart(
        sql.column(name), lambda numeral: sql.call("regexp_matches", numeral.digits.copy(), "[.,]")
    )
    found = table.training().aggregate(
        point=sql.true_count(sql.all_of([point, sql.negated(comma)])),
        comma=sql.true_count(sql.all_of([comma.copy(), sql.negated(point.copy())])),
        both=sql.true_count(sql.all_of([point.copy(), comma.copy(), marked])),
    )
    mark: Mark = "," if found["comma"] > found["point"] else "."
    if not (found["both"] or min(found["point"], found["comma"])):
        return mark, {}
    said = (
        f"{mark!r} taken: {found['point']:,} training values ask for '.', {found['comma']:,} for ',', "
        f"{found['both']:,} fit both"
    )
    return mark, {"decimal mark": said}
