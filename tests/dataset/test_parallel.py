"""Work on several threads whose results come in order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from thalweg.dataset.parallel import AHEAD, in_order


def test_results_come_in_the_order_of_the_items() -> None:
    def slow_first(item: int) -> int:
        time.sleep(0.02 if item % 3 == 0 else 0)
        return item * item

    assert list(in_order(slow_first, range(20), threads=4)) == [item * item for item in range(20)]


def test_only_a_few_items_are_under_way() -> None:
    asked: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            asked.append(item)
            yield item

    with closing(in_order(lambda item: item, items(), threads=2)) as results:
        assert next(results) == 0
        assert len(asked) == AHEAD * 2 + 1
    assert len(asked) == AHEAD * 2 + 1


def test_an_error_ends_the_stream() -> None:
    def fail(item: int) -> int:
        if item == 3:
            raise ValueError("item 3 is bad")
        return item

    results = in_order(fail, range(10), threads=2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="item 3 is bad"):
        next(results)
