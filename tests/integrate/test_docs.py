"""Every example of docs/integrate.md runs, and every kind of operation has one."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from thalweg.core.component import kinds, parse
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate

TEXT = (Path(__file__).parents[2] / "docs" / "integrate.md").read_text(encoding="utf-8")
CHAINS = [
    yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
]
DAYS = [datetime(2024, month, 1) for month in (1, 2, 3, 4)]


@pytest.fixture
def tables(make_table):
    order = {
        "product": ["tea", "rice", "tea", "oil"],
        "ordered": DAYS,
        "amount": [5, 120, 7, 1],
        "paid": [True] * 4,
    }
    written = {
        "orders": {"id": [1, 2, 3, 4], "customer": ["a", "b", "a", "z"], **order},
        "archive": {"id": [5, 6, 7, 8], "customer_no": ["a", "a", "b", "b"], **order},
        "customers": {"customer": ["a", "b"], "city": ["Lyon", "Bonn"], "joined": DAYS[:2]},
        "prices": {"product": ["tea", "tea", "rice"], "since": DAYS[:3], "price": [2.0, 2.5, 1.0]},
        "wide": {"customer": ["a", "b"], "jan": [1, None], "feb": [3, 4]},
    }
    return {name: make_table(name, columns) for name, columns in written.items()}


ROWS = {
    "join": [4],
    "asof": [4],
    "aggregate": [4],
    "references": [3],
    "union": [8],
    "pivot": [3],
    "unpivot": [3],
    "windows": [1],
    "filter": [4, 4, 4, 4, 4],
}


@pytest.mark.parametrize("chain", CHAINS, ids=[next(iter(chain[1])) for chain in CHAINS])
def test_an_example_runs(chain, tables):
    operations = [parse(Operation, operation) for operation in chain]
    if operations[1].kind == "link":
        return  # over two shops of thousands of goods; see tests/integrate/test_link.py
    done = integrate(operations, tables)
    assert [entry.rows_out for entry in done.entries[1:]] == ROWS[operations[1].kind]
    assert done.table.count() == done.entries[-1].rows_out


def test_every_kind_has_an_example():
    assert {name for chain in CHAINS for operation in chain for name in operation} == set(kinds(Operation))
