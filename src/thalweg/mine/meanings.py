"""What the values of a column are, beyond their type: e-mail addresses, money, dates in text, paths to media …

A meaning is recognised by what values look like, by their range, and, where values alone can't tell (a postcode is
digits like any other), by the words in the column's name. Nineteen rows in twenty must fit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thalweg.clean.distribution import Distribution

MOST = 0.95  # of the rows must look like it
LOOKED_AT = 2_000  # distinct values
MEDIA = {
    "path to an image": "jpe?g|png|gif|bmp|tiff?|webp|svg|heic|pgm|ppm|dcm",
    "path to audio": "wav|mp3|flac|ogg|m4a|aac|aiff?|opus",
    "path to video": "mp4|avi|mov|mkv|webm|mpe?g|wmv",
    "path to a document": "pdf|docx?|txt|md|html?|xml|json|csv|rtf",
}
CURRENCY = r"(?:[$€£¥₹₽₩元]|R\$|[A-Z]{2}\$|USD|EUR|GBP|JPY|CNY|RMB|CHF|INR|CAD|AUD)"
NUMBER = r"[+-]?(?:\d{1,3}(?:[ ,.'’]\d{3})+|\d+)(?:[.,]\d+)?"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[APap]\.?[Mm]\.?)?"
DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4}年\d{1,2}月\d{1,2}日"
    rf"|\d{{1,2}}[ -]{MONTH}[ -]\d{{2,4}}|{MONTH} \d{{1,2}},? \d{{4}})"
)
UNIT = r"(?:[kcmµn]?(?:m|g|l|s|W|Hz|V|A|B)|km/h|mph|oz\.?|lbs?|ft|in|ounces?|min|h|hrs?|°[CF]|[KMGT]i?B|%)"
WRITTEN_TRUTH = r"true|false|yes|no|y|n|t|f|是|否"


@dataclass(frozen=True)
class OfText:
    """A meaning of texts: the form of a whole value, and the words of which the column's name must hold one."""

    name: str
    form: str
    words: str | None = None
    private: bool = False

    def fits(self, column: str, values: Sequence[str], rows: np.ndarray) -> bool:
        if self.words is not None and not named(column, self.words):
            return False
        form = re.compile(self.form, re.IGNORECASE)
        fitting = np.array([form.fullmatch(value) is not None for value in values])
        return float(rows[fitting].sum()) >= MOST * float(rows.sum())


@dataclass(frozen=True)
class OfNumbers:
    """A meaning of numbers: the range they lie in, whether they are whole, and the words of the column's name."""

    name: str
    low: float
    high: float
    whole: bool
    words: str
    private: bool = False

    def fits(self, column: str, found: Distribution) -> bool:
        inside = (found.values >= self.low) & (found.values <= self.high)
        if self.whole:
            inside &= found.values % 1 == 0
        return named(column, self.words) and float(found.counts[inside].sum()) >= MOST * found.rows


TEXTS = (
    OfText("e-mail", r"[^@\s]+@[^@\s]+\.[a-z]{2,}", private=True),
    *(
        OfText(name, rf"(?:[a-z]+://)?[^\n?#]*[^\s/?#]\.(?:{endings})(?:\?\S*)?")
        for name, endings in MEDIA.items()
    ),
    OfText("URL", r"(?:https?|ftp|s3|gs)://\S+|www\.[^\s.]+\.\S+"),
    OfText("UUID", r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", private=True),
    OfText("IP address", r"(?:\d{1,3}\.){3}\d{1,3}|(?=.*::?.*:)[0-9a-f:]{3,39}", private=True),
    OfText("path", r"(?:/|~/|\.{1,2}/|[a-z]:\\)[^\n]*"),
    OfText("JSON", r"\{.*\}|\[.*\]"),
    OfText("colour", r"#(?:[0-9a-f]{3}|[0-9a-f]{6})"),
    OfText("money", rf"[+-]?\(?{CURRENCY} ?{NUMBER}\)?|{NUMBER} ?{CURRENCY}"),
    OfText("percentage", rf"{NUMBER} ?[%％]"),
    OfText("date in text", DAY),
    OfText("date and time in text", rf"{DAY}[ T]{TIME}(?: ?(?:Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}}))?"),
    OfText("time in text", TIME),
    OfText("postcode", r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d"),
    OfText("postcode", r"[A-Z\d][A-Z\d -]{2,9}", words="zip|post|postal|postcode|zipcode|plz|cap|邮编"),
    OfText(
        "phone",
        r"\+?[\d(][\d\s().\-/]{5,}(?:\s?(?:x|ext\.?)\s?\d+)?",
        words="phone|fax|tel|telephone|mobile|cell|电话|手机",
        private=True,
    ),
    OfText("phone", r"(?:\+\d{1,3}[ .-]?\(?\d[\d\s().-]{6,}|\(\d{2,4}\) ?[\d .-]{6,})", private=True),
    OfText("country code", r"[A-Z]{2,3}", words="country|nation|land|iso"),
    OfText("number with a unit", rf"{NUMBER} ?{UNIT}"),
    OfText("boolean in text", WRITTEN_TRUTH),
    OfText("number in text", rf"{NUMBER}(?:e[+-]?\d+)?"),
)
NUMBERS = (
    OfNumbers("latitude", -90, 90, False, "lat|latitude"),
    OfNumbers("longitude", -180, 180, False, "lon|lng|long|longitude"),
    OfNumbers("year", 1000, 2200, True, "year|yr|年"),
    OfNumbers("Unix time", 5e8, 5e12, True, "time|timestamp|ts|epoch|date|at"),
    OfNumbers("postcode", 100, 9_999_999, True, "zip|post|postal|postcode|zipcode|plz|邮编"),
    OfNumbers("phone", 1e6, 1e15, True, "phone|fax|tel|telephone|mobile|cell|电话|手机", private=True),
    OfNumbers("percentage", 0, 100, False, "percent|percentage|pct"),
    OfNumbers("money", -1e12, 1e12, False, "price|cost|amount|revenue|salary|income|fee|payment|total|金额"),
)
PRIVATE = frozenset(meaning.name for meaning in (*TEXTS, *NUMBERS) if meaning.private)
"""Meanings whose values name a person or a thing: no value of such a column is shown."""


def meaning_of_text(column: str, found: Distribution) -> str | None:
    """What the texts of a column are; None where they are words like any other."""
    values, rows = _looked_at(found)
    return next((kind.name for kind in TEXTS if kind.fits(column, values, rows)), None) if values else None


def meaning_of_numbers(column: str, found: Distribution) -> str | None:
    """What the numbers of a column are; None where they are a measure or a count like any other."""
    return next((kind.name for kind in NUMBERS if kind.fits(column, found)), None)


def named(column: str, words: str) -> bool:
    """Whether one of some words, apart by bars, is among those that a column's name is made of."""
    return not set(words.split("|")).isdisjoint(words_of(column))


def words_of(name: str) -> list[str]:
    """The words of a name in lower case: `ShipPostalCode` and `ship_postal_code` are ship, postal, code."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+", name)]


def _looked_at(found: Distribution) -> tuple[list[str], np.ndarray]:
    """Values that are not blank with their rows: all of few, evenly chosen ones of many."""
    step = -(-len(found.values) // LOOKED_AT)
    pairs = zip(found.values[::step], found.counts[::step], strict=True)
    kept = [(text, rows) for value, rows in pairs if (text := str(value).strip())]
    return [text for text, _ in kept], np.array([rows for _, rows in kept])
