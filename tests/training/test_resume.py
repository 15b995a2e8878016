"""Killed at any step and run again, training ends with the bits of an undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from interrupted import run  # type: ignore[import-not-found]
from torch import Tensor, nn

from thalweg.core.errors import TrainingError
from thalweg.core.progress import Silent
from thalweg.networks.mlp import MLP
from thalweg.networks.tabular import Tabular
from thalweg.training.loop import train
from thalweg.training.settings import Train
from thalweg.training.trained import Trained

ROWS = 200  # 7 batches of 32
EVERYTHING = {"epochs": 4, "learning_rate": 0.02, "early_stop": None, "checkpoint_steps": 2}
WAYS: dict[str, dict[str, Any]] = {
    "adamw, cosine": {},
    "one cycle, average": {"schedule": "one_cycle", "ema": 0.9, "accumulation": 2},
    "plateau, sgd, early stop": {
        "schedule": {"plateau": 1},
        "optimizer": "sgd",
        "learning_rate": 0.4,
        "early_stop": 1,
        "epochs": 8,
    },
    "momentum, bf16, penalties": {"optimizer": "momentum", "precision": "bf16", "l1": 1e-4, "l2": 1e-3},
    "step, accumulation of 3, rare checkpoints": {
        "schedule": {"step": 1},
        "accumulation": 3,
        "checkpoint_steps": 4,
    },
}


@pytest.fixture(autouse=True)
def _no_power_cuts(monkeypatch):
    """Waiting for the disk guards against power cuts, which are not tested here."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


class Crash(Exception):
    """Pulls the plug."""


def weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def course(trained: Trained) -> list[dict[str, Any]]:
    """The history without what a clock measured."""
    timing = ("seconds", "rows_per_second")
    return [{name: value for name, value in epoch.items() if name not in timing} for epoch in trained.history]


class Runner:
    """Trains a fresh model in a folder, with something that may happen before a batch of an epoch."""

    def __init__(self, folder: Path, model, loaders, settings: dict[str, Any], network=None):
        self.folder, self.make, self.loaders, self.network = folder, model, loaders, network
        self.settings = Train.model_validate({**EVERYTHING, **settings})

    def __call__(self, hook=None, validation_hook=None) -> tuple[dict[str, Tensor], list[dict[str, Any]]]:
        model, given = self.make(self.network), self.loaders(ROWS, hook=hook)
        given.validation.hook = validation_hook
        trained = train(model, given, self.settings, self.folder, Silent())
        return weights(model), course(trained)


def crash_at(*places: tuple[int, int]):
    left = list(places)

    def hook(epoch: int, batch: int) -> None:
        if (epoch, batch) in left:
            left.remove((epoch, batch))
            raise Crash

    return hook


def assert_same(found: tuple[dict[str, Tensor], Any], expected: tuple[dict[str, Tensor], Any]) -> None:
    assert found[1] == expected[1]
    assert found[0].keys() == expected[0].keys()
    assert [name for name, value in found[0].items() if not torch.equal(value, expected[0][name])] == []


@pytest.mark.parametrize("settings", WAYS.values(), ids=WAYS)
def test_killed_at_many_steps(settings, model, loaders, tmp_path):
    expected = Runner(tmp_path / "whole", model, loaders, settings)()
    epochs = len(expected[1])
    places = [(0, 0), (0, 1), (0, 4), (0, 6), (1, 0), (1, 3), (epochs - 1, 2), (epochs - 1, 6)]
    run, left = Runner(tmp_path / "killed", model, loaders, settings), places
    while left:
        with pytest.raises(Crash):
            run(crash_at(left[0]))
        left = left[1:]
    assert_same(run(), expected)
    assert_same(run(), expected)  # and once more, from the end


@pytest.mark.parametrize(
    "network", [MLP(layers=(8,), norm="batch", embedding=2), Tabular(members=3, width=8)], ids=str
)
def test_killed_with_other_networks(network, model, loaders, tmp_path):
    """Buffers, such as running means, are part of a checkpoint."""
    expected = Runner(tmp_path / "whole", model, loaders, {}, network)()
    run = Runner(tmp_path / "killed", model, loaders, {}, network)
    for place in ((0, 5), (2, 2)):
        with pytest.raises(Crash):
            run(crash_at(place))
    assert_same(run(), expected)


def test_killed_in_validation(model, loaders, tmp_path):
    expected = Runner(tmp_path / "whole", model, loaders, {"ema": 0.9})()
    run, times = Runner(tmp_path / "killed", model, loaders, {"ema": 0.9}), iter(range(100))

    def hook(epoch: int, batch: int) -> None:
        if next(times) in (1, 4):
            raise Crash

    for _ in range(2):
        with pytest.raises(Crash):
            run(validation_hook=hook)
    assert_same(run(validation_hook=hook), expected)


@pytest.mark.parametrize("where", ["training", "validation"])
def test_ctrl_c_writes_a_checkpoint_and_leaves(where, model, loaders, tmp_path):
    before = signal.getsignal(signal.SIGINT)  # ignored where a script runs the tests in the background
    settings = {"checkpoint_steps": None, "ema": 0.9}
    expected = Runner(tmp_path / "whole", model, loaders, settings)()
    run = Runner(tmp_path / "stopped", model, loaders, settings)

    def hook(epoch: int, batch: int) -> None:
        if (epoch, batch) == (1, 1):
            signal.raise_signal(signal.SIGINT)

    times = iter(range(100))

    def validation_hook(epoch: int, batch: int) -> None:
        if next(times) == 4:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(
            **{
                "hook" if where == "training" else "validation_hook": hook
                if where == "training"
                else validation_hook
            }
        )
    step = {"training": "00000009-01", "validation": "00000014-01"}[where]
    assert [path.name for path in sorted((tmp_path / "stopped").iterdir())] == [step]
    assert signal.getsignal(signal.SIGINT) is before
    seen = []
    assert_same(run(lambda epoch, batch: seen.append((epoch, batch))), expected)
    assert seen[0] == {"training": (1, 2), "validation": (2, 0)}[where]


def test_a_second_ctrl_c_does_not_wait(model, loaders, tmp_path):
    def hook(epoch: int, batch: int) -> None:
        if (epoch, batch) == (0, 3):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    run = Runner(tmp_path, model, loaders, {"checkpoint_steps": None})
    with pytest.raises(KeyboardInterrupt):
        run(hook)
    assert list(tmp_path.iterdir()) == []


def test_two_checkpoints_are_kept(model, loaders, tmp_path):
    Runner(tmp_path, model, loaders, {})()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["00000028-03", "00000028-04"]


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "manifest"])
def test_a_torn_checkpoint_is_found_and_the_one_before_used(damage, model, loaders, tmp_path):
    expected = Runner(tmp_path / "whole", model, loaders, {})()
    run = Runner(tmp_path / "torn", model, loaders, {})
    with pytest.raises(Crash):
        run(crash_at((1, 5)))
    last = sorted((tmp_path / "torn").iterdir())[-1]
    victim = last / "optimizer.safetensors"
    content = bytearray(victim.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
        victim.write_bytes(content)
    elif damage == "cut":
        victim.write_bytes(content[:-1])
    elif damage == "remove":
        victim.unlink()
    else:
        (last / "manifest.json").write_text('{"files": {"mod')
    seen, told = [], []
    model_, given = model(), loaders(ROWS, hook=lambda epoch, batch: seen.append((epoch, batch)))
    progress = Silent()
    progress.say = lambda text, **facts: told.append(text)  # type: ignore[method-assign]
    trained = train(model_, given, run.settings, run.folder, progress)
    assert told[0].startswith("a checkpoint is not used: ")
    assert str(last) in told[0]
    assert told[1] == "training goes on from step 10 of 28"
    assert seen[0] == (1, 3)
    assert_same((weights(model_), course(trained)), expected)


def test_leftovers_of_a_torn_write_are_removed(model, loaders, tmp_path):
    expected = Runner(tmp_path / "whole", model, loaders, {})()
    torn = tmp_path / "torn" / ".00000007-00.partial"
    torn.mkdir(parents=True)
    (torn / "model.safetensors").write_bytes(b"half")
    assert_same(Runner(tmp_path / "torn", model, loaders, {})(), expected)
    assert not torn.exists()


def test_other_settings_start_again(model, loaders, tmp_path):
    other = {"learning_rate": 0.03}
    expected = Runner(tmp_path / "whole", model, loaders, other)()
    with pytest.raises(Crash):
        Runner(tmp_path / "changed", model, loaders, {})(crash_at((2, 0)))
    seen = []
    found = Runner(tmp_path / "changed", model, loaders, other)(
        lambda epoch, batch: seen.append((epoch, batch))
    )
    assert seen[0] == (0, 0)
    assert_same(found, expected)


def test_settings_without_effect_go_on(model, loaders, tmp_path):
    with pytest.raises(Crash):
        Runner(tmp_path, model, loaders, {})(crash_at((2, 0)))
    seen = []
    Runner(tmp_path, model, loaders, {"checkpoint_steps": 7, "checkpoint_seconds": 5.0})(
        lambda epoch, batch: seen.append((epoch, batch))
    )
    assert seen[0] == (2, 0)


def test_a_diverged_training_leaves_only_good_checkpoints(model, loaders, tmp_path):
    settings = Train.model_validate({"epochs": 2, "checkpoint_steps": 1, "optimizer": "sgd", "clip": None})
    given = loaders()
    order = torch.randperm(400, generator=torch.Generator().manual_seed(0))
    given.training.tensors["numbers"][order[5 * 32]] = float("nan")
    with pytest.raises(TrainingError, match="found nan at step 6 "):
        train(model(), given, settings, tmp_path, Silent())
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["00000004-00", "00000005-00"]


def test_killed_by_the_system(tmp_path):
    """SIGKILL in the middle of steps and of writes, in processes of their own; this one reaches the end."""
    script = Path(__file__).parent / "interrupted.py"

    def start(folder: str, seconds: float) -> subprocess.Popen[str]:
        command = [sys.executable, str(script), str(tmp_path / folder), str(seconds)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)

    for folder in ("whole", "killed"):
        (tmp_path / folder).mkdir()
    run(tmp_path / "whole")
    for lines in (9, 21):
        with start("killed", 0.01) as process:
            assert process.stdout is not None
            for _ in range(lines):
                process.stdout.readline()
            process.kill()
        assert not (tmp_path / "killed" / "final.safetensors").exists()
    run(tmp_path / "killed")
    for name in ("final.safetensors", "history.json"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
