"""Steps that look at one another."""

from __future__ import annotations

import math

import pytest
import torch
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.modules.transformer import waves
from thalweg.networks.network import Network
from thalweg.networks.transformer import Transformer

TOKENS = Slot(name="t", block="tokens", shape=(9,), cardinality=30)
SERIES = Slot(name="v", block="series", shape=(12, 3))
TEXTS = torch.tensor([[3, 4, 5, 6, 0, 0, 0, 0, 0], [9] * 9, [0] * 9])
FORMS = [
    {"positions": positions, "pool": pool}
    for positions in ("learnt", "sinusoidal")
    for pool in ("mean", "max", "attention")
]


@pytest.mark.parametrize("settings", FORMS, ids=lambda form: "-".join(form.values()))
@pytest.mark.parametrize("slot", [TOKENS, SERIES], ids=["tokens", "series"])
def test_every_form_learns_and_answers_the_same_without_gradients(settings: dict, slot: Slot) -> None:
    """Torch takes another way through the layers where no gradient is asked for."""
    torch.manual_seed(0)
    module = Transformer(dropout=0.0, **settings).build(Layout(slots=(slot,)), 2)
    x = TEXTS if slot is TOKENS else torch.randn(3, 12, 3).abs()
    logits = module({slot.key: x})
    logits.pow(2).sum().backward()
    still = [name for name, p in module.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert still == []
    with torch.no_grad():
        torch.testing.assert_close(module.eval()({slot.key: x}), logits.detach(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("positions", ["learnt", "sinusoidal"])
def test_the_order_of_words_tells(positions: str) -> None:
    torch.manual_seed(0)
    reader = Transformer(positions=positions).reader(TOKENS).eval()  # type: ignore[arg-type]
    swapped = TEXTS.clone()
    swapped[0, :4] = torch.tensor([4, 3, 5, 6])
    assert not torch.allclose(reader(TEXTS)[0], reader(swapped)[0], atol=1e-6)


def test_steps_look_at_one_another() -> None:
    """The mean of steps that did not would be the same sum, whatever the words stand beside."""
    torch.manual_seed(0)
    reader = Transformer(positions="sinusoidal", dropout=0.0).reader(TOKENS)
    torch.nn.init.zeros_(reader.positions.table)  # type: ignore[arg-type]
    one, two, both = (reader(torch.tensor([row])) for row in ([3, 3], [4, 4], [3, 4]))
    assert not torch.allclose((one + two) / 2, both, atol=1e-4)


def test_layers_begin_with_weights_of_their_own() -> None:
    reader = Transformer(depth=2).reader(TOKENS)
    first, second = (layer.linear1.weight for layer in reader.layers.layers)  # type: ignore[union-attr]
    assert not torch.equal(first, second)


def test_waves_are_those_of_the_paper() -> None:
    table = waves(50, 7)
    assert table.shape == (50, 7)
    assert table[0].tolist() == [0, 1, 0, 1, 0, 1, 0]
    assert table[3, 2].item() == pytest.approx(math.sin(3 / 10_000 ** (2 / 7)))
    assert table[3, 3].item() == pytest.approx(math.cos(3 / 10_000 ** (2 / 7)))


def test_the_depth_may_stand_alone_and_heads_must_share_the_width() -> None:
    network = parse(Network, {"transformer": 3})
    assert isinstance(network, Transformer)
    assert network.depth == 3
    with pytest.raises(ValidationError, match="its 4 heads can share, received 130; 132 is the next"):
        parse(Network, {"transformer": {"width": 130}})
