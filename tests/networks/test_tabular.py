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
BATCH = {"numbers": torch.randn(6, 1), "categories": torch.randint(0, 5, (6, 1))}


@pytest.mark.parametrize("sharing", ["full", "mini", "none"])
@pytest.mark.parametrize("categories", [4, "auto", "one_hot"])
def test_members_differ_from_the_start(sharing: str, categories: int | str):
    torch.manual_seed(0)
    module = Tabular(members=5, width=16, sharing=sharing, categories=categories).build(LAYOUT, 2).eval()
    logits = module(BATCH)
    assert logits.shape == (6, 5, 2)
    assert (logits.std(dim=1) > 0).all()


def test_sharing_saves_parameters():
    def parameters(sharing: str) -> int:
        module = Tabular(members=8, width=64, sharing=sharing).build(LAYOUT, 1)
        return sum(p.numel() for p in module.parameters())

    assert parameters("mini") < parameters("full") < parameters("none")
