"""Small parts of training: precision, determinism, losses, averages, prediction, calibration."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from thalweg.core.errors import TrainingError
from thalweg.core.progress import Silent
from thalweg.training import device as device_module
from thalweg.training.averaging import Average
from thalweg.training.calibrate import calibrated
from thalweg.training.determinism import deterministic, seed_step
from thalweg.training.device import precision_of
from thalweg.training.loop import train
from thalweg.training.losses import Losses
from thalweg.training.predict import logits, predict, predict_batch
from thalweg.training.settings import Train

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("able", "width", "written", "expected"),
    [
        (True, 256, "auto", torch.bfloat16),
        (True, 64, "auto", torch.float32),
        (False, 256, "auto", torch.float32),
        (False, 256, "bf16", torch.bfloat16),
        (True, 256, "fp32", torch.float32),
    ],
)
def test_precision_follows_machine_and_network(able, width, written, expected, monkeypatch):
    monkeypatch.setattr(device_module, "multiplies_bf16", lambda device: able)
    assert precision_of(Train(precision=written), CPU, nn.Sequential(nn.Linear(width, width))) == expected


@pytest.mark.parametrize(
    ("inputs", "kernel", "expected"),
    [(16, 3, torch.bfloat16), (3, 3, torch.float32), (64, 1, torch.float32), (128, 1, torch.bfloat16)],
)
def test_a_convolution_counts_by_its_weights_for_a_channel(inputs, kernel, expected, monkeypatch):
    monkeypatch.setattr(device_module, "multiplies_bf16", lambda device: True)
    assert precision_of(Train(), CPU, nn.Sequential(nn.Conv2d(inputs, 8, kernel))) == expected


def test_a_step_draws_what_seed_and_number_say():
    def draw(seed: int, step: int) -> torch.Tensor:
        torch.rand(7)
        seed_step(seed, step, CPU)
        return torch.rand(4)

    with deterministic(CPU):
        assert torch.are_deterministic_algorithms_enabled()
        assert torch.equal(draw(1, 5), draw(1, 5))
        drawn = [tuple(draw(seed, step).tolist()) for seed in range(4) for step in range(4)]
    assert len(set(drawn)) == 16


def test_losses_add_up_in_order_whenever_they_are_read():
    values = torch.rand(50, generator=torch.Generator().manual_seed(0)) * 1e3
    sums = []
    for every in (1, 7, 50):
        losses = Losses()
        for number, value in enumerate(values, start=1):
            losses.add(value)
            if number % every == 0:
                losses.read(number, 1, 0.1)
        losses.read(50, 1, 0.1)
        sums.append(losses.total)
        assert losses.last == values[-1].item()
    assert sums[0] == sums[1] == sums[2]
    assert losses.mean == pytest.approx(values.double().mean().item())


def test_the_first_bad_loss_is_named():
    losses = Losses()
    for value in (0.5, math.inf, math.nan):
        losses.add(torch.tensor(value))
    with pytest.raises(TrainingError, match=r"found inf at step 9 \(epoch 2, learning rate 0.1\)"):
        losses.read(10, 2, 0.1)


def test_the_average_follows_and_steps_in():
    layer = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(layer.weight)
    average = Average(layer, 0.5)
    nn.init.ones_(layer.weight)
    average.follow(1)  # decay min(0.5, 2 / 11)
    with average.in_place():
        assert layer.weight.item() == pytest.approx(9 / 11)
        assert layer.state_dict()["weight"].item() == pytest.approx(9 / 11)
    assert layer.weight.item() == 1


def test_predictions_do_not_depend_on_the_batch(model, batches, rows):
    """Within 1e-6, as kernels for matrices of other shapes add in another order."""
    made, tensors = model(), rows(130, 3)
    whole = predict(made, batches(tensors, 130, seed=0))["late"]
    assert whole.shape == (130, 1)
    order = torch.randperm(130, generator=torch.Generator().manual_seed(0))
    for size in (1, 7, 64):
        parts = predict(made, batches(tensors, size, seed=0))["late"]
        np.testing.assert_allclose(parts, whole, atol=1e-6)
    one = predict_batch(made, {name: values[order] for name, values in tensors.items()})["late"]
    np.testing.assert_array_equal(one, whole)
    assert logits(made, batches(tensors, 64))["late"].shape == (130, 1, 1)


def test_prediction_of_nothing(model):
    assert predict(model(), [])["late"].shape == (0, 1)


def test_prediction_is_in_evaluation_mode_and_32_bits(model, batches, rows):
    made = model()
    made.train()
    found = logits(made, batches(rows(40, 3), 40))["late"]
    assert torch.equal(found, logits(made, batches(rows(40, 3), 40))["late"])  # no dropout
    assert found.dtype == torch.float32
    assert not found.requires_grad


def test_calibration_improves_the_validation_loss(model, loaders, tmp_path):
    made, given = model(), loaders(300)
    settings = Train.model_validate(
        {"epochs": 40, "learning_rate": 0.02, "schedule": "constant", "early_stop": None}
    )
    trained = train(made, given, settings, tmp_path, Silent())
    targets = calibrated(made, given.validation)
    assert (targets["late"].slope, targets["late"].intercept) != (1.0, 0.0)
    order = torch.randperm(300, generator=torch.Generator().manual_seed(0))
    given.validation.set_epoch(0)
    y = given.validation.tensors["target:late"][order].numpy()
    found = logits(made, given.validation)["late"]
    before, after = (t["late"].metrics(y, t["late"].predict(found)) for t in (made.targets, targets))
    assert after["log_loss"] < before["log_loss"]
    assert after["roc_auc"] == before["roc_auc"] == trained.history[trained.best_epoch - 1]["roc_auc"]


def test_calibration_reads_no_more_rows_than_asked_for(model, loaders):
    given, seen = loaders(), []
    given.validation.hook = lambda epoch, batch: seen.append(batch)
    calibrated(model(), given.validation, rows=100)
    assert seen == [0]


def test_capabilities_are_read_where_torch_tells_them(monkeypatch):
    told = {"avx512_bf16": False, "amx_bf16": True}
    monkeypatch.setattr(torch, "cpu", SimpleNamespace(get_capabilities=lambda: told))
    assert device_module.multiplies_bf16(CPU)
    monkeypatch.setattr(torch, "cpu", SimpleNamespace())  # an older torch
    assert not device_module.multiplies_bf16(CPU)
