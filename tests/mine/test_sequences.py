from itertools import chain, combinations

import numpy as np
import pyarrow.csv as csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.mine.miner import Miner
from thalweg.mine.prefixspan import Sequences, holds, patterns_of


def miner(**fields: object) -> Miner:
    return parse(Miner, {"sequences": {"entity": "user", "time": "at", "item": "film", **fields}})


@pytest.fixture(scope="module")
def ratings(data):
    found = csv.read_csv(data("ml-latest-small/ratings.csv"))
    names = {"userId": "user", "timestamp": "at", "movieId": "film"}
    return {name: found[key].combine_chunks() for key, name in names.items()}


def test_films_that_people_rate_one_after_the_other(ratings, make_table):
    finding = miner(support=0.15).mine(make_table("ratings", ratings))
    assert finding.facts["sequences"] == 610
    assert finding.facts["passing"] > finding.facts["found"] > 5
    users, at, films = (ratings[name].to_numpy() for name in ("user", "at", "film"))
    order = np.lexsort((at, users))  # stable: ties stay in the order of the file
    sequences = [films[order][users[order] == user][:200].tolist() for user in np.unique(users)]
    for told in finding.facts["patterns"]:
        first, *rest = map(int, told["items"])
        holding = 0
        for films_of in sequences:
            place = films_of.index(first) if first in films_of else None
            for film in rest:
                after = films_of[place + 1 :] if place is not None else []
                place = place + 1 + after.index(film) if place is not None and film in after else None
            holding += place is not None
        assert told["sequences"] == holding
        assert told["by_chance"] < holding
    assert "610 sequences of training rows" in finding.size
    assert len(finding.charts[0].traces[0].x) == min(finding.facts["found"], 15)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_where_the_order_is_chance(ratings, make_table, seed):
    at = np.random.default_rng(seed).permutation(len(ratings["at"]))
    finding = miner(support=0.08).mine(make_table("ratings", {**ratings, "at": at}))
    assert finding.facts["passing"] > 0
    assert (finding.facts["found"], finding.charts, finding.grids) == (0, (), ())


def test_only_training_rows_are_looked_at(make_table):
    columns = {
        "user": [1, 1, 2, 2] * 50,
        "at": list(range(200)),
        "film": ["a", "b"] * 100,
        "__split": [0, 0, 1, 1] * 50,
    }
    finding = miner(sequences=100).mine(make_table("t", columns))
    assert finding.facts["sequences"] == 1


def test_more_sequences_than_wanted_are_sampled_whole(make_table):
    columns = {
        "user": np.repeat(np.arange(2000), 3),
        "at": np.tile([1, 2, 3], 2000),
        "film": ["a", "b", "c"] * 2000,
    }
    finding = miner(sequences=200).mine(make_table("t", columns))
    assert 140 < finding.facts["sequences"] < 260
    assert finding.facts["of"] == 2000
    told = {tuple(each["items"]): each["sequences"] for each in finding.facts["patterns"]}
    assert told["a", "b", "c"] == finding.facts["sequences"]
    assert ("b", "a") not in told
    assert "a sample of 2,000" in finding.size


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), max_size=6), min_size=1, max_size=12), st.integers(1, 4))
def test_patterns_are_those_that_trying_every_one_finds(held, least):
    starts = np.cumsum([0, *map(len, held)])
    sequences = Sequences(tuple("abcd"), np.array(list(chain(*held)), dtype=np.int64), starts)
    found = patterns_of(sequences, least, 3, 10**6)
    counted: dict[tuple[int, ...], int] = {}
    for each in held:
        for pattern in {p for size in (1, 2, 3) for p in combinations(each, size)}:
            counted[pattern] = counted.get(pattern, 0) + 1
    assert found == {pattern: number for pattern, number in counted.items() if number >= least}
    for pattern, number in found.items():
        assert holds(sequences, pattern).sum() == number


def test_a_table_without_rows_has_no_patterns(make_table):
    finding = miner().mine(make_table("t", {"user": [None], "at": [1], "film": ["a"]}))
    assert (finding.facts["sequences"], finding.facts["found"]) == (0, 0)


def test_too_low_a_support_is_said(make_table):
    columns = {
        "user": np.repeat(np.arange(10), 12),
        "at": list(range(120)),
        "film": list("abcdefghijkl") * 10,
    }
    with pytest.raises(
        ComponentError, match="more than 100 patterns are in at least 2 sequences; raise `support`"
    ):
        miner(patterns=100).mine(make_table("t", columns))
    with pytest.raises(ComponentError, match="has no column 'film'"):
        miner().mine(make_table("u", {"user": [1], "at": [1]}))
