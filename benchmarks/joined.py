"""The rows that a run learnt from and was judged on, with its inputs as they were before any encoding.

Read from what the run left: the joined table with the part of each row, and the lineage of its columns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas
import pyarrow.parquet

PARTS = ("train", "validation", "test")  # __split is 0, 1 or 2


@dataclass(frozen=True)
class Rows:
    """The same rows and inputs for every rival: a frame for each part, the answer among its columns."""

    label: str
    parts: Mapping[str, pandas.DataFrame]

    @property
    def inputs(self) -> list[str]:
        return [name for name in self.parts["train"].columns if name != self.label]

    def write(self, folder: Path) -> dict[str, str]:
        """A Parquet file for each part."""
        folder.mkdir(parents=True, exist_ok=True)
        for part, frame in self.parts.items():
            frame.to_parquet(folder / f"{part}.parquet")
        return {part: str(folder / f"{part}.parquet") for part in self.parts}


def joined(run: Path, label: str) -> Rows:
    """The rows of a finished run, without the columns its file excludes or the answer was derived from."""
    facts = json.loads((run / "integrate" / "integrate.json").read_text())
    model = json.loads((run / "run.json").read_text())["pipeline"]["model"]
    answers = {origin for name in model["outputs"] for origin in facts["lineage"][name]}
    known = [
        name
        for name in facts["columns"]
        if name not in model["exclude"]
        and name not in model["outputs"]
        and not answers & set(facts["lineage"][name])
    ]
    table = pyarrow.parquet.read_table(run / "integrate" / "data.parquet", columns=[*known, label, "__split"])
    frame = table.to_pandas()
    parts = {part: frame[frame["__split"] == number] for number, part in enumerate(PARTS)}
    return Rows(
        label, {part: rows.drop(columns="__split").reset_index(drop=True) for part, rows in parts.items()}
    )
