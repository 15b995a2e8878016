"""`python -m benchmarks [NAME…]`: run benchmarks by name, all without one; print tables, keep JSON."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time

from benchmarks import figures
from benchmarks.places import RESULTS
from benchmarks.record import Result, lines


def names() -> list[str]:
    """Every benchmark: the modules of `figures/`."""
    return sorted(module.name for module in pkgutil.iter_modules(figures.__path__))


def run(name: str, keep: bool) -> Result:
    """Measure, print, and keep what was found."""
    module = importlib.import_module(f"{figures.__name__}.{name}")
    print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
    began = time.perf_counter()
    result: Result = module.measure()
    print("\n".join(["", *lines(result.figures), *(f"- {note}" for note in result.notes)]))
    where = result.save(RESULTS) if keep else "not kept"
    print(f"{time.perf_counter() - began:.0f} s, {where}", flush=True)
    return result


def main() -> int:
    known = names()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the figures that the project claims."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which, of: {', '.join(known)} (all without one)"
    )
    parser.add_argument("--dry", action="store_true", help="measure and print, keep nothing")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are: {', '.join(known)}")
    results = [run(name, keep=not asked.dry) for name in asked.names or known]
    missed = [figure.what for result in results for figure in result.figures if figure.met is False]
    if missed:
        print(f"\nbelow target: {'; '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
