"""A small problem held in memory, and a loader of it that keeps its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.mlp import MLP
from thalweg.networks.network import Network
from thalweg.tasks.binary import BinaryTarget
from thalweg.training.batches import Loaders
from thalweg.training.supervised import Supervised, initial

LAYOUT = Layout(
    slots=(
        *(Slot(name=f"x{i}", block="numbers", bins=(-2.0, -1.0, 0.0, 1.0, 2.0)) for i in range(3)),
        Slot(name="c", block="categories", cardinality=6),
    )
)
TARGETS = {"late": BinaryTarget(column="late", type="BOOLEAN", classes=(False, True))}


class MemoryBatches:
    """Batches of tensors, shuffled by seed and epoch."""

    def __init__(
        self, tensors: dict[str, Tensor], batch_size: int, seed: int = 0, hook: Callable | None = None
    ):
        self.tensors, self.batch_size, self.seed, self.hook = tensors, batch_size, seed, hook
        self.epoch = self.given = 0

    @property
    def rows(self) -> int:
        return len(self.tensors["numbers"])

    def __len__(self) -> int:
        return -(-self.rows // self.batch_size)

    def set_epoch(self, epoch: int) -> None:
        self.epoch, self.given = epoch, 0

    def state_dict(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "given": self.given}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.epoch, self.given = state["epoch"], state["given"]

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        order = torch.randperm(
            self.rows, generator=torch.Generator().manual_seed(self.seed * 1000 + self.epoch)
        )
        while self.given < len(self):
            rows = order[self.given * self.batch_size : (self.given + 1) * self.batch_size]
            if self.hook is not None:
                self.hook(self.epoch, self.given)
            self.given += 1
            yield {name: values[rows] for name, values in self.tensors.items()}


def problem(rows: int, seed: int) -> dict[str, Tensor]:
    """Rows whose answer follows from two numbers and a category, with noise."""
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.randn(rows, 3, generator=generator)
    categories = torch.randint(0, 6, (rows, 1), generator=generator)
    logit = 2 * numbers[:, 0] * numbers[:, 1] + (categories[:, 0] - 2.5)
    late = torch.rand(rows, generator=generator) < logit.sigmoid()
    return {
        "numbers": numbers,
        "categories": categories,
        "target:late": late.long(),
        "row": torch.arange(rows),
    }


def make_loaders(rows: int = 400, batch_size: int = 32, hook: Callable | None = None) -> Loaders:
    training = MemoryBatches(problem(rows, 1), batch_size, hook=hook)
    return Loaders(training, MemoryBatches(problem(300, 2), 100))


def make_model(network: Network | None = None, seed: int = 0) -> Supervised:
    return initial(network or MLP(layers=(16, 16), dropout=0.2, embedding=3), LAYOUT, TARGETS, seed)
