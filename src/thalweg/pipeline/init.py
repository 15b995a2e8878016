"""Look at data and write a pipeline file that runs as it is, with comments on what was found and what to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from thalweg.clean.run import clean
from thalweg.clean.sample import sampled
from thalweg.clean.summary import summarize
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, PipelineError
from thalweg.core.files import write_text
from thalweg.dataset.columns import training_columns
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_moment
from thalweg.features.auto import choose
from thalweg.integrate.agreement import comparable
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate
from thalweg.mine.meanings import PRIVATE, meaning_of_text, words_of
from thalweg.mine.references import references
from thalweg.pipeline.init_course import Course, chosen_main, proposed_course
from thalweg.pipeline.init_tables import Found, FoundTable, computed, declared_between, find_tables
from thalweg.pipeline.init_target import Proposal, asked_target, leaks, proposed_target, shares_a_word
from thalweg.pipeline.init_text import Draft, GivenParts, text
from thalweg.sources.media.parts import split_in_name

FEWEST = 1_000  # rows of a split by time
JOINED_ROWS = 50_000  # of the main table, that leaks and meanings are told from
LOOKED_AT = 20_000  # rows that meanings are told from
PLACES = ("path", "file")  # columns of media
SPLIT = "split"
PARTS = {"train": "training", "validation": "validation", "test": "test"}
MOMENTS = 100  # different points in time of a split by time
PERSONAL = frozenset({"birth", "birthday", "born", "hire", "hired"})
"""Words of dates that are facts of a person: rows do not come in their order."""


def write_pipeline(
    data: Sequence[str], output: Path, target: str | None = None, table: str | None = None
) -> dict[str, Any]:
    """Write a pipeline for the tables of files, folders, databases and samples; returns what was proposed.

    `target` is the column to predict and `table` the one whose rows are the rows of the dataset; both are proposed
    where they are left out. Raises PipelineError where the file exists, no table can be read or two have one name,
    ComponentError where there is no such table or target, DataError where nothing suits the target.
    """
    if output.exists():
        raise PipelineError(f"{output} exists already", hint="choose another file with: --output FILE")
    with (
        TemporaryDirectory(prefix="thalweg-look-") as scratch,
        DuckDB().open(Path(scratch) / "spill") as session,
    ):
        draft = drafted(find_tables(data, session, Path(scratch)), target, table)
        written = text(draft, output)
    write_text(output, written)
    return {
        "output": str(output),
        "tables": [each.named.name for each in draft.found.tables],
        "skipped": dict(draft.found.skipped),
        "main": draft.course.main,
        "joins": [join.reference.other for join in draft.course.joins],
        "target": draft.target.column if draft.target else None,
        "task": draft.target.task if draft.target else None,
    }


def drafted(found: Found, target: str | None, table: str | None) -> Draft:
    """What to propose for some tables."""
    tables = [each.keyed for each in found.tables]
    referring = references(tables, declared_between(found.tables))
    course = proposed_course(*chosen_main(tables, referring, table, target), referring)
    by_name = {each.named.name: each for each in found.tables}
    main = by_name[course.main]
    repeating = {join.reference.other: join.reference.keys for join in course.joins if join.reference.repeats}
    named = _naming(main, course)
    proposal = asked_target(main.table, target) if target is not None else _proposed(main, named)
    joined = _joined(by_name, course, repeating)
    excluded = {name: why for name, why in _identifiers(joined, main, course).items() if name != target}
    excluded = {name: why for name, why in excluded.items() if proposal is None or name != proposal.column}
    if proposal is not None:
        inputs = [name for name in joined.columns if name != proposal.column and name not in excluded]
        excluded |= leaks(joined, proposal.column, inputs)
    parts = _parts(main)
    if parts is not None:
        excluded[parts.column] = "says which rows are for training"
    return Draft(
        found,
        course,
        proposal,
        excluded,
        _doubtful(main, proposal, excluded),
        _categories(joined, proposal, excluded, named) if main.named.source.media is None else (),
        _moment(main),
        parts,
        repeating,
        _learnable(by_name, course),
    )


def _learnable(tables: Mapping[str, FoundTable], course: Course) -> frozenset[str]:
    """The tables whose training rows a run can tell: those that the main table, as it is read, refers to itself."""
    main = tables[course.main].raw.columns
    found = {course.main}
    for join in course.joins:
        other = tables[join.reference.other].raw.columns
        same = (comparable(main[here], other[there]) for here, there in join.on.items() if here in main)
        if join.reference.table == course.main and all(same):
            found.add(join.reference.other)
    return frozenset(found)


def _naming(main: FoundTable, course: Course) -> set[str]:
    """Columns of the main table that are keys of it, or of other tables."""
    own = {name for key in main.keyed.keys for name in key.columns if len(key.columns) == 1}
    return own | {here for join in course.joins for here in join.on if here in main.table.columns}


def _proposed(main: FoundTable, named: set[str]) -> Proposal | None:
    return proposed_target(main.table, [name for name in main.table.columns if name not in named])


def _joined(
    tables: Mapping[str, FoundTable], course: Course, repeating: Mapping[str, Sequence[str]]
) -> Table:
    """What the proposed joins give, of a sample of the main table's rows, kept: meanings and leaks are told from it."""
    ready = {
        name: clean(each.table, [{"duplicates": {"keys": list(repeating[name])}}]).table
        if name in repeating
        else each.table
        for name, each in tables.items()
    }
    start = parse(Operation, {"from": course.main})
    main = ready[course.main]
    whole = computed(sampled(main, tables[course.main].keyed.rows, JOINED_ROWS))
    for join in course.joins:
        fields = {"table": join.reference.other, "on": dict(join.on), "prefix": join.prefix}
        step = parse(Operation, {"join": fields})
        whole = computed(integrate([start, step], {**ready, course.main: whole}).table)
    return whole


def _identifiers(joined: Table, main: FoundTable, course: Course) -> dict[str, str]:
    """Numbers that are names: of the rows themselves, and of rows of other tables; a network would measure them."""
    found = {name: "names a row" for key in main.keyed.keys for name in key.columns if len(key.columns) == 1}
    if main.named.source.media:
        found |= {name: "says where the file is" for name in PLACES if name in joined.columns}
    for join in course.joins:
        for here in join.on:
            if len(join.on) == 1 and family(joined.columns[here]) in ("integer", "number"):
                found[here] = f"names a row of {join.reference.other}"
    return found | _personal(joined, [name for name in joined.columns if name not in found])


def _personal(joined: Table, names: Sequence[str]) -> dict[str, str]:
    """Columns that name people and things, such as e-mail addresses and telephone numbers."""
    texts = [name for name in names if family(joined.columns[name]) == "text"]
    columns = summarize(joined, texts, LOOKED_AT).columns.values()
    found = {
        column.name: meaning_of_text(column.name, column.distribution)
        for column in columns
        if column.distribution is not None
    }
    return {
        name: f"{meaning}: names a person or a thing" for name, meaning in found.items() if meaning in PRIVATE
    }


def _doubtful(main: FoundTable, proposal: Proposal | None, excluded: Mapping[str, str]) -> list[str]:
    """Columns that share a word with the target: they may tell of the same event."""
    if proposal is None:
        return []
    others = [name for name in main.table.columns if name != proposal.column and name not in excluded]
    return [name for name in others if shares_a_word(name, proposal.column)]


def _categories(
    joined: Table, proposal: Proposal | None, excluded: Mapping[str, str], named: set[str]
) -> list[str]:
    """Names of other rows to learn from after all, where without them no input is left."""
    if proposal is None:
        return []
    columns = training_columns(joined)
    candidates = [column for name, column in columns.items() if name != proposal.column]
    try:
        choose(candidates, exclude=excluded)
    except ComponentError:  # no column is left
        return [name for name in joined.columns if name in named and name in excluded]
    return []


def _parts(main: FoundTable) -> GivenParts | None:
    """The column that says the split of every row, where there is one with all three parts."""
    for name, kind in main.raw.columns.items():
        if name.casefold() != SPLIT or family(kind) != "text":
            continue
        query = sql.select(main.raw.query, [name]).distinct().limit(len(PARTS) + 1)
        known = {str(value): split_in_name(str(value)) for (value,) in main.raw.session.rows(query)}
        values = {PARTS.get(part or ""): value for value, part in known.items()}
        if len(known) == len(PARTS) and set(values) == set(PARTS.values()):
            return GivenParts(name, {part: values[part] for part in PARTS.values()})
    return None


def _moment(main: FoundTable) -> str | None:
    """A point in time of the main table, as it comes from its source, in whose order rows may come."""
    for name, kind in main.raw.columns.items():
        found = main.keyed.columns.get(name)
        if not is_moment(kind) or found is None or PERSONAL & set(words_of(name)):
            continue
        if found.known == main.keyed.rows >= FEWEST and found.distinct >= MOMENTS:
            return name
    return None
