"""Train the network on the shards, or go on from the last checkpoint of the same training."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thalweg.core.files import atomic_folder, read_json, write_json
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.dataset.loader import Loader
from thalweg.deployment.targets import restore_targets, stored_targets
from thalweg.pipeline.schema import Pipeline, written
from thalweg.pipeline.stage import Key, Run, Stage, facts
from thalweg.pipeline.stages.dataset import Prepared

if TYPE_CHECKING:
    from thalweg.training.supervised import Supervised

CODE = ("core", "networks", "tasks", "training", "dataset")
WEIGHTS, TARGETS, TRAINED = "weights.safetensors", "targets.json", "trained.json"
EVALUATION_BATCH = 4_096  # rows; no gradients are kept, so more fit than in training


@dataclass(frozen=True)
class Fitted:
    """The trained model on the CPU, in evaluation mode, and how it came about."""

    model: Supervised
    trained: dict[str, Any]


class Train(Stage):
    """Weights of the best epoch, targets calibrated on the validation rows."""

    name = "train"

    def key(self, run: Run) -> Key:
        settings = {
            "network": written(run.pipeline.model.network),
            "train": written(run.pipeline.train),
            "seed": run.pipeline.seed,
        }
        return Key(fingerprint(settings), run.key("dataset").whole, fingerprint_code(*CODE))

    def make(self, run: Run) -> None:
        from safetensors.torch import save_file

        from thalweg.training.batches import Loaders
        from thalweg.training.calibrate import calibrated
        from thalweg.training.loop import train

        prepared: Prepared = run.result("dataset")
        model = _new_model(run.pipeline, prepared)
        checkpoints = run.folder / "checkpoints" / run.key(self.name).whole
        for other in checkpoints.parent.glob("*"):
            if other != checkpoints:
                shutil.rmtree(other)
        loaders = Loaders(
            Loader(prepared.folder, "training", run.pipeline.train.batch_size, seed=run.pipeline.seed),
            evaluation_loader(prepared, "validation"),
        )
        trained = train(model, loaders, run.pipeline.train, checkpoints, run.progress, run.pipeline.seed)
        targets = calibrated(model, evaluation_loader(prepared, "validation"))
        model.cpu()
        with atomic_folder(self.folder(run), **facts(run.key(self.name))) as folder:
            save_file(model.weights(), folder / WEIGHTS)
            write_json(folder / TARGETS, stored_targets(run.pipeline.model.outputs, targets))
            network = {
                "network": written(run.pipeline.model.network),
                "settings": written(run.pipeline.train),
            }
            write_json(folder / TRAINED, {**trained.written(), **network})
        shutil.rmtree(checkpoints)

    def open(self, run: Run) -> Fitted:
        from safetensors.torch import load_file

        folder = self.folder(run)
        model = _new_model(run.pipeline, run.result("dataset"))
        model.load_weights(load_file(folder / WEIGHTS))
        model.targets = restore_targets(read_json(folder / TARGETS))
        return Fitted(model.eval(), self._trained(run))

    def headline(self, run: Run) -> str:
        trained = self._trained(run)
        return f"{trained['rows_per_second']:,.0f} rows/s, {trained['parameters']:,} parameters, {trained['stopped']}"

    def noted(self, run: Run) -> dict[str, Any]:
        return {name: self._trained(run)[name] for name in ("device", "precision")}

    def _trained(self, run: Run) -> dict[str, Any]:
        """How the training went: it is told of a stored model, too, without reading its weights."""
        return read_json(self.folder(run) / TRAINED)


def _new_model(pipeline: Pipeline, prepared: Prepared) -> Supervised:
    """The network with the initial weights of the seed."""
    from thalweg.training.supervised import initial

    seed = pipeline.seed if pipeline.train.seed is None else pipeline.train.seed
    return initial(pipeline.model.network, prepared.index.layout, prepared.targets, seed)


def evaluation_loader(prepared: Prepared, split: Any) -> Loader:
    """The rows of a split in the order of the shards, all of them."""
    return Loader(prepared.folder, split, EVALUATION_BATCH, seed=0, shuffle=False)
