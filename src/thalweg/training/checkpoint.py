"""Checkpoints: tensors as safetensors, the rest as JSON, whole or not there at all.

checkpoints/00000120-02/         after 120 steps and 2 finished epochs
    model.safetensors            weights and buffers
    optimizer.safetensors        `phase.parameter.name`, such as `0.3.exp_avg`
    average.safetensors          the moving average of weights, where there is one
    best.safetensors             the weights of the best epoch so far
    state.json                   where training stands, the loader's place, the fingerprint
    manifest.json                sizes and digests, written last
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor

from thalweg.core.errors import StorageError
from thalweg.core.files import atomic_folder, first_damage, read_json, write_json
from thalweg.core.progress import Progress

KEPT = 2  # a torn one and the one before it

Tensors = dict[str, Tensor]


@dataclass(frozen=True)
class Checkpoint:
    """Tensors by the file that holds them, and JSON values."""

    tensors: Mapping[str, Tensors]
    state: Mapping[str, Any]


class Checkpoints:
    """The checkpoints of one training, in a folder of their own."""

    def __init__(self, folder: Path, fingerprint: str, progress: Progress):
        self.folder, self.fingerprint, self.progress = folder, fingerprint, progress

    def write(self, name: str, checkpoint: Checkpoint) -> None:
        """Write a checkpoint and remove all but the last two. Raises StorageError where the disk is full."""
        with atomic_folder(self.folder / name) as folder:
            for file, tensors in checkpoint.tensors.items():
                (folder / f"{file}.safetensors").write_bytes(save(_flat(tensors)))
            write_json(folder / "state.json", {"fingerprint": self.fingerprint, **checkpoint.state})
        for old in self._folders()[:-KEPT]:
            shutil.rmtree(old)

    def last(self) -> Checkpoint | None:
        """The last checkpoint that is whole and of this very training; others are removed, and that is said."""
        for torn in self.folder.glob(".*.partial"):
            shutil.rmtree(torn)
        for folder in reversed(self._folders()):
            damage = _damage(folder)
            if damage is None:
                found = _read(folder)
                if found.state["fingerprint"] == self.fingerprint:
                    return found
                damage = f"{folder} is of a training with other settings, data or network"
            self.progress.say(f"a checkpoint is not used: {damage}")
            shutil.rmtree(folder)
        return None

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.is_dir() and path.name[0].isdigit())


def _read(folder: Path) -> Checkpoint:
    tensors = {path.stem: load(path.read_bytes()) for path in sorted(folder.glob("*.safetensors"))}
    return Checkpoint(tensors, read_json(folder / "state.json"))


def _damage(folder: Path) -> str | None:
    try:
        return first_damage(folder)
    except StorageError as error:
        return error.message


def _flat(tensors: Tensors) -> Tensors:
    return {name: value.detach().cpu().contiguous() for name, value in tensors.items()}


def optimizer_tensors(optimizers: Sequence[torch.optim.Optimizer]) -> Tensors:
    """The state of optimizers; their hyperparameters come from the settings."""
    return {
        f"{number}.{index}.{name}": value
        for number, optimizer in enumerate(optimizers)
        for index, values in optimizer.state_dict()["state"].items()
        for name, value in values.items()
        if isinstance(value, Tensor)
    }


def load_optimizers(optimizers: Sequence[torch.optim.Optimizer], tensors: Tensors) -> None:
    """Put the state of optimizers back."""
    states: list[dict[int, dict[str, Tensor]]] = [{} for _ in optimizers]
    for key, value in tensors.items():
        number, index, name = key.split(".", 2)
        states[int(number)].setdefault(int(index), {})[name] = value
    for optimizer, state in zip(optimizers, states, strict=True):
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
