"""The loop that everyone writes: the whole dataset as tensors in memory, shuffled by indices, and nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from thalweg.dataset.read import read_all
from thalweg.dataset.shards import TARGET

Tensors = dict[str, Tensor]


def in_memory(folder: Path, label: str) -> tuple[Tensors, Tensor]:
    """The training rows of an encoded dataset: numbers (N, …) float32, categories (N, …) int64, answers (N,)."""
    rows = read_all(folder, "training")
    blocks = {"numbers": torch.float32, "categories": torch.int64, TARGET + label: torch.float32}
    tensors = {name: torch.from_numpy(rows[name]).to(kind) for name, kind in blocks.items()}
    return tensors, tensors.pop(TARGET + label)


def bare_loop(
    network: nn.Module,
    inputs: Tensors,
    answers: Tensor,
    batch: int,
    rate: float,
    epochs: int,
    precision: torch.dtype,
) -> float:
    """Train on whole batches; rows per second."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, fused=True)
    cast = torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16)
    network.train()
    rows, began = 0, time.perf_counter()
    for _ in range(epochs):
        for some in torch.randperm(len(answers)).split(batch):
            with cast:
                logits = network({name: values[some] for name, values in inputs.items()})
            loss = cross_entropy(logits.float().flatten(), answers[some])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            rows += len(some)
    return rows / (time.perf_counter() - began)
