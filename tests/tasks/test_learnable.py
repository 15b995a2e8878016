"""Targets from which nothing can be learnt, beside what every task says of them."""

from __future__ import annotations

import pytest

from thalweg.core.errors import DataError
from thalweg.tasks.number import Number


def test_a_list_is_no_single_value(column):
    listed = column([None, 1.0], "DOUBLE[]", "next")
    with pytest.raises(
        DataError, match=r"a single value in each row of the target 'next', found DOUBLE\[\]"
    ) as told:
        Number().fit(listed)
    assert told.value.hint == 'derive one, such as the first of a list: derive: {first: "next[1]"}'
