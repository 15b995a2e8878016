"""What training does to weights, and what it tells."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from thalweg.core.errors import TrainingError
from thalweg.core.progress import Silent
from thalweg.networks.tabular import Tabular
from thalweg.training.batches import Loaders
from thalweg.training.loop import train
from thalweg.training.phase import Phase
from thalweg.training.predict import predict
from thalweg.training.settings import Train

FAST = Train(epochs=3, learning_rate=0.01, early_stop=None)


class Told(Silent):
    """Remembers what was said and how far bars went."""

    def __init__(self):
        self.said: list[str] = []
        self.done = 0.0
        self.facts: dict[str, Any] = {}

    def say(self, text: str, **facts: Any) -> None:
        self.said.append(text)

    def advance(self, done: float, **facts: Any) -> None:
        self.done += done
        self.facts |= facts


def weights(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(value, b[name]) for name, value in a.items())


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "sgd", "learning_rate": 0.5},
        {"optimizer": "momentum", "learning_rate": 0.1},
        {"optimizer": {"nesterov": 0.9}, "learning_rate": 0.1},
        {"optimizer": "adam"},
        {"optimizer": {"adamw": {"weight_decay": 0.1}}},
        {"schedule": "one_cycle", "ema": 0.9},
        {"schedule": "plateau", "accumulation": 2, "l1": 1e-4, "l2": 1e-3, "clip": 0.5},
        {"precision": "bf16"},
    ],
    ids=str,
)
def test_every_way_of_training_learns(settings, model, loaders, tmp_path):
    settings = Train.model_validate({"epochs": 8, "learning_rate": 0.01, "early_stop": None, **settings})
    made = model()
    trained = train(made, loaders(2000), settings, tmp_path, Silent())
    aucs = [epoch["roc_auc"] for epoch in trained.history]
    assert max(aucs) > 0.75
    assert trained.best_epoch == 1 + int(np.argmax(aucs))
    assert all(math.isfinite(value) for epoch in trained.history for value in epoch.values())


def test_the_ensemble_learns(model, loaders, tmp_path):
    made = model(Tabular(members=4, width=32))
    trained = train(made, loaders(2000), FAST.model_copy(update={"epochs": 6}), tmp_path, Silent())
    assert max(epoch["roc_auc"] for epoch in trained.history) > 0.8


def test_the_same_seed_gives_the_same_bits_and_another_does_not(model, loaders, tmp_path):
    def result(name: str, seed: int) -> dict[str, torch.Tensor]:
        torch.manual_seed(hash(name))  # what others drew before does not matter
        made = model()
        train(made, loaders(), FAST, tmp_path / name, Silent(), seed=seed)
        return weights(made)

    assert equal(result("a", 5), result("b", 5))
    assert not equal(result("a", 5), result("c", 6))  # dropout differs


def test_training_leaves_torch_as_it_was(model, loaders, tmp_path):
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    train(model(), loaders(), FAST, tmp_path, Silent())
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not torch.are_deterministic_algorithms_enabled()


def test_the_best_epoch_is_kept(model, loaders, tmp_path):
    """At a rate that ruins the weights after a good start, the weights of the good start come out."""
    made, given = model(), loaders(2000)
    settings = Train.model_validate(
        {"epochs": 6, "learning_rate": 0.02, "schedule": "constant", "early_stop": None, "optimizer": "adam"}
    )
    trained = train(made, given, settings, tmp_path, Silent())
    given.validation.set_epoch(0)
    y = given.validation.tensors["target:late"].numpy()
    given.validation.set_epoch(0)
    rows = np.concatenate([batch["row"].numpy() for batch in given.validation])
    given.validation.set_epoch(0)
    p = predict(made, given.validation)["late"]
    found = made.targets["late"].metrics(y[rows], p)["roc_auc"]
    assert found == max(epoch["roc_auc"] for epoch in trained.history)
    assert not made.training


def test_early_stop(model, loaders, tmp_path):
    settings = Train.model_validate(
        {"epochs": 60, "learning_rate": 0.05, "schedule": "constant", "early_stop": 2}
    )
    trained = train(model(), loaders(200), settings, tmp_path, Silent())
    assert trained.stopped == "It stopped early: no better validation in 2 epochs"
    assert len(trained.history) == trained.best_epoch + 2 < 60
    assert trained.repeatable


def test_a_time_limit_stops_and_says_so(model, loaders, tmp_path):
    settings = FAST.model_copy(update={"epochs": 100_000, "max_seconds": 0.5})
    trained = train(model(), loaders(), settings, tmp_path, Silent())
    assert "The time limit of 0.5 seconds ended it at step" in trained.stopped
    assert not trained.repeatable
    assert trained.history[-1]["roc_auc"] is not None
    assert 0.5 <= trained.seconds < 10


def test_without_validation_rows_the_last_weights_are_kept(model, loaders, tmp_path):
    trained = train(model(), Loaders(loaders().training), FAST, tmp_path, Silent())
    assert trained.best_epoch is None
    assert len(trained.history) == 3
    assert "validation_loss" not in trained.history[0]


def test_what_is_told(model, loaders, tmp_path):
    told = Told()
    settings = FAST.model_copy(update={"epochs": 10})
    trained = train(model(), loaders(2000), settings, tmp_path, told)
    assert len([line for line in told.said if line.startswith("epoch ")]) == 10
    assert told.said[0].startswith("epoch 1/10  loss 0.")
    assert "roc_auc 0." in told.said[0]
    assert 256 <= told.done <= 10 * 63  # losses are read every 256 steps at the latest
    assert set(told.facts) == {"loss", "roc_auc", "rows_per_second"}
    assert trained.rows == 10 * 2000
    assert trained.steps == 10 * 63
    assert trained.parameters == sum(p.numel() for p in model().parameters())
    json.dumps(trained.written(), allow_nan=False)


def test_a_loss_that_is_not_finite_is_an_error_at_its_step(model, loaders, rows, batches, tmp_path):
    tensors = rows(320, 1)
    tensors["numbers"][:] = 0.0
    training = batches(tensors, 32)
    order = torch.randperm(320, generator=torch.Generator().manual_seed(0))
    tensors["numbers"][order[6 * 32]] = float("inf")  # in the seventh batch
    tensors["row"] = torch.arange(320) + 1000
    with pytest.raises(
        TrainingError, match=r"a finite loss, found nan at step 7 \(epoch 1, learning rate"
    ) as error:
        train(model(), Loaders(training, loaders().validation), FAST, tmp_path, Silent())
    named = ", ".join(str(1000 + int(row)) for row in order[6 * 32 : 6 * 32 + 10])
    assert f", on 32 rows of the main source: {named} …" in error.value.message
    assert "lower `learning_rate`" in str(error.value)
    assert not list(tmp_path.glob("0*"))  # no checkpoint of ruined weights


def test_no_training_rows(model, loaders, rows, batches, tmp_path):
    with pytest.raises(TrainingError, match="expected training rows, found none"):
        train(model(), Loaders(batches(rows(0, 1), 32)), FAST, tmp_path, Silent())


def test_no_validation_rows(model, loaders, rows, batches, tmp_path):
    given = Loaders(loaders().training, batches(rows(0, 1), 32))
    with pytest.raises(TrainingError, match="expected validation rows, found none"):
        train(model(), given, FAST, tmp_path, Silent())


def test_validation_rows_of_one_class(model, loaders, tmp_path):
    given = loaders()
    given.validation.tensors["target:late"][:] = 1
    with pytest.raises(
        TrainingError, match=r"a roc_auc of 'late' on the validation rows, found nan.*all rows have"
    ):
        train(model(), given, FAST, tmp_path, Silent())


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_missing_device_is_an_error(model, loaders, tmp_path):
    with pytest.raises(TrainingError, match="a device of kind 'cuda', found none"):
        train(model(), loaders(), FAST.model_copy(update={"device": "cuda"}), tmp_path, Silent())


def test_accumulated_batches_are_one_large_batch(model, loaders, tmp_path):
    """Without dropout, two batches of 32 move the weights as one of 64 does."""
    from thalweg.networks.mlp import MLP

    def result(name: str, batch_size: int, accumulation: int) -> dict[str, torch.Tensor]:
        made = model(MLP(layers=(16,), embedding=3))
        settings = FAST.model_copy(update={"accumulation": accumulation})
        assert train(made, loaders(384, batch_size), settings, tmp_path / name, Silent()).steps == 18
        return weights(made)

    one, two = result("one", 64, 1), result("two", 32, 2)
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=1e-3, atol=1e-4)


def test_validation_is_cut_at_the_rows_asked_for(model, loaders, tmp_path):
    given = loaders()
    seen = []
    given.validation.hook = lambda epoch, batch: seen.append(batch)
    train(model(), given, FAST.model_copy(update={"epochs": 1, "validation_rows": 150}), tmp_path, Silent())
    assert seen == [0, 1]


def test_phases_take_turns_and_move_their_own_parameters(model, loaders, tmp_path):
    made = model()
    body, head = list(made.network.categories.parameters()), list(made.network.layers.parameters())
    calls = []

    def loss(name: str, factor: float):
        def of(batch):
            calls.append((name, [p.requires_grad for p in (*body, *head)]))
            return made.loss(batch) * factor

        return of

    def phases() -> tuple[Phase, ...]:
        return (
            Phase("body", tuple(body), loss("body", 1.0), steps=2),
            Phase("head", tuple(head), loss("head", 0.0)),
        )

    made.phases = phases
    before = weights(made)
    settings = Train.model_validate({"epochs": 1, "optimizer": "sgd", "learning_rate": 0.1})
    train(made, loaders(64), settings, tmp_path, Silent())
    assert [name for name, _ in calls] == ["body", "body", "head"] * 2
    assert calls[0][1] == [True] * len(body) + [False] * len(head)
    assert calls[2][1] == [False] * len(body) + [True] * len(head)
    after = weights(made)
    moved = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert moved == {name for name in before if "categories" in name}
    assert all(p.requires_grad for p in made.parameters())


def test_several_outputs_are_judged_by_their_loss(loaders, rows, tmp_path):
    from thalweg.networks.mlp import MLP
    from thalweg.tasks.number import NumberTarget
    from thalweg.training.supervised import initial

    given, made = loaders(), None
    for part in (given.training, given.validation):
        part.tensors["target:delay"] = part.tensors["numbers"][:, 0] * 3 + 5
    from small_problem import LAYOUT, TARGETS  # type: ignore[import-not-found]

    delay = NumberTarget(column="delay", type="DOUBLE", mean=5.0, scale=3.0)
    made = initial(MLP(layers=(16,)), LAYOUT, {**TARGETS, "delay": delay}, 0)
    trained = train(made, given, FAST, tmp_path, Silent())
    assert {"late.roc_auc", "delay.rmse", "validation_loss"} <= set(trained.history[0])
    best = min(range(3), key=lambda i: trained.history[i]["validation_loss"])
    assert trained.best_epoch == best + 1


def test_tensorboard_files(model, loaders, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train(model(), loaders(), FAST.model_copy(update={"tensorboard": True}), tmp_path, Silent())
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert len(events.Scalars("validation/roc_auc")) == 3
    assert "validation/loss" in events.Tags()["scalars"]


def test_tensorboard_not_installed(model, loaders, tmp_path, monkeypatch):
    import sys

    from thalweg.core.errors import MissingExtra

    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", None)
    with pytest.raises(MissingExtra, match=r"pip install 'thalweg\[tensorboard\]'"):
        train(model(), loaders(), FAST.model_copy(update={"tensorboard": True}), tmp_path, Silent())
