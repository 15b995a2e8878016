"""Look at data and write a pipeline file that runs as it is, with comments on what was found and what to decide."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlglot import exp

from thalweg.core.component import parse
from thalweg.core.errors import PipelineError
from thalweg.core.files import write_text
from thalweg.dataset.columns import training_column
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.table import Table
from thalweg.engines.types import is_moment
from thalweg.pipeline.target import look
from thalweg.sources.source import Source
from thalweg.tasks.choose import propose

WIDEST_KEY = 3  # columns of a key that are tried together
MATCHED = 0.5  # of the main table's rows, at least, for a join to be proposed


@dataclass(frozen=True)
class Join:
    """A join that could be made: unique keys on the right, and the share of left rows that find one."""

    table: str
    on: tuple[str, ...]
    matched: float


def write_pipeline(data: Sequence[str], target: str, output: Path) -> None:
    """Write a pipeline for tables, the first of which holds the target.

    Raises PipelineError where the file exists or two tables have one name, ComponentError where there is no such
    target, SourceError where a table can't be read.
    """
    if output.exists():
        raise PipelineError(f"{output} exists already", hint="choose another file with: --output FILE")
    names = _names(data)
    with (
        TemporaryDirectory(prefix="thalweg-look-") as scratch,
        DuckDB().open(Path(scratch) / "spill") as session,
    ):
        tables = {
            name: look(parse(Source, path), name, session, Path(scratch)) for name, path in names.items()
        }
        main = next(iter(tables.values()))
        main.require(target, "target column")
        task, why = propose(training_column(main, target))
        joins = [found for table in list(tables.values())[1:] if (found := proposed_join(main, table))]
        text = _text(output, names, main, target, f"{task}   # {why}", joins)
    write_text(output, text)


def _names(data: Sequence[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for path in data:
        name = Path(path).name.partition(".")[0]
        if name in names:
            raise PipelineError(f"two tables would be called {name!r}: {names[name]} and {path}")
        names[name] = path
    return names


def proposed_join(main: Table, other: Table) -> Join | None:
    """The narrowest key of shared columns that is unique in the other table and found for most rows of the main."""
    shared = [name for name in other.columns if main.columns.get(name) == other.columns[name]]
    for width in range(1, WIDEST_KEY + 1):
        for on in combinations(shared, width):
            if _unique(other, on) and (matched := _matched(main, other, on)) >= MATCHED:
                return Join(other.name, on, matched)
    return None


def _unique(table: Table, on: Sequence[str]) -> bool:
    keys = [sql.column(name) for name in on]
    repeated = exp.select(exp.Literal.number(1)).from_(sql.relation(table.query)).group_by(*keys)
    return not table.session.rows(repeated.having(sql.row_count() > 1).limit(1))


def _matched(main: Table, other: Table, on: Sequence[str]) -> float:
    equal = [exp.EQ(this=sql.column(name, "t"), expression=sql.column(name, "o")) for name in on]
    found = exp.Exists(
        this=exp.select(exp.Literal.number(1)).from_(sql.relation(other.query, "o")).where(*equal)
    )
    query = exp.select(sql.true_count(found), sql.row_count()).from_(sql.relation(main.query))
    ((rows, total),) = main.session.rows(query)
    return rows / total if total else 0.0


def _text(
    output: Path, names: Mapping[str, str], main: Table, target: str, task: str, joins: Sequence[Join]
) -> str:
    moments = [name for name, kind in main.columns.items() if is_moment(kind)]
    by_time = f"{{by: {moments[0]}}}" if moments else "{by: COLUMN}"
    lines = [
        f"# Predict {target} of {main.name}. Written by `thalweg init`; run it with: thalweg run {output.name}",
        f"name: {output.stem}",
        "",
        "sources:",
        *(f"  {_key(name)}: {_place(path, output)}" for name, path in names.items()),
        "",
        "clean:                # `auto` proposes steps and says why; the run's report lists them",
        *(f"  {_key(name)}: auto" for name in names),
        "",
        "integrate:",
        f"  - from: {_key(main.name)}",
        *(_join_line(join) for join in joins),
        *(_unjoined_line(name) for name in names if name not in {main.name, *(join.table for join in joins)}),
        "",
        "dataset:",
        f"  split: random       # or {by_time}, to learn from the past and judge on the future",
        "",
        "model:",
        "  exclude: []         # name what is not known yet when a prediction is asked for",
        "  outputs:",
        f"    {_key(target)}: {task}",
        "  network: tabular",
        "",
        "train: {epochs: 10, early_stop: 3}",
    ]
    return "\n".join(lines) + "\n"


def _join_line(join: Join) -> str:
    on = _key(join.on[0]) if len(join.on) == 1 else f"[{', '.join(map(_key, join.on))}]"
    table = _key(join.table)
    prefix = _key(f"{join.table}_")
    return f"  - join: {{table: {table}, on: {on}, expect: many-to-one, prefix: {prefix}}}   # {join.matched:.1%} match"


def _unjoined_line(name: str) -> str:
    return f"  # - join: {{table: {_key(name)}, on: …}}      # no key that is unique there and found here"


def _key(name: str) -> str:
    """A name as YAML: quoted where it is not a plain word."""
    return name if name.isidentifier() else f"'{name.replace(chr(39), chr(39) * 2)}'"


def _place(path: str, output: Path) -> str:
    place = path if "://" in path else os.path.relpath(path, output.parent)
    return _key(place) if any(sign in place for sign in " :#'\"{}[]") and "://" not in place else place
