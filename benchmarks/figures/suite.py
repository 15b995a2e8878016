"""The project's own tests once everything is installed."""

import sys

from benchmarks.places import PROJECT
from benchmarks.process import run
from benchmarks.record import Figure, Result, Target


def measure() -> Result:
    """What `make test` runs; a failing test ends the benchmark."""
    done = run([sys.executable, "-m", "pytest", "-n", "2"], folder=PROJECT)
    target = Target("value", "at most", 480)
    return Result(
        "suite",
        [Figure("make test, after installation", done.seconds, "s", target=target)],
        [done.output.strip().splitlines()[-1].strip("= ")],
    )
