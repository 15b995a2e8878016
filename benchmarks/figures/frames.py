"""Dirty CSV files to one clean, joined table: beside pandas, Polars and Spark; and what became of broken lines."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.course import follow, forget, write
from benchmarks.dirty_flights import BROKEN, REPEATED, dirty_flights
from benchmarks.places import PROJECT, scratch
from benchmarks.process import run
from benchmarks.record import Figure, Result

COPIES = 9
RIVALS = {"pandas": "pandas", "polars": "Polars", "spark": "Spark"}
PACKAGES = {"pandas": "pandas", "polars": "polars", "spark": "pyspark"}
GIB = 2**30


@dataclass(frozen=True)
class Made:
    """What one program did."""

    seconds: float
    peak_memory: int
    rows: int
    told: int
    """Broken lines that it showed, each with its number and text."""


def measure() -> Result:
    """Each once, one after another; all read the same files and write Parquet."""
    folder = dirty_flights(COPIES)
    lines = sum(1 for _ in (folder / "flights.csv").open()) - 1
    ours = thalweg(folder)
    others = {name: rival(name, folder) for name in RIVALS}
    size = f"{lines / 1e6:.1f} M rows"
    figures = [
        figure
        for name, other in others.items()
        for figure in (
            Figure(f"clean and join {size} of CSV", ours.seconds, "s", RIVALS[name], other.seconds),
            Figure(
                f"the same, peak memory beside {RIVALS[name]}",
                ours.peak_memory / GIB,
                "GiB",
                RIVALS[name],
                other.peak_memory / GIB,
            ),
        )
    ]
    return Result("frames", figures, notes(lines, ours, others), {n: version(p) for n, p in PACKAGES.items()})


def notes(lines: int, ours: Made, others: dict[str, Made]) -> list[str]:
    """What became of the rows."""
    told = [f"{RIVALS[name]} {other.rows:,} rows, {other.told} told" for name, other in others.items()]
    return [
        f"{lines:,} lines, of which {BROKEN} are broken (a third each: too few fields, too many, a word for a "
        f"number); {REPEATED} rows of weather stand twice",
        f"rows out, and broken lines told: Thalweg {ours.rows:,} rows, {ours.told} told; {'; '.join(told)}",
        "rows that a program keeps beyond Thalweg's are broken lines, read as if they were whole",
        "each with the switches that let it get past the broken lines; Thalweg keeps an account and Parquet of each "
        "source besides",
    ]


def thalweg(folder: Path) -> Made:
    """From the files to the joined table, with the account of rows."""
    course = follow(write(pipeline(folder)), until="integrate")
    answer = course.answer["rows"]
    made = Made(course.process.seconds, course.process.peak_memory, answer["kept"], answer["quarantined"])
    forget(course)
    return made


def pipeline(folder: Path) -> dict[str, Any]:
    """The same cleaning and join."""
    return {
        "name": "frames",
        "sources": {table: str(folder / f"{table}.csv") for table in ("flights", "weather", "planes")},
        "clean": {
            "flights": [{"missing": {"arr_delay": "drop"}}],
            "weather": [{"duplicates": {"keys": ["origin", "time_hour"]}}],
        },
        "integrate": [
            {"from": "flights"},
            {"join": {"table": "weather", "on": ["origin", "time_hour"], "expect": "many-to-one"}},
            {"join": {"table": "planes", "on": "tailnum", "expect": "many-to-one"}},
            {"derive": {"late": "arr_delay > 15"}},
        ],
        "dataset": {"split": {"by": "time_hour", "fractions": [0.7, 0.15, 0.15]}},
        "model": {"outputs": {"late": "binary"}},
    }


def rival(name: str, folder: Path) -> Made:
    """A person's script for the same."""
    script = PROJECT / "benchmarks" / "rivals" / f"{name}_join.py"
    with tempfile.TemporaryDirectory(dir=scratch()) as place:
        out = Path(place) / "joined.parquet"
        finished = run([sys.executable, script, folder, out])
        shutil.rmtree(out, ignore_errors=True)
    return Made(finished.seconds, finished.peak_memory, int(finished.output.split()[-1]), 0)
