"""Ludwig on one CSV: prints the rows per second of its training loop, and what the whole took, as JSON.

    python ludwig.py '{"data": …, "config": {…}, "folder": …}'

Training is timed from an epoch's first step to its last, without evaluation and the writing of checkpoints.
Steps count as full batches.
"""

import json
import logging
import sys
import time
from importlib.metadata import version


def main() -> None:
    # The script's own folder comes first in sys.path and holds a file of the package's name.
    sys.path.pop(0)
    began = time.perf_counter()
    from ludwig.api import LudwigModel
    from ludwig.callbacks import Callback

    class Clock(Callback):
        """Seconds and steps of each epoch, up to the end of its last step."""

        def __init__(self) -> None:
            self.epochs, self.start, self.steps = [], 0.0, 0

        def on_epoch_start(self, trainer, progress_tracker, save_path) -> None:
            self.start, self.steps = time.perf_counter(), 0
            self.epochs.append({})

        def on_batch_end(self, trainer, progress_tracker, save_path, **more) -> None:
            self.steps += 1
            self.epochs[-1] = {
                "seconds": time.perf_counter() - self.start,
                "rows": self.steps * progress_tracker.batch_size,
            }

    asked, clock = json.loads(sys.argv[1]), Clock()
    model = LudwigModel(asked["config"], logging_level=logging.ERROR, callbacks=[clock])
    imported = time.perf_counter() - began
    statistics, _, _ = model.train(
        dataset=asked["data"], output_directory=asked["folder"], skip_save_processed_input=True
    )
    label = asked["config"]["output_features"][0]["name"]
    answer = {
        "seconds": time.perf_counter() - began,
        "import_seconds": imported,
        "epochs": clock.epochs,
        "rows_per_second": [epoch["rows"] / epoch["seconds"] for epoch in clock.epochs],
        "auc": float(statistics["test"][label]["roc_auc"][-1]),
        "parameters": sum(weights.numel() for weights in model.model.parameters()),
        "version": version("ludwig"),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
