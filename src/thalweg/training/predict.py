"""What a trained model says of rows: logits and predictions, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor

from thalweg.training.phase import Batch
from thalweg.training.supervised import Supervised


def on(device: torch.device, batch: Batch) -> Batch:
    """A batch on a device; the same tensors where they are there already."""
    return {name: value.to(device, non_blocking=True) for name, value in batch.items()}


def stream(model: Supervised, batches: Iterable[Batch]) -> Iterator[tuple[Batch, dict[str, Tensor]]]:
    """Each batch with the logits (B, M, K) of each output, in evaluation mode and 32 bits.

    Memory does not grow with the number of batches.
    """
    device = next(model.parameters()).device
    model.eval()
    for batch in batches:
        moved = on(device, batch)
        with torch.inference_mode():
            found = model(moved)
        yield moved, found


def predict_batch(model: Supervised, batch: Batch) -> dict[str, np.ndarray]:
    """The predictions p (B, K) of each output for one batch."""
    ((_, logits),) = stream(model, [batch])
    return {name: target.predict(logits[name]) for name, target in model.targets.items()}


def predict(model: Supervised, batches: Iterable[Batch]) -> dict[str, np.ndarray]:
    """The predictions p (rows, K) of each output for all batches, one after another. Holds them all."""
    found: dict[str, list[np.ndarray]] = {name: [] for name in model.targets}
    for batch in batches:
        for name, p in predict_batch(model, batch).items():
            found[name].append(p)
    empty = {name: np.empty((0, target.width)) for name, target in model.targets.items()}
    return {name: np.concatenate(parts) if parts else empty[name] for name, parts in found.items()}


def logits(model: Supervised, batches: Iterable[Batch]) -> dict[str, Tensor]:
    """The logits (rows, M, K) of each output for all batches, on the CPU. Holds them all."""
    found: dict[str, list[Tensor]] = {name: [] for name in model.targets}
    for _, values in stream(model, batches):
        for name, value in values.items():
            found[name].append(value.cpu())
    return {name: torch.cat(parts) for name, parts in found.items()}
