"""What the integrated table says by itself."""

from __future__ import annotations

from collections.abc import Container
from itertools import count
from typing import Any

from thalweg.core.errors import at
from thalweg.core.files import atomic_folder, read_json, write_json
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.pipeline.mined import add_mined, fitted_miners, mined_findings, mined_key, mined_status
from thalweg.pipeline.schema import feeding, written
from thalweg.pipeline.stage import Key, Run, Stage, Status, facts

CODE = ("core", "engines", "mine", "clean")
FILE = "findings.json"


class Mine(Stage):
    """Findings for the report; and, in a folder of their own, the columns that feed the network.

    Those are made again only when one of the miners that make them changed.
    """

    name = "mine"

    def key(self, run: Run) -> Key:
        table = run.key("integrate").whole
        inputs = fingerprint([table, mined_key(run).whole]) if feeding(run.pipeline) else table
        return Key(fingerprint(written(run.pipeline.mine)), inputs, fingerprint_code(*CODE))

    def status(self, run: Run) -> Status:
        found = super().status(run)
        if not found.fresh or not feeding(run.pipeline):
            return found
        return mined_status(run)

    def make(self, run: Run) -> None:
        table = run.result("integrate").table
        if feeding(run.pipeline) and not mined_status(run).fresh:
            add_mined(run)
        known, found = mined_findings(run), {}
        for index, miner in enumerate(run.pipeline.mine):
            name = _name(miner.kind, found)
            if index in known:
                found[name] = known[index]
                continue
            with run.progress.task(f"mine {miner.kind}"), at("mine", index):
                found[name] = miner.mine(table).model_dump(mode="json")
        with atomic_folder(self.folder(run), **facts(run.key(self.name))) as folder:
            write_json(folder / FILE, found)

    def open(self, run: Run) -> dict[str, Any]:
        return read_json(self.folder(run) / FILE)

    def headline(self, run: Run) -> str:
        made = [name for each in fitted_miners(run) for name in each.makes]
        return f"feeds the network: {', '.join(made)}" if made else ""


def _name(kind: str, taken: Container[str]) -> str:
    """A finding is named for its miner; a second one of the same kind is `kind 2`."""
    return next(name for n in count(1) if (name := kind if n == 1 else f"{kind} {n}") not in taken)
