"""Public samples, a JSON file each: what they are, their tables, where the files are, licence, digest."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict


class SampleTable(BaseModel):
    """One table: how many rows were published, its file, the file's SHA-256, and how to read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    file: str
    sha256: str
    read: dict[str, Any]


class PublicSample(BaseModel):
    """A public dataset. Its files stand in an installed `package`, or under the folder `THALWEG_DATA`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    about: str
    licence: str
    citation: str
    address: str
    package: str | None = None
    tables: dict[str, SampleTable]


@cache
def public_samples() -> dict[str, PublicSample]:
    """Every sample there is, by name."""
    described = [file for file in files(__name__).iterdir() if file.name.endswith(".json")]
    found = {file.name.removesuffix(".json"): json.loads(file.read_text("utf-8")) for file in described}
    return {name: PublicSample(name=name, **found[name]) for name in sorted(found)}


def listed() -> list[dict[str, Any]]:
    """A line for each table: how to name it, its rows, licence and what it is."""
    return [
        {
            "name": f"sample://{sample.name}/{table}",
            "rows": facts.rows,
            "licence": sample.licence,
            "about": sample.about,
            "address": sample.address,
        }
        for sample in public_samples().values()
        for table, facts in sample.tables.items()
    ]
