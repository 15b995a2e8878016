"""Every example of docs/cleaning.md runs, accounts for every row, and every kind of step has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import kinds

TEXT = (Path(__file__).parents[2] / "docs" / "cleaning.md").read_text(encoding="utf-8")
COURSES = [
    YAML(typ="safe").load(block)
    for block in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
]
ROWS = 60
FINDS_NOTHING = ("auto", "fuzzy_duplicates")  # in these sales


def kind(step):
    return step if isinstance(step, str) else next(iter(step))


@pytest.fixture
def sales(make_table):
    """Five shops, twelve days each; what is wrong is wrong once or twice."""
    shops = ["North", "South", "East", "West", "Quay"]
    cities, zips = ["Bonn", "Lyon", "Oslo", "Rome", "Wien"], ["53111", "69001", "0150", "00100", "1010"]
    columns = {
        "id": [str(n) for n in range(ROWS)],
        "shop": [shops[n % 5] for n in range(ROWS)],
        "city": [cities[n % 5] for n in range(ROWS)],
        "zip": [zips[n % 5] for n in range(ROWS)],
        "product": [("Tea", "rice ", "T-Shirt")[n % 3] for n in range(ROWS)],
        "price": [f"${10 + n % 7}.50" for n in range(ROWS)],
        "weight": [f"{1 + n % 4} kg" if n % 2 else f"{800 + n} g" for n in range(ROWS)],
        "paid": [("yes", "no", "settled")[n % 3] for n in range(ROWS)],
        "sold": [f"2024-03-{1 + n // 5:02d}" for n in range(ROWS)],
        "units": [str(1 + n % 9) for n in range(ROWS)],
        "note": ["CafÃ©" if n % 20 == 3 else None for n in range(ROWS)],
        "mail": [None if n == 9 else f"{shops[n % 5].lower()}{n}@example.org" for n in range(ROWS)],
    }
    wrong = {
        "id": {7: "6"},
        "shop": {5: "Nroth"},
        "city": {0: "  bonn", 11: "Rome"},
        "zip": {},
        "price": {1: "$9,999"},
    }
    wrong |= {
        "sold": {3: "March 1, 2024"},
        "units": {4: "many", 12: "0"},
        "product": {3: "TEA"},
        "note": {2: "?"},
    }
    for name, cells in wrong.items():
        for row, value in cells.items():
            columns[name][row] = value
    columns["city"][15], columns["zip"][15] = "Bonn 53111", None
    return make_table("sales", columns)


@pytest.mark.parametrize("steps", COURSES, ids=[kind(steps[-1]) for steps in COURSES])
def test_an_example_runs(steps, sales):
    extra = {"fuzzy_duplicates": "splink", "labels": "cleanlab"}.get(kind(steps[-1]))
    if extra:
        pytest.importorskip(extra)
    done = clean(sales, steps)
    last = done.entries[-1]
    touched = sum(last.changed.values()) + last.merged + last.dropped + last.quarantined + last.added
    assert touched > 0 or done.table.columns != sales.columns or kind(steps[-1]) in FINDS_NOTHING
    assert done.table.count() == last.rows_out


def test_every_kind_has_an_example():
    assert {kind(step) for steps in COURSES for step in steps} == set(kinds(Step))
