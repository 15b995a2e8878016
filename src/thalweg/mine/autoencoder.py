"""Rows that do not follow from what most rows have in common: an autoencoder, kept as plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from thalweg.mine.detection import SHUFFLES, Detection
from thalweg.mine.each_row import product, total
from thalweg.mine.fitted import BLOCK
from thalweg.mine.matrix import Scale, shuffled

HIDDEN, CODE = 32, 16  # units at most
STEPS, BATCH = 400, 256
LEARNT = 5_000  # rows that are learnt from; all are scored
RATE = 0.01  # of Adam at the start, falling to nothing along a cosine
FLOOR = 0.05  # of a column's variance: an error below is nobody's concern, however small the usual one is

Spans = tuple[tuple[int, int], ...]


class Layer(BaseModel):
    """Weights (D, K) and biases (K,)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: tuple[tuple[float, ...], ...]
    biases: tuple[float, ...]

    @cached_property
    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array(self.weights, np.float64), np.array(self.biases, np.float64)


class Autoencoder(BaseModel):
    """A network that says each row again through a few numbers; its hidden layers are rectified, these numbers are not.

    The score is the squared error, a mean over the columns, as a multiple of the median one of training rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["autoencoder"] = "autoencoder"
    layers: tuple[Layer, ...]
    spans: Spans
    """The dimensions of each column."""
    usual: float = 1.0
    """The median error of training rows, and the floor."""

    def errors(self, points: np.ndarray) -> np.ndarray:
        """Of points (N, D), the squared error of each column (columns, N)."""
        said = points
        for place, layer in enumerate(self.layers):
            weights, biases = layer.arrays
            said = product(np.maximum(said, 0.0) if place % 2 else said, weights) + biases
        squares = np.square(said - points).T
        return np.stack([total(squares[start:stop]) for start, stop in self.spans])

    def scores(self, points: np.ndarray) -> np.ndarray:
        """Of points (N, D), as multiples of the usual error (N,)."""
        starts = range(0, len(points), BLOCK)
        errors = [total(self.errors(points[start : start + BLOCK])) for start in starts]
        return np.concatenate([np.zeros(0), *errors]) / (len(self.spans) * self.usual)


def reconstructed(points: np.ndarray, scale: Scale, trees: int, seed: int) -> Detection:
    """Scores of rows (N, D); by chance, the greatest that any row of a shuffled table gets from a network of its own.

    A column's share is its part of the row's error. There are no `trees` in it.
    """

    def table(place: int) -> np.ndarray:
        """The rows as they are, then shuffled ones, made when they are asked for: together they would be too many."""
        return shuffled(points, scale.spans, np.random.default_rng([seed, place])) if place else points

    network, *others = trained(table, SHUFFLES + 1, tuple(scale.spans), seed)
    greatest = max(float(other.scores(table(place)).max()) for place, other in enumerate(others, 1))

    def shares(at: int) -> np.ndarray:
        errors = network.errors(points[at : at + 1])[:, 0]
        return errors / errors.sum()

    return Detection(network.scores(points), greatest, shares, lambda: network)


def trained(table: Callable[[int], np.ndarray], tables: int, spans: Spans, seed: int) -> list[Autoencoder]:
    """A network for each of some tables (N, D), trained side by side from the same weights, on rows of the same places.

    By Adam (Kingma & Ba 2015) on Huber's (1964) loss, so that the few rows far off do not pull the others along.
    """
    import torch

    rows = np.random.default_rng(seed).permutation(len(table(0)))[:LEARNT]
    data = np.stack([table(place)[rows].astype(np.float32) for place in range(tables)])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the order of a sum depends on their number
    try:
        with torch.enable_grad():
            weights = _descended(torch.from_numpy(data), _sizes(spans), seed)
    finally:
        torch.set_num_threads(threads)
    return [_judged(weights, place, spans, table(place)) for place in range(tables)]


def _descended(data: Any, sizes: Sequence[int], seed: int) -> list[np.ndarray]:
    """The weights and biases after all steps, of networks side by side, for their rows (networks, N, D)."""
    import torch
    from torch.nn.functional import huber_loss

    chance = torch.Generator().manual_seed(seed)
    parameters = _initial(sizes, len(data), chance)
    optimizer = torch.optim.Adam(parameters, RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        rows = torch.randint(data.shape[1], (min(BATCH, data.shape[1]),), generator=chance)
        batch = data[:, rows]
        loss = huber_loss(_said(batch, parameters), batch) * len(data)  # the mean of each network's own
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return [each.detach().double().numpy() for each in parameters]


def _sizes(spans: Spans) -> list[int]:
    """The widths of the layers: half as many numbers as there are columns stand for a row."""
    width = spans[-1][1]
    hidden, code = min(HIDDEN, 2 * width), max(1, min(CODE, len(spans) // 2))
    return [width, hidden, code, hidden, width]


def _initial(sizes: Sequence[int], networks: int, chance: Any) -> list[Any]:
    """Weights (networks, D, K) after He (2015), and biases (networks, 1, K) of 0, layer by layer."""
    import torch

    found = []
    for into, out in pairwise(sizes):
        weights = torch.randn(into, out, generator=chance) * (2.0 / into) ** 0.5
        found += [weights.repeat(networks, 1, 1), torch.zeros(networks, 1, out)]
    return [each.requires_grad_() for each in found]


def _said(batch: Any, parameters: Sequence[Any]) -> Any:
    import torch

    for place in range(0, len(parameters), 2):
        batch = torch.baddbmm(parameters[place + 1], batch.relu() if place % 4 else batch, parameters[place])
    return batch


def _judged(weights: Sequence[np.ndarray], place: int, spans: Spans, table: np.ndarray) -> Autoencoder:
    """One network as plain numbers, with the error that is usual for the rows of its table."""
    layers = tuple(
        Layer(weights=weights[at][place].tolist(), biases=weights[at + 1][place, 0].tolist())
        for at in range(0, len(weights), 2)
    )
    network = Autoencoder(layers=layers, spans=spans)
    return network.model_copy(update={"usual": float(np.median(network.scores(table))) + FLOOR})
