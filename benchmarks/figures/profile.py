"""A profile of flights × 30, 10 M rows × 19 columns in a CSV of 1 GB, beside a bare SUMMARIZE of DuckDB's."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.alternate import alternated, middle
from benchmarks.many_flights import YEAR, many_flights
from benchmarks.places import PROJECT
from benchmarks.process import Finished, run
from benchmarks.record import Figure, Result, Target

FEW, MANY = 9, 30
ROUNDS = 3
GIB = 2**30
THALWEG = Path(sys.executable).with_name("thalweg")
SUMMARIZE = PROJECT / "benchmarks" / "rivals" / "duckdb_summarize.py"


def measure() -> Result:
    """Whole processes in turn; then the peak memory of a profile of fewer rows."""
    last: dict[str, Finished] = {}

    def thalweg() -> float:
        last["profile"] = profiled(MANY)
        return last["profile"].seconds

    taken = alternated({"thalweg": thalweg, "duckdb": lambda: bare(MANY).seconds}, ROUNDS)
    seconds, many, few = middle(taken), last["profile"], profiled(FEW)
    rows = f"{MANY * YEAR / 1e6:.1f} M rows"
    return Result(
        "profile",
        [
            Figure(
                f"thalweg profile, {rows} × 19 columns of CSV",
                seconds["thalweg"],
                "s",
                "DuckDB's SUMMARIZE",
                seconds["duckdb"],
                Target("ratio", "at most", 3.0),
                runs=taken,
            ),
            Figure(
                f"peak memory of a profile, as rows grow × {MANY / FEW:.1f}",
                many.peak_memory / GIB,
                "GiB",
                f"{FEW * YEAR / 1e6:.1f} M rows",
                few.peak_memory / GIB,
                Target("ratio", "at most", 1.15),
            ),
        ],
        [
            "SUMMARIZE gives least, greatest, mean, deviation, three quantiles, missing and rough distinct values;",
            "a profile adds histograms, top values, meanings, patterns, repeated rows, dependencies, correlations",
        ],
    )


def profiled(copies: int) -> Finished:
    """`thalweg profile --json` in a process of its own."""
    return run([THALWEG, "profile", many_flights(copies) / "flights.csv", "--json"])


def bare(copies: int) -> Finished:
    """SUMMARIZE in a process of its own."""
    return run([sys.executable, SUMMARIZE, many_flights(copies) / "flights.csv"])
