"""Numbers as people write them, taken apart in SQL: sign, currency, digits, exponent, and what stands behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from thalweg.engines import sql

Mark = Literal[".", ","]
MARKS: tuple[Mark, Mark] = (".", ",")
BLANKS = r"[\s\x{a0}\x{202f}\x{2009}]"
CURRENCY = r"(?:[$€£¥₹₩₽]|USD|EUR|GBP|CNY|RMB|JPY|INR|CHF)"
SIGN = r"[+\-\x{2212}]?"
DIGITS = r"(?:[0-9](?:[0-9.,'\x{2019}\x{a0}\x{202f} ]*[0-9])?\.?|[.,][0-9]+)"
NUMERAL = f"^{SIGN}{BLANKS}*{CURRENCY}?{BLANKS}*{SIGN}({DIGITS})(e[+-]?[0-9]+)?{BLANKS}*([^0-9]*?[23³]?)$"
PLAIN = "^[0-9]*{0}?[0-9]+$|^[0-9]+{0}$|^[0-9]{{1,3}}({1}[0-9]{{3}})+({0}[0-9]+)?$"
GROUPS = {".": r"[,'\x{2019}\x{a0}\x{202f} ]", ",": r"[.'\x{2019}\x{a0}\x{202f} ]"}
MAGNITUDES = {
    **{"k": 1e3, "K": 1e3, "thousand": 1e3, "M": 1e6, "mn": 1e6, "million": 1e6},
    **{"B": 1e9, "bn": 1e9, "billion": 1e9, "万": 1e4, "亿": 1e8},
}


@dataclass(frozen=True)
class Numeral:
    """The parts of a text that may be a number, as SQL; empty texts where it is none."""

    text: exp.Expr
    bare: exp.Expr
    """The text without blanks around it and without the parentheses of a negative."""
    digits: exp.Expr
    suffix: exp.Expr
    """What stands behind the number, without a currency."""

    @property
    def unit(self) -> exp.Expr:
        """What stands behind the number as the table of units writes it."""
        return sql.call("regexp_replace", sql.call("lower", self.suffix.copy()), r"\.$", "")

    @property
    def first_word(self) -> exp.Expr:
        """The first word behind the number, as the table of units writes it."""
        return sql.call(
            "regexp_extract", sql.call("lower", self.suffix.copy()), r"^([^\s.,;]+)\.?(?:[\s,;]|$)", 1
        )

    @property
    def currency(self) -> exp.Expr:
        """The symbol or the code of a currency, wherever it stands; empty where there is none."""
        return sql.call("regexp_extract", self.text.copy(), CURRENCY)

    @property
    def negative(self) -> exp.Expr:
        """Whether a minus stands before, or parentheses around."""
        minus = f"^{BLANKS}*\\(.*\\){BLANKS}*$|^{BLANKS}*{CURRENCY}?{BLANKS}*[\\-\\x{{2212}}]"
        return sql.call("regexp_matches", self.text.copy(), minus)

    def fits(self, mark: Mark) -> exp.Expr:
        """Whether the digits are a number with this decimal mark."""
        pattern = PLAIN.format("\\" + mark, GROUPS[mark])
        return sql.call("regexp_matches", self.digits.copy(), pattern)

    def magnitude(self, mark: Mark) -> exp.Expr:
        """The number without its sign and what stands behind; NULL where it is none."""
        plain = sql.call("regexp_replace", self.digits.copy(), GROUPS[mark], "", "g")
        plain = sql.call("replace", plain, ",", ".") if mark == "," else plain
        power = sql.call("regexp_extract", self.bare.copy(), NUMERAL, 2)
        number = sql.cast(sql.call("concat", plain, power), "DOUBLE", strict=False)
        return exp.Case().when(self.fits(mark), number)


def taken_apart(text: exp.Expr, body: Callable[[Numeral], exp.Expr]) -> exp.Expr:
    """An expression over the parts of a text, each computed once."""
    return sql.let(
        _bare(text),
        lambda bare: sql.let(
            _digits(bare),
            lambda digits: sql.let(
                _suffix(bare), lambda suffix: body(Numeral(text.copy(), bare, digits, suffix))
            ),
        ),
    )


def numeral(text: exp.Expr) -> Numeral:
    """The parts of a text, for an expression that needs each once."""
    bare = _bare(text)
    return Numeral(text.copy(), bare, _digits(bare), _suffix(bare))


def _bare(text: exp.Expr) -> exp.Expr:
    inner = f"^{BLANKS}*\\(?|\\)?{BLANKS}*$"
    return sql.call("regexp_replace", text.copy(), inner, "", "g")


def _digits(bare: exp.Expr) -> exp.Expr:
    return sql.call("regexp_extract", bare.copy(), NUMERAL, 1)


def _suffix(bare: exp.Expr) -> exp.Expr:
    behind = sql.call("regexp_extract", bare.copy(), NUMERAL, 3)
    return sql.call("regexp_replace", behind, f"{CURRENCY}|^{BLANKS}+|{BLANKS}+$", "", "g")


def scaled(value: exp.Expr, scales: Mapping[str, tuple[float, float]], by: exp.Expr) -> exp.Expr:
    """A value times the factor, plus the offset, that `by` stands for; NULL where it stands for none."""
    chosen = exp.Case(this=by.copy())
    for name, (factor, offset) in scales.items():
        told = (
            value.copy()
            if factor == 1
            else exp.paren(exp.Mul(this=value.copy(), expression=sql.literal(factor)))
        )
        if offset:
            told = exp.Add(this=told, expression=sql.literal(offset))
        chosen = chosen.when(sql.literal(name), told)
    return chosen
