import numpy as np
import pytest

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.mine.miner import Miner
from thalweg.mine.words import tokens


@pytest.fixture(scope="module")
def reviews(data) -> list[str]:
    """A sentence a line, bad and good ones in turn."""
    files = [
        data(f"rt-polarity/rt-polarity.{end}").read_text(encoding="latin-1").splitlines()
        for end in ("neg", "pos")
    ]
    return [text for pair in zip(*files, strict=True) for text in pair][:3000]


def about(words: str, number: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(words.split(), 6, replace=False)) for _ in range(number)]


def test_two_subjects_are_told_apart_and_counted(make_table):
    sea = about("ship harbour sail anchor captain wave tide deck island storm", 300, 1)
    farm = about("cow barn tractor harvest wheat plough field sheep fence hay", 500, 2)
    texts = [text for n in range(500) for text in (*sea[n : n + 1], farm[n])]
    split = [n // 2 % 2 for n in range(len(texts))]
    finding = parse(Miner, {"topics": {"column": "text", "topics": 2}}).mine(
        make_table("t", {"text": texts, "__split": split})
    )
    assert finding.facts["found"] == 2
    first, second = finding.facts["topics"]
    assert set(first["words"]) <= {word for text in farm for word in text.split()}
    assert set(second["words"]) <= {word for text in sea for word in text.split()}
    training = [text for text, part in zip(texts, split, strict=True) if part == 0]
    assert first["texts"] == sum(text in farm for text in training)
    assert "400 validation rows" in finding.size


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_found_where_words_stand_by_chance(reviews, make_table, seed):
    words = (
        np.random.default_rng(seed).permutation([word for text in reviews for word in text.split()]).tolist()
    )
    ends = np.cumsum([0, *(len(text.split()) for text in reviews)]).tolist()
    texts = [" ".join(words[a:b]) for a, b in zip(ends[:-1], ends[1:], strict=True)]  # noqa: RUF007
    finding = parse(Miner, {"topics": {"column": "text", "topics": 5}}).mine(make_table("t", {"text": texts}))
    assert (finding.facts["found"], finding.charts, finding.grids) == (0, (), ())
    assert finding.sentences == ("0 of 5 topics of text hold together beyond chance.",)


def test_words_are_small_letters_and_chinese_goes_by_pairs():
    assert tokens("The Cat's 9 lives") == ["the", "cat", "lives"]
    assert tokens("很好吃") == ["很好", "好吃"]


def test_what_does_not_fit_is_said(make_table):
    with pytest.raises(ComponentError, match="column 'n' is BIGINT; topics are of text"):
        parse(Miner, {"topics": "n"}).mine(make_table("t", {"n": [1]}))
    with pytest.raises(
        ComponentError, match="has 7 texts to learn from and 3 rows kept back; topics need at least 100"
    ):
        parse(Miner, {"topics": "x"}).mine(make_table("u", {"x": ["a"] * 10}))
    with pytest.raises(ComponentError, match="no word of column 'x' is in at least 5 texts"):
        parse(Miner, {"topics": "x"}).mine(make_table("v", {"x": ["1 2 3"] * 500}))
