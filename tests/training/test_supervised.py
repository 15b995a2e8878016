from __future__ import annotations

import torch
from torch import nn

from thalweg.tasks.binary import BinaryTarget
from thalweg.tasks.category import CategoryTarget
from thalweg.tasks.number import NumberTarget
from thalweg.training.supervised import Supervised

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
