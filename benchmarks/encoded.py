"""The speed benchmarks' table as Thalweg encodes it, and the network on it, for measurements within one process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.course import follow, write
from benchmarks.one_csv import LAYERS, thalweg_pipeline
from thalweg.core.component import parse
from thalweg.core.files import read_json
from thalweg.dataset.shards import Index, read_index
from thalweg.deployment.targets import restore_targets
from thalweg.networks.network import Network
from thalweg.training.supervised import Supervised, initial


@dataclass(frozen=True)
class Encoded:
    """Shards in a folder."""

    folder: Path
    index: Index

    def model(self) -> Supervised:
        """The network of the benchmarks with new weights, always the same."""
        targets = restore_targets(read_json(self.folder / "targets.json"))
        return initial(parse(Network, {"mlp": list(LAYERS)}), self.index.layout, targets, seed=0)


def encoded() -> Encoded:
    """Encode the one CSV, unless that is done."""
    folder = follow(write(thalweg_pipeline("encoded")), until="dataset", fresh=False).folder / "dataset"
    return Encoded(folder, read_index(folder))
