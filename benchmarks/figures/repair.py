"""How well `auto` finds and repairs wrong cells of two tables whose truth is known; what it does to right ones."""

from __future__ import annotations

import csv
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.places import data, scratch
from benchmarks.record import Figure, Published, Result, Target
from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW, Table

HEADLINES = ("repair precision", "repair F1")
TARGETS = {"hospital": (0.83, 0.95)}
PUBLISHED = {
    "hospital": Published(0.83, "HoloClean (Rekatsinas et al. 2017), with denial constraints given by hand")
}
NORMAL = (
    "cells are compared as text without blanks around it; a number as the number it is, to 12 digits; a missing cell "
    "as an empty one; a boolean as yes or no"
)
STEPS = (
    "a step's own figures are of the cells that were wrong when it began: its recall is the share of those that it "
    "found, or put right; steps that changed no cell are left out"
)
Cells = list[tuple[str, ...]]


@dataclass(frozen=True)
class Score:
    """Cells: wrong in the table, changed, changed though wrong, changed to the truth."""

    wrong: int
    changed: int
    detected: int
    repaired: int

    def precision(self, found: int) -> float:
        return found / self.changed if self.changed else 1.0

    def recall(self, found: int) -> float:
        return found / self.wrong if self.wrong else 1.0

    def f1(self, found: int) -> float:
        return 2 * found / (self.changed + self.wrong) if self.changed + self.wrong else 1.0


def measure() -> Result:
    """Both tables with all rows as training rows, then both truths: whatever `auto` changes there is damage."""
    figures: list[Figure] = []
    notes = [NORMAL, "all rows are training rows; no setting is given, the step is `auto`", STEPS]
    for name in ("hospital", "beers"):
        folder = data(f"dirty/{name}")
        began = time.perf_counter()
        score, steps = repaired(folder / "dirty.csv", folder / "clean.csv")
        seconds = time.perf_counter() - began
        figures += _figures(name, score)
        notes.append(f"{name}: {score}, {seconds:.1f} s")
        for step, one in steps.items():
            figures += [replace(figure, headline=False) for figure in _rates(f"{name}, {step}", one)]
            notes.append(f"{name}, {step}: {one}")
        damaged, _ = repaired(folder / "clean.csv", folder / "clean.csv")
        figures.append(
            Figure(
                f"{name}, right cells changed",
                damaged.changed,
                "",
                target=Target("value", "at most", 0),
                headline=False,
            )
        )
    return Result("repair", figures, notes)


def _figures(name: str, score: Score) -> Iterator[Figure]:
    """The figures of the whole cleaning, with what is aimed at."""
    f1, precision = TARGETS.get(name, (None, None))
    least = {"repair precision": precision, "repair F1": f1}
    for figure in _rates(name, score):
        what = figure.what.removeprefix(f"{name}, ")
        goal = least.get(what)
        yield replace(
            figure,
            headline=what in HEADLINES,
            target=Target("value", "at least", goal) if goal else None,
            published=PUBLISHED.get(name) if what == "repair F1" else None,
        )


def _rates(name: str, score: Score) -> Iterator[Figure]:
    """Precision, recall and F1 of detection and of repair."""
    for what, found in (("detection", score.detected), ("repair", score.repaired)):
        yield Figure(f"{name}, {what} precision", score.precision(found), "")
        yield Figure(f"{name}, {what} recall", score.recall(found), "")
        yield Figure(f"{name}, {what} F1", score.f1(found), "")


def repaired(dirty: Path, truth: Path) -> tuple[Score, dict[str, Score]]:
    """The score of `auto`, and of each of its steps by what it changed itself."""
    folder = Path(tempfile.mkdtemp(dir=scratch()))
    try:
        with DuckDB(memory="512MB", threads=2).open(folder) as session:
            table = read(session, dirty)
            right = as_written(truth)
            steps = clean(table, "auto").steps
            states = [cells(table)]
            for kept in range(1, len(steps) + 1):
                states.append(cells(clean(table, steps[:kept]).table))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    first, last = states[0], states[-1]
    if {len(state) for state in states} != {len(right)}:
        raise ValueError(f"rows of {dirty} were lost: cells can't be held against {truth}")
    return scored(first, last, right), _by_step(steps, states, right)


def _by_step(steps: Sequence[Step], states: Sequence[Cells], right: Cells) -> dict[str, Score]:
    """The score of each step that changed a cell; a second step of a kind is `kind 2`."""
    found: dict[str, Score] = {}
    kinds: Counter[str] = Counter()
    for step, before, after in zip(steps, states, states[1:], strict=False):
        kinds[step.kind] += 1
        times = kinds[step.kind]
        score = scored(before, after, right)
        if score.changed:
            found[f"{step.kind} {times}" if times > 1 else step.kind] = score
    return found


def scored(before: Cells, after: Cells, right: Cells) -> Score:
    """What became of the cells."""
    trios = [trio for rows in zip(before, after, right, strict=True) for trio in zip(*rows, strict=True)]
    return Score(
        wrong=sum(was != truth for was, _, truth in trios),
        changed=sum(was != now for was, now, _ in trios),
        detected=sum(was != now and was != truth for was, now, truth in trios),
        repaired=sum(was != now and now == truth for was, now, truth in trios),
    )


def read(session: Session, path: Path) -> Table:
    """A table with every cell as text, an empty one missing."""
    import pyarrow as pa

    with path.open(newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    columns = {
        name: pa.array([row[place] or None for row in rows], pa.string()) for place, name in enumerate(names)
    }
    columns[ROW] = pa.array(range(len(rows)), pa.int64())
    query = sql.select(session.offer(path.stem, pa.table(columns)), list(columns))
    visible = {name: kind for name, kind in session.columns(query).items() if name != ROW}
    return Table(session, path.stem, query, visible)


def as_written(path: Path) -> Cells:
    with path.open(newline="", encoding="utf-8") as file:
        _, *rows = csv.reader(file)
    return [tuple(normal(cell) for cell in row) for row in rows]


def cells(table: Table) -> Cells:
    """All cells, normalised, in the order of the rows."""
    query = sql.select(table.query, list(table.columns)).order_by(sql.column(ROW))
    return [tuple(normal(cell) for cell in row) for row in table.session.rows(query)]


def normal(value: object) -> str:
    """A cell as it is compared."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value).strip()
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text
