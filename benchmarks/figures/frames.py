"""Dirty CSV files to one clean, joined table: beside pandas, Polars and Spark; and what became of broken lines.

The same pipeline file runs twice, embedded and on Spark of this machine, and is held against one script each.
"""

from __future__ import annotations

import csv
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
ON_SPARK = {"spark": {"master": "local[2]", "memory": "3GB", "settings": {"spark.sql.shuffle.partitions": 8}}}
"""What the script for Spark has too."""
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
    ours, on_spark = thalweg(folder), thalweg(folder, {"data": ON_SPARK})
    others = {name: rival(name, folder) for name in RIVALS}
    size = f"{lines / 1e6:.1f} M rows"
    figures = [
        figure
        for name, other in others.items()
        for figure in beside(f"clean and join {size} of CSV", "the same", ours, RIVALS[name], other)
    ]
    figures += beside(f"{size} with compute on Spark", f"{size} on Spark", on_spark, "Spark", others["spark"])
    told = notes(lines, whole(folder), {"Thalweg": ours, "Thalweg on Spark": on_spark}, others)
    return Result("frames", figures, told, {n: version(p) for n, p in PACKAGES.items()})


def beside(what: str, again: str, ours: Made, rival: str, other: Made) -> list[Figure]:
    """Time and memory of one against another's."""
    memory = f"{again}, peak memory beside {rival}"
    return [
        Figure(what, ours.seconds, "s", rival, other.seconds),
        Figure(memory, ours.peak_memory / GIB, "GiB", rival, other.peak_memory / GIB),
    ]


def whole(folder: Path) -> int:
    """The rows that should come out, counted in plain Python: of all fields, with a number as their delay."""
    with (folder / "flights.csv").open(newline="") as file:
        rows = csv.reader(file)
        heading = next(rows)
        delay = heading.index("arr_delay")
        return sum(
            len(row) == len(heading) and row[delay].lstrip("-").replace(".", "", 1).isdigit() for row in rows
        )


def notes(lines: int, whole: int, ours: dict[str, Made], others: dict[str, Made]) -> list[str]:
    """What became of the rows."""
    every = {**ours, **{RIVALS[name]: other for name, other in others.items()}}
    told = [f"{name} {made.rows:,} ({made.rows - whole:+}), {made.told} told" for name, made in every.items()]
    return [
        f"{lines:,} lines, of which {BROKEN} are broken (a third each: too few fields, too many, a word for a "
        f"number); {REPEATED} rows of weather stand twice",
        f"rows out (beyond the {whole:,} whole ones with a delay), and broken lines told: {'; '.join(told)}",
        "rows beyond are broken lines, read as if they were whole",
        "each with the switches that let it get past the broken lines; Thalweg keeps an account and Parquet of each "
        "source besides; both on Spark have two threads and 3 GB of driver",
    ]


def thalweg(folder: Path, compute: dict[str, Any] | None = None) -> Made:
    """From the files to the joined table, with the account of rows."""
    course = follow(
        write({**pipeline(folder), **({"compute": compute} if compute else {})}), until="integrate"
    )
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
