"""Rows per second of training: Thalweg's loop and loader, a bare PyTorch loop in memory, Ludwig."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

import torch

from benchmarks.alternate import alternated, middle
from benchmarks.bare_loop import bare_loop, in_memory
from benchmarks.contenders import LUDWIG
from benchmarks.encoded import Encoded, encoded
from benchmarks.one_csv import BATCH, LABEL, LEARNING_RATE, ludwig_config, one_csv
from benchmarks.record import Figure, Result, Target
from thalweg.core.progress import Silent
from thalweg.dataset.loader import Loader
from thalweg.training.batches import Loaders
from thalweg.training.device import precision_of
from thalweg.training.loop import train
from thalweg.training.settings import Train

EPOCHS = 3  # of a measurement
ROUNDS = 7
LUDWIG_ROUNDS = 2
CPU = torch.device("cpu")


def measure() -> Result:
    """The first two in turn within one process; then the first and Ludwig in turn, Ludwig in its own."""
    data, settings = encoded(), train_settings()
    inputs, answers = in_memory(data.folder, LABEL)
    precision = precision_of(settings, CPU, data.model())
    found: dict = {}

    def bare() -> float:
        return bare_loop(data.model().network, inputs, answers, BATCH, LEARNING_RATE, EPOCHS, precision)

    def ludwig() -> float:
        with tempfile.TemporaryDirectory() as folder:
            asked = {"data": one_csv(), "config": ludwig_config(EPOCHS), "folder": folder}
            found["ludwig"], _ = LUDWIG.run(asked)
        return median(found["ludwig"]["rows_per_second"])

    def own() -> float:
        return thalweg(data, settings)

    with_bare = alternated({"thalweg": own, "bare": bare}, ROUNDS, warm_up=1)
    with_ludwig = alternated({"thalweg": own, "ludwig": ludwig}, LUDWIG_ROUNDS)
    near, far = middle(with_bare), middle(with_ludwig)
    parameters = sum(weights.numel() for weights in data.model().parameters())
    return Result(
        "training_speed",
        [
            Figure(
                "training an MLP of 17 inputs, 2 × 256, batches of 1,024",
                near["thalweg"],
                "rows/s",
                "a bare PyTorch loop in memory",
                near["bare"],
                Target("ratio", "at least", 0.95),
                runs=with_bare,
            ),
            Figure(
                "the same, beside Ludwig",
                far["thalweg"],
                "rows/s",
                "Ludwig",
                far["ludwig"],
                Target("ratio", "at least", 2.0),
                runs=with_ludwig,
            ),
        ],
        [
            f"{len(answers):,} training rows, {EPOCHS} epochs a measurement, AdamW, no clipping, {precision}",
            f"medians of {ROUNDS} measurements in turn; with Ludwig of {LUDWIG_ROUNDS}",
            "missing numbers are filled with the mean on all sides",
            f"parameters: Thalweg and the bare loop {parameters:,}, Ludwig {found['ludwig']['parameters']:,}",
            "Thalweg's time is all of `train`, its last checkpoint included; Ludwig's its steps alone, in fp32",
        ],
        {"ludwig": found["ludwig"]["version"]},
    )


def train_settings() -> Train:
    return Train(
        epochs=EPOCHS,
        batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        optimizer="adamw",  # type: ignore[arg-type]
        clip=None,
        early_stop=None,
        device="cpu",
    )


def thalweg(data: Encoded, settings: Train) -> float:
    """Rows per second of the wall time, shards to trained weights."""
    loaders = Loaders(Loader(data.folder, "training", BATCH, seed=0))
    model = data.model()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        trained = train(model, loaders, settings, Path(folder), Silent())
        return trained.rows / (time.perf_counter() - began)
