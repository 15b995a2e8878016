"""One partner a record, chosen so that all pairs together weigh the most: held against every other choice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from thalweg.clean.linkage import assignment
from thalweg.clean.linkage.assignment import best_of_each, heaviest, one_to_one
from thalweg.clean.linkage.workbench import workbench
from thalweg.core.errors import DataError
from thalweg.engines import sql

record = st.integers(0, 4)


def greatest(pairs, left=frozenset(), right=frozenset()):
    """The greatest sum of weights of pairs in which no record stands twice: each pair taken, or left."""
    if not pairs:
        return 0
    (one, other, weight), *rest = pairs
    without = greatest(rest, left, right)
    if one in left or other in right:
        return without
    return max(without, weight + greatest(rest, left | {one}, right | {other}))


@given(st.dictionaries(st.tuples(record, record), st.integers(1, 9), min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_no_choice_of_pairs_weighs_more(weights):
    pairs = np.array([[*pair, weight] for pair, weight in weights.items()])
    found = heaviest(pairs)
    assert {(one, other): weight for one, other, weight in found.tolist()}.items() <= weights.items()
    assert len(set(found[:, 0])) == len(set(found[:, 1])) == len(found)
    assert found[:, 2].sum() == greatest(pairs.tolist())


def offered(bench, pairs):
    """Pairs (left, right, bits of odds) as the model judges them."""
    left, right, bits = (list(column) for column in zip(*pairs, strict=True))
    odds = [2.0**each for each in bits]
    columns = {"rid_l": left, "rid_r": right, "match_weight": [float(each) for each in bits]}
    table = pa.table({**columns, "match_probability": [each / (1 + each) for each in odds]})
    return bench.keep("pairs", sql.select(bench.offer("given", table), table.column_names))


def taken(bench, table):
    return set(bench.rows(sql.select(table, ["rid_l", "rid_r"])))


def test_a_pair_gives_way_where_two_others_weigh_more(session):
    pairs = [(1, 1, 5), (1, 2, 4), (2, 1, 4), (7, 7, 1)]
    with workbench(session) as bench:
        judged = offered(bench, pairs)
        assert taken(bench, one_to_one(bench, judged, 0.5)) == {(1, 2), (2, 1), (7, 7)}
        # beside a threshold of 3.5 bits the two weigh half a bit each, the one three times that
        assert taken(bench, one_to_one(bench, judged, 2**3.5 / (1 + 2**3.5))) == {(1, 1), (7, 7)}
        assert taken(bench, best_of_each(bench, judged)) == {(1, 1), (2, 1), (7, 7)}


def test_probabilities_that_round_to_one_are_told_apart_by_their_weights(session):
    with workbench(session) as bench:
        judged = offered(bench, [(1, 1, 60), (1, 2, 70)])
        assert taken(bench, one_to_one(bench, judged, 0.5)) == {(1, 2)}
        assert taken(bench, best_of_each(bench, judged)) == {(1, 2)}
        assert taken(bench, one_to_one(bench, judged, 1.0)) == {(1, 2)}


def test_components_solved_apart_are_as_good_as_all_at_once_and_always_the_same(session, monkeypatch):
    chance = np.random.default_rng(3)
    weights = np.zeros((60, 60))
    for block in range(0, 60, 6):  # ten components, of 36 possible pairs each
        some = chance.random((6, 6)) < 0.5
        weights[block : block + 6, block : block + 6] = np.where(some, chance.integers(1, 40, (6, 6)) / 4, 0)
    pairs = [(int(a), int(b), weights[a, b]) for a, b in np.argwhere(weights)]
    monkeypatch.setattr(assignment, "TOGETHER", 30)
    with workbench(session) as bench:
        judged = offered(bench, pairs)
        found = [taken(bench, one_to_one(bench, judged, 0.5)) for _ in range(2)]
    assert found[0] == found[1]
    best = linear_sum_assignment(weights, maximize=True)
    assert sum(weights[pair] for pair in found[0]) == pytest.approx(weights[best].sum())


def test_a_component_too_large_is_refused(session, monkeypatch):
    monkeypatch.setattr(assignment, "MOST_PAIRS", 8)
    pairs = [(a, b, 3) for a in range(3) for b in range(3)]
    with (
        workbench(session) as bench,
        pytest.raises(DataError, match="more than 8 matches hang together") as raised,
    ):
        one_to_one(bench, offered(bench, pairs), 0.5)
    assert raised.value.hint == "raise the threshold, compare more columns, or write keep: best"
