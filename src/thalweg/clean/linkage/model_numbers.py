"""Numbers of models and parts that stand inside a text, such as `KX-TS3282B`, cut into pieces that can be weighed.

A number of a model is the rarest thing in the name of a product, and the one that shops agree on, but for hyphens and
for an ending that names a colour or a country. So each is taken apart into every three signs that follow one another:
two spellings of it share most of them, whichever letters one of them adds.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from thalweg.engines import sql

SHORTEST = 4  # letters and digits of a word that is taken for a number of a model
PIECE = 3


def pieces(text: exp.Expr) -> exp.Expr:
    """The different pieces of all numbers in a text, a space between them; an empty text where there is none.

    A number is a word of at least four letters and digits, a digit among them, whatever punctuation stands inside it;
    a Chinese or Japanese sign parts words as a space does.
    """
    lower = sql.call("lower", sql.call("nfc_normalize", sql.cast(text.copy(), "VARCHAR")))
    apart = sql.call("regexp_replace", lower, r"(\p{Han}|\p{Hiragana}|\p{Katakana}|\s)+", " ", "g")
    plain = sql.call("regexp_replace", apart, r"[^\p{L}\p{N} ]+", "", "g")
    numbers = sql.call("list_filter", sql.call("string_split", plain, " "), _each(_is_number, "word"))
    cut = exp.Transform(this=numbers, expression=_each(_cut, "word"))
    return sql.call("array_to_string", sql.call("list_distinct", sql.call("flatten", cut)), " ")


def _is_number(word: exp.Expr) -> exp.Expr:
    long = exp.GTE(this=sql.call("length", word), expression=sql.literal(SHORTEST))
    return sql.all_of([long, sql.call("regexp_matches", word, r"\p{N}")])


def _cut(word: exp.Expr) -> exp.Expr:
    starts = sql.call("range", 1, exp.Sub(this=sql.call("length", word), expression=sql.literal(PIECE - 2)))
    piece = _each(lambda start: sql.call("substring", word, start, PIECE), "start")
    return exp.Transform(this=starts, expression=piece)


def _each(body: Callable[[exp.Expr], exp.Expr], name: str) -> exp.Lambda:
    """A function of one value, for lists."""
    value = exp.to_identifier(name)
    return exp.Lambda(this=body(value), expressions=[value.copy()])
