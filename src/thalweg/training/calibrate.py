"""Probabilities made honest on the validation rows."""

from __future__ import annotations

import torch
from torch import Tensor

from thalweg.tasks.task import Target
from thalweg.training.batches import Batches
from thalweg.training.predict import stream
from thalweg.training.supervised import TARGET, Supervised
from thalweg.training.validation import first_rows

LOGITS = 50_000_000  # held at once, at most: 200 MB


def calibrated(model: Supervised, validation: Batches, rows: int = 200_000) -> dict[str, Target]:
    """The targets of a model, calibrated on at most so many validation rows, fewer where logits are many."""
    found: dict[str, list[Tensor]] = {name: [] for name in model.targets}
    y: dict[str, list[Tensor]] = {name: [] for name in model.targets}
    held = 0
    for batch, logits in stream(model, first_rows(validation, rows)):
        for name, value in logits.items():
            found[name].append(value.cpu())
            y[name].append(batch[TARGET + name].cpu())
            held += value.numel()
        if held > LOGITS:
            break
    if not held:
        return dict(model.targets)
    return {
        name: target.calibrate(torch.cat(found[name]), torch.cat(y[name]).numpy())
        for name, target in model.targets.items()
    }
