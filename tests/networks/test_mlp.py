from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from thalweg.core.component import parse
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.mlp import MLP
from thalweg.networks.network import Network

LAYOUT = Layout(
    slots=(
        Slot(name="x", block="numbers"),
        Slot(name="a", block="categories", cardinality=3),
        Slot(name="b", block="categories", cardinality=100),
    )
)


def linears(module: nn.Module) -> list[tuple[int, int]]:
    return [(m.in_features, m.out_features) for m in module.modules() if isinstance(m, nn.Linear)]


def test_a_list_stands_for_the_layers():
    assert parse(Network, {"mlp": [64, 32]}) == MLP(layers=(64, 32))


def test_layers_have_the_widths_written():
    # 1 number + 3 for a category of 3 values + 21 for one of 100
    assert linears(MLP(layers=(64, 32)).build(LAYOUT, 5)) == [(25, 64), (64, 32), (32, 5)]


def test_an_embedding_width_holds_for_every_category():
    assert linears(MLP(layers=(8,), embedding=4).build(LAYOUT, 1)) == [(9, 8), (8, 1)]


def test_no_layers_is_a_linear_model():
    assert linears(MLP(layers=(), embedding=2).build(LAYOUT, 1)) == [(5, 1)]


@pytest.mark.parametrize(("norm", "kind"), [("batch", nn.BatchNorm1d), ("layer", nn.LayerNorm)])
def test_each_hidden_layer_is_normalised(norm: str, kind: type[nn.Module]):
    module = MLP(layers=(8, 8), norm=norm).build(LAYOUT, 1)
    assert sum(isinstance(m, kind) for m in module.modules()) == 2


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    module = MLP(layers=(64,), dropout=0.5).build(LAYOUT, 1)
    batch = {"numbers": torch.randn(16, 1), "categories": torch.zeros(16, 2, dtype=torch.int64)}
    assert not torch.equal(module(batch), module(batch))
    assert torch.equal(module.eval()(batch), module(batch))


def test_an_impossible_layer_is_refused():
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        MLP(layers=(0,))
