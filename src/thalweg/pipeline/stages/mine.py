"""What the integrated table says by itself."""

from __future__ import annotations

from collections.abc import Container
from itertools import count
from typing import Any

from thalweg.core.errors import at
from thalweg.core.files import atomic_folder, read_json, write_json
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.pipeline.schema import written
from thalweg.pipeline.stage import Key, Run, Stage, facts

CODE = ("core", "engines", "mine", "clean")
FILE = "findings.json"


class Mine(Stage):
    """Findings for the report."""

    name = "mine"

    def key(self, run: Run) -> Key:
        return Key(
            fingerprint(written(run.pipeline.mine)), run.key("integrate").whole, fingerprint_code(*CODE)
        )

    def make(self, run: Run) -> None:
        table = run.result("integrate").table
        found = {}
        for index, miner in enumerate(run.pipeline.mine):
            with run.progress.task(f"mine {miner.kind}"), at("mine", index):
                found[_name(miner.kind, found)] = miner.mine(table).model_dump(mode="json")
        with atomic_folder(self.folder(run), **facts(run.key(self.name))) as folder:
            write_json(folder / FILE, found)

    def open(self, run: Run) -> dict[str, Any]:
        return read_json(self.folder(run) / FILE)


def _name(kind: str, taken: Container[str]) -> str:
    """A finding is named for its miner; a second one of the same kind is `kind 2`."""
    return next(name for n in count(1) if (name := kind if n == 1 else f"{kind} {n}") not in taken)
