from __future__ import annotations

import pytest
import torch

from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.tabular import Tabular

LAYOUT = Layout(
    slots=(
        Slot(name="x", block="numbers", bins=(-1.0, 0.0, 0.5, 1.0)),
        Slot(name="a", block="categories", cardinality=5),
    )
)
BATCH = {"numbers": torch.rand(6, 1), "categories": torch.randint(0, 5, (6, 1))}


@pytest.mark.parametrize("sharing", ["nothing", "most", "mini"])
def test_members_differ_from_the_start(sharing: str):
    torch.manual_seed(0)
    logits = Tabular(members=5, width=16, sharing=sharing).build(LAYOUT, 2).eval()(BATCH)
    assert logits.shape == (6, 5, 2)
    assert (logits.std(dim=1) > 0).all()


@pytest.mark.parametrize("sharing", ["nothing", "most", "mini"])
def test_members_learn_apart(sharing: str):
    """A member's loss moves nothing that is another's alone: its output layer."""
    module = Tabular(members=3, width=16, sharing=sharing, dropout=0.0).build(LAYOUT, 1)
    module(BATCH)[:, 1].sum().backward()
    moved = module.output.weight.grad.flatten(1).abs().sum(1) > 0
    assert moved.tolist() == [False, True, False]


def test_sharing_saves_parameters():
    def parameters(sharing: str) -> int:
        module = Tabular(members=8, width=64, sharing=sharing).build(LAYOUT, 1)
        return sum(p.numel() for p in module.parameters())

    assert parameters("mini") < parameters("most") < parameters("nothing")


def test_logits_are_32_bits_under_autocast():
    module = Tabular(members=3, width=16).build(LAYOUT, 1)
    with torch.autocast("cpu", torch.bfloat16):
        assert module(BATCH).dtype == torch.float32
