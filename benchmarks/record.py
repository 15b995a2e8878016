"""What a benchmark found: figures with what they are held against, printed as a table and kept as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from benchmarks.machine import machine, versions

Judged = Literal["value", "ratio", "difference"]


@dataclass(frozen=True)
class Target:
    """What was promised: a value, its ratio to the rival's or its difference from it, and the limit."""

    judged: Judged
    bound: Literal["at least", "at most"]
    limit: float

    def met(self, number: float) -> bool:
        return number >= self.limit if self.bound == "at least" else number <= self.limit


@dataclass(frozen=True)
class Published:
    """A figure from elsewhere to stand beside ours, with its source and where our setting differs."""

    value: float
    source: str


@dataclass(frozen=True)
class Figure:
    """One measured number."""

    what: str
    value: float
    unit: Literal["AUC", "rows/s", "s", "GiB", ""]
    rival: str = ""
    """Whom it stands beside."""
    beside: float | None = None
    """The rival's number, in the same unit."""
    target: Target | None = None
    published: Published | None = None
    headline: bool = True
    """Whether it belongs in the project's table; the rest is for those who read the JSON."""
    runs: dict[str, Any] = field(default_factory=dict)
    """The single measurements behind it."""

    def judged(self, judged: Judged) -> float:
        if judged == "value":
            return self.value
        if self.beside is None:
            raise ValueError(f"{self.what!r} has no rival's number to take a {judged} to")
        return self.value / self.beside if judged == "ratio" else self.value - self.beside

    @property
    def compared(self) -> Judged:
        """How it is best compared: as its target says, else qualities by difference, the rest by ratio."""
        if self.target is not None and self.target.judged != "value":
            return self.target.judged
        if self.beside is None:
            return "value"
        return "difference" if self.unit == "AUC" else "ratio"

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.target.met(self.judged(self.target.judged))

    def written(self) -> dict[str, Any]:
        """As JSON, with what follows from the numbers."""
        derived = (
            {}
            if self.beside is None
            else {"ratio": self.judged("ratio"), "difference": self.judged("difference")}
        )
        return asdict(self) | derived | {"met": self.met}


@dataclass(frozen=True)
class Result:
    """All figures of one benchmark, and what a reader must know to judge them."""

    name: str
    figures: Sequence[Figure]
    notes: Sequence[str] = ()
    rivals: dict[str, str] = field(default_factory=dict)
    """Versions of the rivals."""

    def save(self, folder: Path) -> Path:
        """Write `<name>.json` with the date, the versions and the machine."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        written = {
            "name": self.name,
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "machine": machine(),
            "load": os.getloadavg()[0],  # of the last minute; what else ran counts in it
            "versions": versions() | self.rivals,
            "figures": [figure.written() for figure in self.figures],
            "notes": list(self.notes),
        }
        path.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return path


def read(path: Path) -> tuple[dict[str, Any], list[Figure]]:
    """What `save` wrote: the facts, and the figures."""
    written = json.loads(path.read_text(encoding="utf-8"))
    return written, [_figure(one) for one in written["figures"]]


def _figure(written: dict[str, Any]) -> Figure:
    fields = {name: written[name] for name in Figure.__dataclass_fields__}
    fields["target"] = Target(**written["target"]) if written["target"] else None
    fields["published"] = Published(**written["published"]) if written["published"] else None
    return Figure(**fields)


def shown(number: float, unit: str) -> str:
    """A number as a person reads it."""
    if unit == "AUC":
        return f"{number:.4f}"
    if unit == "rows/s":
        return f"{number / 1e6:.2f} M rows/s" if number >= 1e6 else f"{number:,.0f} rows/s"
    if unit in ("s", "GiB"):
        return f"{number:,.0f} {unit}" if number >= 100 else f"{number:.2f} {unit}"
    return f"{number:,.4g}"


def compared(figure: Figure) -> str:
    """`0.43 ×` or `+0.0120`; nothing where there is no rival."""
    if figure.beside is None:
        return ""
    number = figure.judged(figure.compared)
    return f"{number:.2f} ×" if figure.compared == "ratio" else f"{number:+.4f}"


def promised(target: Target | None, unit: str) -> str:
    """`≥ 0.95 ×`, `≤ 0.30 s`; nothing where nothing was promised."""
    if target is None:
        return ""
    sign = "≥" if target.bound == "at least" else "≤"
    if target.judged == "ratio":
        return f"{sign} {target.limit:g} ×"
    return (
        f"{sign} {target.limit:+.3f}"
        if target.judged == "difference"
        else f"{sign} {shown(target.limit, unit)}"
    )


HEADER = ("what", "Thalweg", "beside it", "", "target", "met")


def row(figure: Figure) -> tuple[str, ...]:
    """The cells of a figure, below `HEADER`."""
    beside = "" if figure.beside is None else f"{figure.rival} {shown(figure.beside, figure.unit)}"
    met = {None: "", True: "yes", False: "no"}[figure.met]
    return (
        figure.what,
        shown(figure.value, figure.unit),
        beside,
        compared(figure),
        promised(figure.target, figure.unit),
        met,
    )


def lines(figures: Iterable[Figure]) -> list[str]:
    """A table for the terminal."""
    rows = [HEADER, *map(row, figures)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in rows
    ]
