from __future__ import annotations

import pytest
import torch

from thalweg.features.feature import Slot
from thalweg.networks.modules.categories import Categories, OneHot, embedding_width


def slots(*sizes: int) -> list[Slot]:
    return [Slot(name=f"c{i}", block="categories", cardinality=size) for i, size in enumerate(sizes)]


@pytest.mark.parametrize(("cardinality", "width"), [(1, 2), (8, 5), (100, 21), (468, 50), (100_000, 50)])
def test_width_grows_with_the_number_of_values(cardinality: int, width: int):
    assert embedding_width(cardinality, "auto") == width
    assert embedding_width(cardinality, 6) == 6


def test_a_value_has_one_vector_wherever_it_stands():
    module = Categories(slots(3, 100, 3), "auto")
    out = module(torch.tensor([[2, 99, 0], [2, 5, 2]]))
    assert module.widths == [3, 3, 21]
    assert out.shape == (2, 27)
    assert torch.equal(out[0, :3], out[1, :3])  # the same value of the same column
    assert not torch.equal(out[1, :3], out[1, 3:6])  # the same index of another column


def test_last_value_of_each_column_is_in_the_table():
    module = Categories(slots(2, 5, 7), 4)
    assert len(module.tables) == 1
    assert torch.equal(module(torch.tensor([[1, 4, 6]])).reshape(3, 4), module.tables[0][[1, 6, 13]])


def test_one_hot():
    out = OneHot(slots(2, 3))(torch.tensor([[1, 0], [0, 2]]))
    assert out.tolist() == [[0, 1, 1, 0, 0], [1, 0, 0, 0, 1]]
