"""What is handed over to be judged is checked."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from tests.evaluation.drawn import drawn, judged
from thalweg.evaluation.judged import Part


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected arrays of one length, received lengths \[9, 10\]"):
        Part(np.arange(10), drawn(10), {"late": np.zeros(9)})


def test_slices_of_another_length_are_refused() -> None:
    whole = judged(rows=50)
    with pytest.raises(ValueError, match="expected 10 rows to slice, received 3"):
        dataclasses.replace(whole, slices=pa.table({"city": ["a", "b", "c"]}))


def test_a_part_has_at_least_the_rows_it_was_given() -> None:
    assert Part(np.arange(10), drawn(10), {}).total == 10
    assert Part(np.arange(10), drawn(10), {}, total=99).total == 99
