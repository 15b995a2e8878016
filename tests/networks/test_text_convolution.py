"""Filters over windows of words, wherever in the text they stand."""

from __future__ import annotations

import torch

from thalweg.core.component import parse
from thalweg.features.feature import Slot
from thalweg.networks.network import Network
from thalweg.networks.text_convolution import TextConvolution

SLOT = Slot(name="t", block="tokens", shape=(12,), cardinality=30)


def read(rows: list[list[int]]) -> torch.Tensor:
    torch.manual_seed(0)
    padded = torch.tensor([row + [0] * (12 - len(row)) for row in rows])
    return TextConvolution(windows=(2, 3), filters=5).reader(SLOT)(padded)


def test_each_filter_answers_for_its_strongest_window_within_the_text() -> None:
    torch.manual_seed(0)
    reader = TextConvolution(windows=(3,), filters=4).reader(SLOT)
    tokens = torch.tensor([[5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0]])
    steps = reader.table(tokens)  # type: ignore[operator]
    (filters,) = reader.filters  # type: ignore[misc]
    whole = [(filters.weight * steps[0, at : at + 3].T).sum((1, 2)) + filters.bias for at in range(3)]
    torch.testing.assert_close(reader(tokens)[0], torch.stack(whole).relu().amax(0))


def test_where_a_phrase_stands_makes_no_difference_but_its_order_does() -> None:
    early, late, turned = read([[7, 8, 9, 3, 3, 3, 3], [3, 3, 3, 3, 7, 8, 9], [9, 8, 7, 3, 3, 3, 3]])
    inner = read([[3, 3, 3, 7, 8, 9, 3, 3, 3], [3, 3, 3, 3, 3, 7, 8, 9, 3, 3, 3]])
    torch.testing.assert_close(inner[0], inner[1])
    assert not torch.allclose(early, turned)
    assert not torch.allclose(late, turned)


def test_texts_shorter_than_a_window_and_empty_ones_are_read_as_they_are_beside_longer_ones() -> None:
    alone = torch.cat([read([[]]), read([[4]])])
    torch.testing.assert_close(read([[], [4], [5] * 12])[:2], alone)
    assert not torch.equal(alone[0], alone[1])


def test_the_windows_may_stand_alone() -> None:
    network = parse(Network, {"text_convolution": [2, 3]})
    assert isinstance(network, TextConvolution)
    assert network.windows == (2, 3)
    assert network.reader(SLOT).width == 200
