"""How fast Thalweg is there: to import, to print its help."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.alternate import alternated, middle
from benchmarks.process import run
from benchmarks.record import Figure, Result, Target

ROUNDS = 10
THALWEG = Path(sys.executable).with_name("thalweg")


def measure() -> Result:
    """Whole processes, from nothing to their end, with files already in the system's cache."""
    taken = alternated(
        {
            "python": lambda: run([sys.executable, "-c", ""]).seconds,
            "import": lambda: run([sys.executable, "-c", "import thalweg"]).seconds,
            "help": lambda: run([THALWEG, "--help"]).seconds,
        },
        ROUNDS,
        warm_up=1,
    )
    seconds = middle(taken)
    return Result(
        "startup",
        [
            Figure(
                "import thalweg", seconds["import"], "s", target=Target("value", "at most", 0.3), runs=taken
            ),
            Figure("thalweg --help", seconds["help"], "s", target=Target("value", "at most", 0.6)),
        ],
        [f"medians of {ROUNDS}; Python itself, which is part of both, takes {seconds['python']:.2f} s"],
    )
