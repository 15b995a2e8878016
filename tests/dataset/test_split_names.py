"""Columns called like the words a query uses inside divide all the same."""

from __future__ import annotations

import pytest

from tests.dataset.parts import parts
from thalweg.core.component import parse
from thalweg.dataset.split import Split

WORDS = [
    "value",
    "rows",
    "before",
    "total",
    "class",
    "digest",
    "rank",
    "t",
    "validation",
    "test",
    "group",
    "Order by",
]


@pytest.mark.parametrize("word", WORDS)
def test_a_column_of_that_name(make_table, word):
    others = [each for each in WORDS if each != word]
    table = make_table("t", {word: [1, 2, 3, 4] * 5, **{each: list("abcd") * 5 for each in others}})
    plain = make_table("plain", {"when": [1, 2, 3, 4] * 5})
    for form in ("by", "group", "stratified"):
        fractions = [0.5, 0.25, 0.25]
        wordy = parse(Split, {form: {"column": word, "fractions": fractions}}).fit(table)
        usual = parse(Split, {form: {"column": "when", "fractions": fractions}}).fit(plain)
        assert parts(table, wordy) == parts(plain, usual)
