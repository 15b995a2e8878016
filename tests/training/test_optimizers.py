from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError
from thalweg.training.groups import decays, groups
from thalweg.training.optimizers.optimizer import Optimizer
from thalweg.training.settings import Train


def steps(written, gradients: list[float], decay: float | None = None, rate: float = 0.1) -> list[float]:
    """Where a parameter that starts at 1 goes."""
    w = nn.Parameter(torch.tensor([1.0]))
    optimizer = parse(Optimizer, written).build([{"params": [w], "decay": decay}])
    found = []
    for gradient in gradients:
        w.grad = torch.tensor([gradient])
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        found.append(w.item())
    return found


def test_sgd():
    assert steps("sgd", [1.0, 2.0]) == pytest.approx([0.9, 0.7])


def test_momentum():
    assert steps({"momentum": 0.5}, [1.0, 2.0]) == pytest.approx([0.9, 0.9 - 0.1 * 2.5])


def test_nesterov():
    assert steps({"nesterov": 0.5}, [1.0, 2.0]) == pytest.approx([1 - 0.15, 0.85 - 0.1 * (2 + 0.5 * 2.5)])


def test_adam_steps_are_of_one_size():
    assert steps("adam", [5.0]) == pytest.approx([0.9], abs=1e-6)
    assert steps("adam", [0.001]) == pytest.approx([0.9], abs=1e-4)


def test_adamw_fades_weights():
    assert steps({"adamw": {"weight_decay": 0.5}}, [5.0]) == pytest.approx([0.85], abs=1e-6)
    assert steps("adamw", [5.0], decay=2.0) == pytest.approx([0.7], abs=1e-6)
    assert steps("adamw", [5.0], decay=0.0) == pytest.approx([0.9], abs=1e-6)


def test_adamw_is_the_default():
    assert Train().optimizer.kind == "adamw"
    assert Train().schedule.kind == "cosine"


@pytest.mark.parametrize("kind", kinds(Optimizer))
def test_every_optimizer_survives_the_resolved_file(kind):
    made = parse(Optimizer, kind)
    assert parse(Optimizer, made.written()) == made
    assert Train.model_validate({"optimizer": kind}).optimizer == made


def test_unknown_names_are_refused():
    with pytest.raises(ComponentError, match="unknown kind of optimizer 'adamx'; did you mean 'adam'"):
        parse(Optimizer, "adamx")
    with pytest.raises(ValidationError, match="unknown key 'learning_rat'; did you mean 'learning_rate'"):
        Train.model_validate({"learning_rat": 1})
    with pytest.raises(ValidationError, match="greater than 0"):
        Train(learning_rate=0)


class Table(nn.Module):
    decay = 3.0

    def __init__(self):
        super().__init__()
        self.rows = nn.Parameter(torch.zeros(4, 2))


def test_matrices_fade_and_the_rest_does_not():
    model = nn.ModuleDict(
        {
            "linear": nn.Linear(2, 3),
            "norm": nn.LayerNorm(3),
            "embedding": nn.Embedding(4, 2),
            "table": Table(),
        }
    )
    found = {name: decays(model)[parameter] for name, parameter in model.named_parameters()}
    assert found == {
        "linear.weight": None,
        "linear.bias": 0.0,
        "norm.weight": 0.0,
        "norm.bias": 0.0,
        "embedding.weight": 0.0,
        "table.rows": 3.0,
    }
    made = groups(tuple(model.parameters()), decays(model))
    assert [(group["decay"], len(group["params"])) for group in made] == [(None, 1), (0.0, 4), (3.0, 1)]


@pytest.mark.parametrize("optimizer", kinds(Optimizer))
def test_a_stated_decay_holds_for_every_optimizer(optimizer, loaders, tmp_path):
    """A parameter without gradient fades by rate × decay at each step, whoever steps."""
    from thalweg.core.progress import Silent
    from thalweg.training.loop import train

    given = loaders(64)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.linear = Table(), nn.Linear(3, 1)
            nn.init.ones_(self.table.rows)

        def forward(self, batch):
            return (self.linear(batch["numbers"]) + 0 * self.table.rows.sum()).unsqueeze(1)

    from small_problem import TARGETS  # type: ignore[import-not-found]

    from thalweg.training.supervised import Supervised

    model = Supervised(Model(), TARGETS)
    settings = Train.model_validate(
        {"epochs": 1, "optimizer": optimizer, "learning_rate": 0.01, "schedule": "constant", "clip": None}
    )
    assert train(model, given, settings, tmp_path, Silent()).steps == 2
    expected = torch.full((4, 2), (1 - 0.01 * 3.0) ** 2)
    torch.testing.assert_close(model.network.table.rows.detach(), expected, rtol=1e-5, atol=1e-5)
