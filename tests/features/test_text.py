"""Texts: cut into tokens that are learnt from training rows alone, in their order, whatever the language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.features.conftest import column_of
from thalweg.core.errors import DataError
from thalweg.features.feature import TrainingColumn
from thalweg.features.text import Text, TextEncoder

FILMS = ["A good film, really good.", "A bad film.", "Good!", "bad bad bad"] * 10


def fitted(texts: list[Any], **settings: Any) -> TextEncoder:
    return Text(column="review", **settings).fit(column_of("review", "VARCHAR", texts))


def rows(encoder: TextEncoder, texts: list[Any]) -> list[list[int]]:
    """Tokens without the zeros at the end."""
    found = encoder.encode(pa.array(texts, pa.string())).slots["review"]
    return [np.trim_zeros(row, "b").tolist() for row in found]


def test_words_keep_their_order_and_small_letters_are_as_good() -> None:
    encoder = fitted(FILMS)
    one, other, capital = rows(encoder, ["good film", "film good", "GOOD Film"])
    assert one == other[::-1] == capital
    assert len(set(one)) == 2


def test_words_never_seen_are_one_and_those_seldom_seen_too() -> None:
    encoder = fitted([*FILMS, "unique"], min_count=2)
    assert rows(encoder, ["unique"]) == rows(encoder, ["zebra"]) == [[2]]


def test_missing_and_empty_are_told_apart_and_counted() -> None:
    encoder = fitted([*FILMS, None])
    found = encoder.encode(pa.array([None, "", "  ", "good", "good " * 1000]))
    assert [np.trim_zeros(row, "b").tolist()[:1] for row in found.slots["review"]][:3] == [[1], [], []]
    assert found.counts == {"missing": 1, "empty": 2, "cut": 1}


def test_the_length_is_that_of_most_texts() -> None:
    assert fitted(["good " * 20] * 96 + ["good " * 400] * 4, min_count=1).length == 20
    assert fitted(FILMS).length == 8  # at least
    assert fitted(["good " * 3000] * 50).length == 512  # at most
    assert fitted(FILMS, length=3).slots[0].shape == (3,)


def test_a_text_of_ten_megabytes_is_cut_before_it_is_read() -> None:
    encoder = fitted(FILMS, length=16)
    found = encoder.encode(pa.array(["good " * 2_000_000]))
    assert found.counts == {"cut": 1}
    assert (found.slots["review"] == found.slots["review"][0, 0]).all()


def test_chinese_is_read_character_by_character() -> None:
    encoder = fitted(["味道很好,下次还来", "味道不好"] * 5)
    one, other = rows(encoder, ["很好", "好很"])
    assert one == other[::-1]
    assert len(one) == 2


def test_characters_and_byte_pairs() -> None:
    assert len(rows(fitted(FILMS, tokens="characters", length=40), ["good"])[0]) == 4
    pairs = fitted(FILMS, tokens="bpe", vocabulary=300, length=40)
    assert len(rows(pairs, [" good"])[0]) < 4
    assert rows(pairs, ["ß"]) != rows(pairs, ["\u00e4"])  # bytes that were never seen are not all one


def test_the_vocabulary_is_the_most_frequent() -> None:
    encoder = fitted(FILMS, vocabulary=2)
    assert encoder.vocabulary == 3  # and the one for all others
    assert encoder.slots[0].cardinality == 5


@pytest.mark.parametrize("unit", ["words", "bpe", "characters"])
def test_the_same_texts_give_the_same_tokenizer(unit: Any) -> None:
    texts = [f"word{i % 37} of {i % 11} {i % 5}" for i in range(500)]
    first = fitted(texts, tokens=unit, min_count=1)
    assert all(fitted(texts, tokens=unit, min_count=1).tokenizer == first.tokenizer for _ in range(3))


def test_a_pretrained_tokenizer_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(fitted(FILMS).tokenizer)
    encoder = fitted(["something else"] * 9, pretrained=tmp_path)
    assert rows(encoder, ["good film"]) == rows(fitted(FILMS), ["good film"])
    with pytest.raises(DataError, match=r"expected a file tokenizer.json in .*none, found none") as raised:
        fitted(FILMS, pretrained=tmp_path / "none")
    assert "save_pretrained" in str(raised.value)


def test_names_are_left_to_categories_and_texts_without_words_refused() -> None:
    names = column_of("carrier", "VARCHAR", ["UA", "AA"] * 20)
    assert Text.refuses(names) == "holds names rather than texts: 2 characters on average"
    assert (
        Text.refuses(column_of("review", "VARCHAR", [f"{text} and so on and on" for text in FILMS])) is None
    )
    with pytest.raises(DataError, match="column 'review' has no words in the training rows"):
        fitted(["", " "] * 9)


def test_reviews_of_films(data: Callable[[str], Path]) -> None:
    texts = parquet.read_table(data("imdb/train.parquet"), columns=["text"])["text"].slice(0, 2_000)
    column: TrainingColumn = column_of("review", "VARCHAR", texts.combine_chunks())
    assert Text.refuses(column) is None
    encoder = Text(column="review").fit(column)
    found = encoder.encode(texts.combine_chunks())
    assert encoder.length == 512
    assert 12_000 < encoder.vocabulary < 30_002
    unknown = (found.slots["review"] == 2).sum() / (found.slots["review"] > 0).sum()
    assert unknown < 0.06
    assert 100 < found.counts["cut"] < 400
