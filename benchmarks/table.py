"""All kept results as one Markdown table, between markers in the README.

python -m benchmarks.table README.md …            write it there
python -m benchmarks.table --check README.md …    exit with 1 where it is not what the results say
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.places import RESULTS
from benchmarks.record import HEADER, Figure, read, row

START, END = "<!-- figures -->", "<!-- /figures -->"


def table(folder: Path = RESULTS) -> str:
    """The headline figures of every result in a folder, in Markdown, and what they were measured on."""
    found = [read(path) for path in sorted(folder.glob("*.json"))]
    if not found:
        return "Nothing has been measured yet: `make bench`.\n"
    figures = [figure for _, some in found for figure in some if figure.headline]
    machines = dict.fromkeys(_machine(facts) for facts, _ in found)
    return "\n".join([*_rows(figures), "", f"Measured on {'; '.join(machines)} (`benchmarks/`).", ""])


def _rows(figures: Sequence[Figure]) -> list[str]:
    ruler = ("---", "--:", "--:", "--:", "--:", "---")
    return ["| " + " | ".join(cells) + " |" for cells in (HEADER, ruler, *map(row, figures))]


def _machine(facts: dict) -> str:
    machine, versions = facts["machine"], facts["versions"]
    memory = machine["memory"] / 2**30
    hardware = f"{machine['cores']} cores of {machine['cpu']}, {memory:.0f} GiB"
    return f"{hardware}, torch {versions['torch']}, {facts['date'][:10]}"


def with_table(text: str, written: str) -> str:
    """A page with everything between the markers replaced. Raises ValueError where they are missing."""
    if text.count(START) != 1 or text.count(END) != 1 or text.index(START) > text.index(END):
        raise ValueError(f"expected {START} and {END} once each, in this order")
    before, rest = text.split(START)
    return f"{before}{START}\n{written}{END}{rest.split(END)[1]}"


def stale(page: Path, folder: Path = RESULTS) -> bool:
    """Whether a page shows something else than the results say."""
    text = page.read_text(encoding="utf-8")
    return with_table(text, table(folder)) != text


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.table", description="The figures, in Markdown."
    )
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit with 1 where a page is stale"
    )
    asked = parser.parse_args()
    old = [page for page in asked.pages if stale(page)]
    if asked.check:
        for page in old:
            print(f"{page} is stale; mend it with: python -m benchmarks.table {page}", file=sys.stderr)
        return 1 if old else 0
    for page in old:
        page.write_text(with_table(page.read_text(encoding="utf-8"), table()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
