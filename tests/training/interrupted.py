"""A training in a process of its own, to be killed. Prints a line for each step; with the result at the end.

python interrupted.py FOLDER SECONDS_A_STEP
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from small_problem import make_loaders, make_model  # type: ignore[import-not-found]

from thalweg.core.progress import Silent
from thalweg.training.loop import train
from thalweg.training.settings import Train

SETTINGS = {
    "epochs": 4,
    "learning_rate": 0.02,
    "schedule": "one_cycle",
    "ema": 0.9,
    "accumulation": 2,
    "checkpoint_steps": 3,
    "early_stop": None,
}


def run(folder: Path, seconds: float = 0.0) -> None:
    def hook(epoch: int, batch: int) -> None:
        print(epoch, batch, flush=True)
        time.sleep(seconds)

    torch.set_num_threads(1)
    model = make_model()
    trained = train(model, make_loaders(200, hook=hook), Train.model_validate(SETTINGS), folder, Silent())
    save_file(model.state_dict(), folder / "final.safetensors")
    timing = ("seconds", "rows_per_second")
    history = [{k: v for k, v in epoch.items() if k not in timing} for epoch in trained.history]
    (folder / "history.json").write_text(json.dumps(history))


if __name__ == "__main__":
    run(Path(sys.argv[1]), float(sys.argv[2]))
