"""Flights × 30, a CSV of 1 GB: sources to shards, beside DuckDB alone; memory as rows grow from 3 M to 30 M."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.alternate import alternated, middle
from benchmarks.course import Course, follow, forget, write
from benchmarks.many_flights import YEAR, many_flights, pipeline, query
from benchmarks.places import PROJECT, scratch
from benchmarks.process import run
from benchmarks.record import Figure, Result, Target

FEW, MANY, MOST = 9, 30, 90
ROUNDS = 3
MEMORY = "1536MB"  # of the engine, on both sides
GIB = 2**30
COPY = PROJECT / "benchmarks" / "rivals" / "duckdb_copy.py"


@dataclass(frozen=True)
class Peaks:
    """Peak memory (bytes) of a run, from outside: of its first half, and of all of it."""

    shards: int
    whole: int


def measure() -> Result:
    """Time in turn, Thalweg and DuckDB; then memory, at both sizes, of a run to its end."""
    last: dict[str, Course] = {}
    stages: list[dict[str, float]] = []

    def thalweg() -> float:
        last["run"] = shards(MANY)
        stages.append(
            {name: last["run"].stage_seconds(name) for name in ("sources", "clean", "integrate", "dataset")}
        )
        return last["run"].process.seconds

    taken = alternated({"thalweg": thalweg, "duckdb": lambda: bare(MANY)}, ROUNDS)
    seconds, many = middle(taken), _peaks(last["run"])
    forget(last["run"])
    course = shards(FEW)
    few = _peaks(course)
    forget(course)
    course = shards(MOST)
    most = course.process.peak_memory
    forget(course)
    rows = f"{MANY * YEAR / 1e6:.1f} M rows"
    return Result(
        "big",
        [
            Figure(
                f"sources to shards, {rows}",
                seconds["thalweg"],
                "s",
                "DuckDB's copy of the join",
                seconds["duckdb"],
                Target("ratio", "at most", 3.0),
                runs=taken | {"stages": stages},
            ),
            *_memory("sources to shards", MANY, many.shards, few.shards),
            *_memory("sources to shards", MOST, most, few.shards),
            *_memory("whole run, training and report included", MANY, many.whole, few.whole),
        ],
        [
            f"{csv_gigabytes(MANY):.2f} GB of CSV; copies differ in flight numbers, delays and times in the air",
            "the same left joins; nothing mined on the way to the shards; DuckDB writes Parquet (Snappy)",
            f"both with all cores and {MEMORY} for the engine",
            "memory: of the whole tree of processes, from outside, mapped files included (see process.py)",
        ],
    )


def _memory(what: str, copies: int, many: int, few: int) -> list[Figure]:
    size = f"{copies * YEAR / 1e6:.1f} M rows"
    return [
        Figure(f"peak memory, {what}, {size}", many / GIB, "GiB", target=Target("value", "at most", 2.5)),
        Figure(
            f"peak memory, {what}, as rows grow × {copies / FEW:.1f}",
            many / GIB,
            "GiB",
            f"{FEW * YEAR / 1e6:.1f} M rows",
            few / GIB,
            Target("ratio", "at most", 1.15),
        ),
    ]


def shards(copies: int) -> Course:
    """From CSV files to shards, nothing there before, nothing mined."""
    file = write(pipeline(f"big-x{copies}", many_flights(copies), MEMORY) | {"mine": []})
    return follow(file, until="dataset")


def _peaks(course: Course) -> Peaks:
    """The rest of a run that has its shards: profile, one epoch, bundle, evaluation with its baselines."""
    copies = int(course.folder.name.removeprefix("big-x"))
    rest = follow(write(pipeline(course.folder.name, many_flights(copies), MEMORY)), fresh=False)
    return Peaks(course.process.peak_memory, max(course.process.peak_memory, rest.process.peak_memory))


def bare(copies: int) -> float:
    """Seconds in which DuckDB copies the same joined query to Parquet."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        out = Path(folder) / "joined.parquet"
        spill = Path(folder) / "spill"
        seconds = run([sys.executable, COPY, query(many_flights(copies)), out, MEMORY, spill]).seconds
        shutil.rmtree(spill, ignore_errors=True)
        return seconds


def csv_gigabytes(copies: int) -> float:
    return (many_flights(copies) / "flights.csv").stat().st_size / 1e9
