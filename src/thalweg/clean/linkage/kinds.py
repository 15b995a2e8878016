"""How values of one sort are compared: how they are written alike, how like two of them are, and the levels of that.

Names of columns are ours (`c0_l`, `c0_r` …): the program that judges pairs pastes SQL, so no name or value of a user
ever reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from thalweg.clean.linkage.model_numbers import pieces
from thalweg.engines import sql
from thalweg.engines.types import family

LEFT, RIGHT = "l", "r"
VALUE, TOKENS, WEIGHT, MEASURE = "c{}", "t{}", "n{}", "s{}"
"""Columns of the value, of its weighted tokens and their total weight, and of the likeness of two, by the number of
the comparison."""
SHARED_BITS = 2**24
"""A token's code is its number times this, plus its weight: the sum of shared codes holds the sum of weights."""


@dataclass(frozen=True)
class Kind:
    """One way of comparing.

    `written` is applied to each value once, `measure` to each pair once; `levels` are conditions over the pair and its
    measure, most alike first. A pair of which none is true is of the level 0, one with a value missing of none.
    """

    about: str
    written: Callable[[exp.Expr, str], exp.Expr]
    measure: Callable[[int], exp.Expr]
    levels: Callable[[int], list[exp.Expr]]
    has_tokens: bool = False
    finds: bool = True
    """Whether equal values (or, with tokens, a shared token) make two records worth comparing."""


def side(name: str, of: str) -> exp.Expr:
    """A column of ours on one side of a pair."""
    return exp.column(f"{name}_{of}")


def both(index: int, column: str = VALUE) -> tuple[exp.Expr, exp.Expr]:
    """A column on the left and on the right."""
    name = column.format(index)
    return side(name, LEFT), side(name, RIGHT)


def _as_text(value: exp.Expr, sql_type: str) -> exp.Expr:
    """Lower case, without accents, words with one space between; each Chinese character is a word."""
    text = value.copy() if sql_type == "VARCHAR" else sql.cast(value.copy(), "VARCHAR")
    text = sql.call("regexp_replace", text, "&#?[A-Za-z0-9]+;", "", "g")  # HTML's way of writing a character
    text = sql.call("strip_accents", sql.call("lower", sql.call("nfc_normalize", text)))
    text = sql.call("regexp_replace", text, r"(\p{Han}|\p{Hiragana}|\p{Katakana})", r" \1 ", "g")
    return _some(sql.call("trim", sql.call("regexp_replace", text, r"[^\p{L}\p{N}\p{M}]+", " ", "g")))


def _as_code(value: exp.Expr, sql_type: str) -> exp.Expr:
    """Letters and digits alone, in upper case."""
    text = sql.call("upper", sql.cast(value.copy(), "VARCHAR"))
    return _some(sql.call("regexp_replace", text, r"[^\p{L}\p{N}]+", "", "g"))


def _as_digits(value: exp.Expr, sql_type: str) -> exp.Expr:
    return _some(sql.call("regexp_replace", sql.cast(value.copy(), "VARCHAR"), "[^0-9]+", "", "g"))


def _as_address(value: exp.Expr, sql_type: str) -> exp.Expr:
    return _some(sql.call("lower", sql.call("trim", sql.cast(value.copy(), "VARCHAR"))))


def _as_written(value: exp.Expr, sql_type: str) -> exp.Expr:
    return _some(sql.cast(value.copy(), "VARCHAR"))


def _as_number(value: exp.Expr, sql_type: str) -> exp.Expr:
    """A finite number; of a text, what is left without signs of currency and commas between thousands."""
    if family(sql_type) == "text":
        text = sql.cast(value.copy(), "VARCHAR")
        value = sql.call("regexp_replace", text, r"[\s,\p{Sc}]", "", "g")
    number = sql.cast(value.copy(), "DOUBLE", strict=False)
    return exp.Case().when(sql.call("isfinite", number), number.copy())


def _as_date(value: exp.Expr, sql_type: str) -> exp.Expr:
    """A day; of a text or whole number, one written 2001-12-31 or 20011231."""
    if family(sql_type) in ("date", "timestamp"):
        return sql.cast(value.copy(), "DATE")
    forms = exp.Array(expressions=[sql.literal("%Y-%m-%d"), sql.literal("%Y%m%d")])
    text = sql.call("trim", sql.cast(value.copy(), "VARCHAR"))
    return sql.cast(sql.call("try_strptime", text, forms), "DATE", strict=False)


def _as_pieces(value: exp.Expr, sql_type: str) -> exp.Expr:
    return _some(pieces(value))


def _some(text: exp.Expr) -> exp.Expr:
    return exp.Nullif(this=text, expression=sql.literal(""))


def equal(index: int) -> exp.Expr:
    """The same value on both sides."""
    left, right = both(index)
    return exp.EQ(this=left, expression=right)


def _measured(index: int) -> exp.Expr:
    return exp.column(MEASURE.format(index))


def _at_least(index: int, *limits: float) -> list[exp.Expr]:
    return [exp.GTE(this=_measured(index), expression=sql.literal(limit)) for limit in limits]


def _at_most(index: int, *limits: float) -> list[exp.Expr]:
    return [exp.LTE(this=_measured(index), expression=sql.literal(limit)) for limit in limits]


def _jaro_winkler(index: int) -> exp.Expr:
    """From 0 to 1 (Winkler 1990)."""
    return sql.call("jaro_winkler_similarity", *both(index))


def _edits(index: int) -> exp.Expr:
    """Letters put in, left out, changed or swapped with a neighbour (Damerau 1964)."""
    return sql.call("damerau_levenshtein", *both(index))


def _apart(index: int) -> exp.Expr:
    left, right = both(index)
    return sql.call("abs", exp.Sub(this=left, expression=right))


def _equality(index: int) -> exp.Expr:
    return sql.cast(equal(index), "INTEGER")


def cosine(index: int) -> exp.Expr:
    """Σ weights of shared tokens / √(Σ left · Σ right): whole numbers until the division, so always the same bits."""
    codes = sql.call("list_sum", sql.call("list_intersect", *both(index, TOKENS)))
    shared = exp.Mod(
        this=exp.Coalesce(this=codes, expressions=[sql.literal(0)]), expression=sql.literal(SHARED_BITS)
    )
    left, right = both(index, WEIGHT)
    product = exp.Mul(this=sql.cast(left, "DOUBLE"), expression=sql.cast(right, "DOUBLE"))
    return exp.Div(this=sql.cast(shared, "DOUBLE"), expression=sql.call("sqrt", product))


def _text_levels(index: int) -> list[exp.Expr]:
    return _at_least(index, 0.95, 0.85, 0.7, 0.55, 0.4, 0.25)


def _model_number_levels(index: int) -> list[exp.Expr]:
    return _at_least(index, 0.95, 0.85, 0.7, 0.5, 0.3, 0.1)


def _name_levels(index: int) -> list[exp.Expr]:
    words = [sql.call("list_sort", sql.call("string_split", value, " ")) for value in both(index)]
    turned = exp.EQ(this=words[0], expression=words[1])
    return [equal(index), turned, *_at_least(index, 0.94, 0.88, 0.8)]


def _code_levels(index: int) -> list[exp.Expr]:
    return _at_most(index, 0, 1, 2)


def _phone_levels(index: int) -> list[exp.Expr]:
    ends = [sql.call("right", value, 8) for value in both(index)]
    return [equal(index), exp.EQ(this=ends[0], expression=ends[1]), *_at_most(index, 1, 2)]


def _postcode_levels(index: int) -> list[exp.Expr]:
    areas = [sql.call("left", value, 2) for value in both(index)]
    return [*_at_most(index, 0, 1), exp.EQ(this=areas[0], expression=areas[1])]


def _email_levels(index: int) -> list[exp.Expr]:
    users = [sql.call("split_part", value, "@", 1) for value in both(index)]
    return [equal(index), exp.EQ(this=users[0], expression=users[1]), *_at_least(index, 0.94, 0.88)]


def _number_levels(index: int) -> list[exp.Expr]:
    """Values are in units of the column's interquartile range; near is near beside that, and beside the value."""
    left, right = both(index)
    size = sql.call("greatest", sql.call("abs", left), sql.call("abs", right))
    reach = sql.call("least", exp.Literal.number("1.0"), size)
    near = [
        exp.LTE(this=_measured(index), expression=exp.Mul(this=sql.literal(share), expression=reach.copy()))
        for share in (0.03, 0.1, 0.35)
    ]
    return [equal(index), *near]


def _date_levels(index: int) -> list[exp.Expr]:
    digits = [sql.cast(value, "VARCHAR") for value in both(index)]
    typo = exp.LTE(this=sql.call("damerau_levenshtein", *digits), expression=sql.literal(1))
    return [equal(index), typo, *_at_most(index, 31, 366)]


def _exact_levels(index: int) -> list[exp.Expr]:
    return [equal(index)]


KINDS: Mapping[str, Kind] = {
    "text": Kind("words, weighed by how rare they are (TF-IDF cosine)", _as_text, cosine, _text_levels, True),
    "model_numbers": Kind(
        "numbers of models and parts inside a text (TF-IDF cosine of every three signs)",
        _as_pieces,
        cosine,
        _model_number_levels,
        True,
    ),
    "name": Kind("a name of a few words (Jaro-Winkler)", _as_text, _jaro_winkler, _name_levels),
    "code": Kind("a number or code that is typed (edit distance)", _as_code, _edits, _code_levels),
    "exact": Kind("equal or not", _as_written, _equality, _exact_levels),
    "number": Kind("a quantity", _as_number, _apart, _number_levels, finds=False),
    "date": Kind("a day", _as_date, _apart, _date_levels),
    "email": Kind("an address of electronic mail", _as_address, _jaro_winkler, _email_levels),
    "phone": Kind("a telephone number", _as_digits, _edits, _phone_levels),
    "postcode": Kind("a postcode", _as_code, _edits, _postcode_levels),
}
