"""What a finding shows beside its sentences: charts and tables as JSON values. How they are drawn is the report's."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Trace(BaseModel):
    """Points, a line, or bars: `x` and `y` of one length; `notes` say more of each point."""

    model_config = ConfigDict(frozen=True)

    shape: Literal["bars", "line", "points"]
    x: tuple[Any, ...]
    y: tuple[Any, ...]
    name: str = ""
    notes: tuple[str, ...] = ()


class Chart(BaseModel):
    """Traces over the same axes. `sideways` bars grow to the right, the first on top; `marks` are upright lines."""

    model_config = ConfigDict(frozen=True)

    title: str
    traces: tuple[Trace, ...]
    x: str = ""
    y: str = ""
    sideways: bool = False
    marks: tuple[Any, ...] = ()


class Grid(BaseModel):
    """A table: its heading, and rows of words, of which the last `numbers` columns are set to the right."""

    model_config = ConfigDict(frozen=True)

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int = 0
