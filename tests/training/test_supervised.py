from __future__ import annotations

import pytest
import torch
from torch import nn

from thalweg.core.errors import TrainingError
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.mlp import MLP
from thalweg.tasks.binary import BinaryTarget
from thalweg.tasks.category import CategoryTarget
from thalweg.tasks.number import NumberTarget
from thalweg.training.supervised import Supervised, built

TARGETS = {
    "late": BinaryTarget(column="late", type="BOOLEAN", classes=(False, True)),
    "cause": CategoryTarget(column="cause", type="VARCHAR", classes=("a", "b", "c")),
    "delay": NumberTarget(column="delay", type="DOUBLE", mean=1.0, scale=2.0),
}


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 5)

    def forward(self, batch):
        return self.layer(batch["numbers"]).unsqueeze(1).bfloat16()


def test_logits_are_divided_among_outputs_in_their_order():
    network = Linear()
    model = Supervised(network, TARGETS)
    batch = {"numbers": torch.randn(6, 4)}
    logits = model(batch)
    assert {name: tuple(value.shape) for name, value in logits.items()} == {
        "late": (6, 1, 1),
        "cause": (6, 1, 3),
        "delay": (6, 1, 1),
    }
    assert torch.equal(torch.cat(list(logits.values()), -1), network(batch).float())


def test_the_loss_is_the_sum_over_outputs_and_the_phase_moves_everything():
    model = Supervised(Linear(), TARGETS)
    batch = {
        "numbers": torch.randn(6, 4),
        "target:late": torch.tensor([0, 1, 1, 0, 1, 0]),
        "target:cause": torch.tensor([0, 1, 2, 2, 1, 0]),
        "target:delay": torch.randn(6),
    }
    logits = model(batch)
    parts = [target.loss(logits[name], batch[f"target:{name}"]) for name, target in TARGETS.items()]
    (phase,) = model.phases()
    torch.testing.assert_close(phase.loss(batch), sum(parts))
    assert list(phase.parameters) == list(model.parameters())
    assert phase.steps == 1


class Scaled(NumberTarget):
    """A number with a factor of its own to learn."""

    def head(self) -> nn.Module:
        return nn.Linear(1, 1)


def test_heads_have_weights_that_are_learnt_kept_and_taken_back():
    targets = {**TARGETS, "delay": Scaled(column="delay", type="DOUBLE", mean=1.0, scale=2.0)}
    model, other = Supervised(Linear(), targets), Supervised(Linear(), targets)
    batch = {"numbers": torch.randn(6, 4)}
    raw = model.network(batch).float()[..., 4:]
    assert torch.equal(model(batch)["delay"], model.heads[0](raw))
    assert set(model.weights()) == {"layer.weight", "layer.bias", "head:0.weight", "head:0.bias"}
    other.load_weights(model.weights())
    assert torch.equal(other(batch)["delay"], model(batch)["delay"])
    with pytest.raises(RuntimeError, match=r"0\.bias"):
        other.load_weights({name: value for name, value in model.weights().items() if name != "head:0.bias"})


class Tagged(NumberTarget):
    """A number for each token."""

    per = "token"


def test_a_network_that_answers_for_rows_alone_is_refused_for_tokens():
    layout = Layout(slots=(Slot(name="a", block="numbers"),))
    tagged = Tagged(column="tags", type="DOUBLE", mean=1.0, scale=2.0)
    with pytest.raises(
        TrainingError, match=r"'mlp' answers once for a row; this output asks .* for each token"
    ):
        built(MLP(), layout, {"tags": tagged})
    with pytest.raises(TrainingError, match=r"'tags' asks .* must be a model's only output; found 2"):
        built(MLP(), layout, {"tags": tagged, "late": TARGETS["late"]})
