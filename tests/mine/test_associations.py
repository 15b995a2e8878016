from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.mine.itemsets import baskets_of, frequent
from thalweg.mine.miner import Miner

SPLITS = [0, 0, 0, 1, 0]


def lines_of(data: Callable[[str], Path], file: str) -> list[str]:
    return data(f"market-basket/{file}").read_text(encoding="utf-8").rstrip("\n").split("\n")


@pytest.fixture(scope="module")
def groceries(data: Callable[[str], Path]) -> list[str]:
    return lines_of(data, "groceries.csv")


def rules(**fields: object) -> Miner:
    return parse(Miner, {"associations": {"items": "line", "separator": ",", **fields}})


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"support": 0.001, "confidence": 0.8}, 410),  # the vignette of arules
        ({"support": 0.006, "confidence": 0.25, "shortest": 2}, 463),  # Lantz, Machine Learning with R
    ],
)
def test_the_rules_that_arules_finds_in_groceries(groceries, make_table, fields, number):
    facts = rules(**fields).mine(make_table("groceries", {"line": groceries})).facts
    assert (facts["baskets"], facts["items"]) == (9835, 169)
    assert facts["passing"] == number
    assert 0 < facts["beyond_chance"] < number


def test_a_rule_tells_its_counts_and_holds_on_other_baskets(groceries, make_table):
    split = (SPLITS * len(groceries))[: len(groceries)]
    finding = rules().mine(make_table("groceries", {"line": groceries, "__split": split}))
    sets = [set(line.split(",")) for line, part in zip(groceries, split, strict=True) if part == 0]
    held = [set(line.split(",")) for line, part in zip(groceries, split, strict=True) if part == 1]
    assert finding.facts["baskets"] == len(sets)
    assert finding.facts["held_out"] == len(held)
    assert len(finding.facts["rules"]) >= 10
    for rule in finding.facts["rules"]:
        condition = set(rule["given"])
        of = [basket for basket in sets if condition <= basket]
        assert rule["of"] == len(of)
        assert rule["baskets"] == sum(rule["then"] in basket for basket in of)
        other = [basket for basket in held if condition <= basket]
        share = sum(rule["then"] in basket for basket in held) / len(held)
        assert rule["checked"] == len(other)
        expected = sum(rule["then"] in basket for basket in other) / len(other) / share
        assert rule["checked_lift"] == pytest.approx(expected)
        assert rule["checked_lift"] > 1
        assert rule["p"] <= 0.05
    assert len(finding.grids[0].rows) == len(finding.facts["rules"])


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_in_baskets_filled_by_chance(groceries, make_table, seed):
    """Every basket keeps its size and every item its number of baskets; which goes into which is chance."""
    rng = np.random.default_rng(seed)
    items = np.array([item for line in groceries for item in line.split(",")])
    names, codes = np.unique(items, return_inverse=True)
    filled = np.stack([rng.permutation(np.arange(len(groceries)) < n) for n in np.bincount(codes)], axis=1)
    shuffled = [names[row].tolist() for row in filled]
    finding = parse(Miner, {"associations": {"items": "line", "support": 0.001, "confidence": 0.3}}).mine(
        make_table("shuffled", {"line": shuffled})
    )
    assert finding.facts["passing"] > 100
    assert finding.facts["found"] == 0
    assert (finding.grids, finding.charts) == ((), ())
    assert "none of them is beyond chance" in finding.sentences[0]


def test_lists_text_and_rows_of_an_item_each_say_the_same(groceries, make_table):
    some = groceries[:3000]
    lists = [line.split(",") for line in some]
    long = {
        "item": [item for each in lists for item in each],
        "basket": [number for number, each in enumerate(lists) for _ in each],
    }
    forms = [
        rules().mine(make_table("text", {"line": some})),
        parse(Miner, {"associations": "line"}).mine(make_table("lists", {"line": lists})),
        parse(Miner, {"associations": {"items": "item", "basket": "basket"}}).mine(make_table("long", long)),
    ]
    assert forms[0].facts["rules"]
    assert forms[0].facts == forms[1].facts == forms[2].facts


def test_the_values_of_columns_are_items_and_numbers_of_many_values_go_by_quarter(make_table):
    age = list(range(100)) * 4
    stage = ["young" if n < 25 else "older" for n in age]
    finding = parse(Miner, {"associations": {"columns": ["age", "stage"], "confidence": 0.9}}).mine(
        make_table("people", {"age": age, "stage": stage, "name": [f"n{n}" for n in range(400)]})
    )
    said = {(*rule["given"], rule["then"]) for rule in finding.facts["rules"]}
    assert ("stage = young", "age ≤ 24") in said
    assert ("age ≤ 24", "stage = young") in said
    assert ("age > 74", "stage = older") in said


def test_missing_and_empty_items_are_none_and_a_repeated_item_counts_once(make_table):
    lines = ["a,b, a", None, ",", "a,,b"] * 30
    facts = rules(support=0.4, confidence=0.9).mine(make_table("t", {"line": lines})).facts
    assert (facts["baskets"], facts["items"], facts["sets"]) == (120, 2, 3)
    assert {(rule["baskets"], rule["of"]) for rule in facts["rules"]} == {(60, 60)}


def test_retail_in_seconds_with_as_many_sets_as_known(data, make_table):
    finding = rules(separator=" ", support=0.001).mine(
        make_table("retail", {"line": lines_of(data, "retail.dat")})
    )
    assert (finding.facts["baskets"], finding.facts["items"]) == (88_162, 16_470)
    assert finding.facts["sets"] == 7_589  # as mlxtend's fpgrowth finds


def test_only_a_sample_of_many_baskets_is_looked_at(groceries, make_table):
    lists = [line.split(",") for line in groceries]
    long = {
        "item": [item for each in lists for item in each],
        "basket": [number for number, each in enumerate(lists) for _ in each],
    }
    text = rules(baskets=1000).mine(make_table("text", {"line": groceries}))
    assert text.facts["baskets"] == 1000
    assert "a sample of 1,000 of 9,835 training rows" in text.size
    sampled = parse(Miner, {"associations": {"items": "item", "basket": "basket", "baskets": 1000}})
    assert 850 < sampled.mine(make_table("long", long)).facts["baskets"] < 1150


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.frozensets(st.integers(0, 7)), min_size=1, max_size=30), st.integers(1, 6), st.integers(1, 5)
)
def test_sets_are_those_that_counting_every_set_finds(held, least, longest):
    pairs = [(number, item) for number, basket in enumerate(held) for item in basket]
    baskets = baskets_of(
        np.array([p[0] for p in pairs], int), np.array([p[1] for p in pairs], int), len(held)
    )
    names = [int(name) for name in baskets.names]
    found = {
        tuple(sorted(names[i] for i in items)): n
        for items, n in frequent(baskets, least, longest, 10**6).items()
    }
    counted = {
        items: number
        for size in range(1, longest + 1)
        for items in combinations(range(8), size)
        if (number := sum(set(items) <= basket for basket in held)) >= least
    }
    assert found == counted


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"items": "basket_of"}, "table 't' has no column 'basket_of'; known: line, n"),
        ({"items": "line"}, "column 'line' is VARCHAR: give a `separator` where it is text"),
        ({"items": "n", "separator": ","}, "a `separator` cuts text; column 'n' is BIGINT"),
        ({"columns": ["n"]}, "expected at least two columns whose values can be items, received ['n']"),
        ({"items": "line", "separator": ",", "support": 0.001, "sets": 100}, "more than 100 sets of items"),
    ],
)
def test_what_does_not_fit_is_said(make_table, value, words):
    lines = [",".join("abcdefghij")] * 200
    with pytest.raises(ComponentError) as raised:
        parse(Miner, {"associations": value}).mine(make_table("t", {"line": lines, "n": list(range(200))}))
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"separator": ","}, "needs the column of `items`"),
        ({"items": "a", "separator": ",", "basket": "b"}, "not both"),
        ({"items": "a", "columns": ["b"]}, "expected `items` or `columns`, received both"),
    ],
)
def test_forms_that_exclude_each_other(value, words):
    with pytest.raises(ValueError, match=words):
        parse(Miner, {"associations": value})
