"""Put everything needed to answer into one folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from thalweg import __version__
from thalweg.core.files import atomic_folder, first_damage, read_json, write_json, write_text
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.deployment.bundle import FORMAT, MINED, WEIGHTS, WITHOUT_MINED
from thalweg.deployment.card import card
from thalweg.deployment.mined import needed, save_mined, signature
from thalweg.features.encoders import save as save_encoders
from thalweg.mine.fitted import Fitted
from thalweg.pipeline.mined import fitted_miners
from thalweg.pipeline.resolved import resolved
from thalweg.pipeline.stage import Key, Run, Stage, facts
from thalweg.pipeline.stages.dataset import Prepared
from thalweg.pipeline.yaml import as_yaml

CODE = ("core", "deployment", "features", "mine", "networks", "tasks")


class Bundle(Stage):
    """The bundle, and its zip-able folder."""

    name = "bundle"

    def key(self, run: Run) -> Key:
        inputs = fingerprint([run.key("train").whole, run.key("evaluate").whole])
        return Key(fingerprint(run.pipeline.name), inputs, fingerprint_code(*CODE))

    def make(self, run: Run) -> None:
        prepared: Prepared = run.result("dataset")
        trained = run.stage("train").folder(run)
        judged = run.result("evaluate")
        mined = needed(fitted_miners(run), [encoder.column for encoder in prepared.encoders])
        report = read_json(run.stage("evaluate").folder(run) / "report.json")
        with atomic_folder(self.folder(run), **facts(run.key(self.name))) as folder:
            for name in (WEIGHTS, "targets.json"):
                shutil.copyfile(trained / name, folder / name)
            save_encoders(folder / "encoders.json", prepared.encoders)
            if mined:
                save_mined(folder / MINED, mined)
            write_json(folder / "network.json", run.pipeline.model.network.bundled().written())
            write_json(folder / "signature.json", _signature(prepared, mined))
            write_json(folder / "metrics.json", judged["metrics"])
            write_json(folder / "baseline.json", run.result("mine"))
            write_text(folder / "pipeline.yaml", as_yaml(resolved(run)))
            write_text(folder / "README.md", card(report))
            digest = fingerprint([run.key("train").whole, run.pipeline.name])
            about = {"thalweg": __version__, "name": run.pipeline.name, "digest": digest}
            about = {"format": FORMAT if mined else WITHOUT_MINED, **about}
            write_json(folder / "bundle.json", about)

    def open(self, run: Run) -> Path:
        return self.folder(run)

    def headline(self, run: Run) -> str:
        damage = first_damage(self.folder(run))
        return damage or f"{sum(path.stat().st_size for path in self.folder(run).iterdir()) / 1e6:.1f} MB"


def _signature(prepared: Prepared, mined: tuple[Fitted, ...]) -> dict[str, Any]:
    """The columns the model takes, by SQL type, and what it predicts."""
    return {
        "inputs": signature(mined, {encoder.column: encoder.type for encoder in prepared.encoders}),
        "outputs": {name: target.type for name, target in prepared.targets.items()},
    }
