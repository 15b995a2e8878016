"""The text of a proposed pipeline file: what was found as comments, what to decide beside each proposal."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thalweg.mine.references import Reference
from thalweg.pipeline.init_course import Course, ProposedJoin
from thalweg.pipeline.init_tables import Found, FoundTable
from thalweg.pipeline.init_target import Proposal

RESERVED = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan"})
WIDTH = 100  # characters of a line of names


@dataclass(frozen=True)
class GivenParts:
    """A column that says which rows are for training, validation and test, with its value for each part."""

    column: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Draft:
    """Everything the file says.

    `excluded` are columns with the reason, `doubtful` those to be thought of. `moment` splits by time, `parts` as the
    data say. `repeating` are
    keys to be made unique. `learnable` are the tables of which a run knows which rows belong to training.
    """

    found: Found
    course: Course
    target: Proposal | None
    excluded: Mapping[str, str]
    doubtful: Sequence[str]
    categories: Sequence[str]
    moment: str | None
    parts: GivenParts | None
    repeating: Mapping[str, Sequence[str]]
    learnable: frozenset[str]

    @property
    def joined(self) -> frozenset[str]:
        """The tables that take part."""
        return frozenset({self.course.main, *(join.reference.other for join in self.course.joins)})


def text(draft: Draft, output: Path) -> str:
    """The file, to be written at `output`; paths are relative to it."""
    what = f"Predict {draft.target.column} of" if draft.target else "Look at"
    lines = [
        f"# {what} {draft.course.main}. Written by `thalweg init`; run it with: thalweg run {output.name}",
        f"name: {word(output.stem)}",
        "",
        "sources:",
        *(_source(table, output, table.named.name in draft.joined) for table in draft.found.tables),
        *(f"  # left out: {_comment(name)}: {_comment(why)}" for name, why in draft.found.skipped.items()),
        "",
        "clean:                # `auto` proposes steps and says why; the run's report lists them",
        *(line for table in draft.found.tables for line in _clean(table, draft)),
        "",
        *_integrate(draft),
        "",
        "dataset:",
        *_split(draft),
        "",
        "model:",
        *_media(draft),
        *_model(draft),
        "",
        "train: {epochs: 10, early_stop: 3}",
    ]
    return "\n".join(lines) + "\n"


def word(name: str) -> str:
    """A name as YAML reads it back, in flow and in block style: quoted where it is not a plain word."""
    if re.fullmatch(r"[^\W\d]\w*", name) and name.lower() not in RESERVED:
        return name
    return json.dumps(name, ensure_ascii=False)


def _comment(words: str) -> str:
    return " ".join(words.split())


def _source(table: FoundTable, output: Path, used: bool) -> str:
    keyed = table.keyed
    size = f"{keyed.rows:,} rows, {len(table.raw.columns):,} columns"
    key = " and ".join(keyed.keys[0].columns) if keyed.keys else ""
    about = f"{size}; key: {_comment(key)}" if key else f"{size}; no key found"
    place = _place(table.named.written, output)
    source = f"{{{table.named.kind}: {place}}}" if table.named.kind else place
    about += f"; {table.refused:,} more can't be read as rows: quarantined" if table.refused else ""
    line = f"{word(table.named.name)}: {source}   # {about}"
    return f"  {line}" if used else f"  # {line}; not joined"


def _place(written: str, output: Path) -> str:
    if "://" in written:
        return word(written) if not re.fullmatch(r"[\w:/.#-]+", written) else written
    path, hash_, inside = written.partition("#")
    place = os.path.relpath(Path(path).expanduser(), output.parent) + hash_ + inside
    return (
        place
        if re.fullmatch(r"[\w./][\w./#-]*", place) and " #" not in place
        else json.dumps(place, ensure_ascii=False)
    )


def _clean(table: FoundTable, draft: Draft) -> list[str]:
    """The steps of a table that takes part: `auto` where it may learn from training rows, else what it would do."""
    name = table.named.name
    if name not in draft.joined:
        return []
    if name not in draft.learnable:
        return _written_out(table, draft)
    steps, why = ["auto"], ""
    if name in draft.repeating:
        keys = ", ".join(map(word, draft.repeating[name]))
        steps.append(f"{{duplicates: {{keys: [{keys}]}}}}")
        why = "   # a few rows repeat the key that others refer to"
    if draft.target and name == draft.course.main and draft.target.missing:
        steps.append(f"{{missing: {{{word(draft.target.column)}: drop}}}}")
        why = f"   # {draft.target.missing:,} rows have no target: nothing to learn from"
    return [f"  {word(name)}: {steps[0] if len(steps) == 1 else '[' + ', '.join(steps) + ']'}{why}"]


def _written_out(table: FoundTable, draft: Draft) -> list[str]:
    steps = [
        {step.kind: step.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
        for step in table.steps
    ]
    keys = draft.repeating.get(table.named.name)
    steps += [{"duplicates": {"keys": list(keys)}}] if keys else []
    if not steps:
        return []
    head = (
        f"  {word(table.named.name)}:   # reached through another table: `auto` can't tell its training rows"
    )
    return [head, *(f"    - {json.dumps(step, ensure_ascii=False)}" for step in steps)]


def _integrate(draft: Draft) -> list[str]:
    course = draft.course
    names = [table.named.name for table in draft.found.tables]
    lines = [
        "integrate:            # references are found by their values: (contained in the key, names alike, score)",
        f"  - from: {word(course.main)}   # a row of it is a row of the dataset: {course.why}",
        *(_join(join) for join in course.joins),
    ]
    for reference, why in course.left:
        lines.append(f"  # {_comment(_refers(reference))}: {why}")
    told = {name for reference, _ in course.left for name in (reference.table, reference.other)}
    alone = [name for name in names if name not in draft.joined | told]
    return lines + [f"  # not joined: {_comment(name)}; {_apart(name, draft)}" for name in alone]


def _apart(name: str, draft: Draft) -> str:
    """Why a table is not joined, and what may be done with one that holds more rows of the same sort."""
    columns = {table.named.name: dict(table.raw.columns) for table in draft.found.tables}
    if columns[name] == columns[draft.course.main]:
        return f"it has the columns of {_comment(draft.course.main)}; to add its rows: - union: {word(name)}"
    return "nothing here refers to it"


def _join(join: ProposedJoin) -> str:
    found = join.reference
    same = all(here == there for here, there in join.on.items())
    keys = [word(name) for name in join.on]
    on = keys[0] if len(keys) == 1 else f"[{', '.join(keys)}]"
    if not same:
        on = "{" + ", ".join(f"{word(here)}: {word(there)}" for here, there in join.on.items()) + "}"
    why = "declared" if found.declared else f"{found.contained:.2f}, {found.name:.1f}, {found.score:.2f}"
    about = f"{found.matched:.1%} match ({why})"
    return (
        f"  - join: {{table: {word(found.other)}, on: {on}, expect: many-to-one, prefix: {word(join.prefix)}}}"
        f"   # {about}"
    )


def _refers(reference: Reference) -> str:
    here, there = ", ".join(reference.columns), ", ".join(reference.keys)
    return f"{reference.table} ({here}) → {reference.other} ({there})"


def _split(draft: Draft) -> list[str]:
    if draft.parts is not None:
        parts = ", ".join(f"{part}: {word(value)}" for part, value in draft.parts.values.items())
        return [f"  split: {{column: {word(draft.parts.column)}, {parts}}}   # as the data say; or: random"]
    if draft.moment is None:
        return ["  split: random       # or {by: COLUMN}, to learn from the past and judge on the future"]
    by_time = f"{{by: {word(draft.moment)}, fractions: [0.7, 0.15, 0.15]}}"
    return [f"  split: {by_time}   # learn from the past, judge on the future; or: random"]


def _model(draft: Draft) -> list[str]:
    target = draft.target
    lines = ["  exclude:            # and name what is not known yet when a prediction is asked for"]
    lines += [f"    - {word(name)}   # {_comment(why)}" for name, why in draft.excluded.items()]
    if not draft.excluded:
        lines = ["  exclude: []         # name what is not known yet when a prediction is asked for"]
    if draft.doubtful:
        lines += _wrapped("    # are they known by then? ", draft.doubtful)
    if draft.categories:
        lines.append(
            f"  inputs: [auto, {', '.join(f'{{category: {word(name)}}}' for name in draft.categories)}]"
        )
    if target is None:
        return [
            *lines,
            "  # No column looks like a target. Put the column to predict in place of TARGET, and its task:",
            "  # binary (two values), category (a few names) or number. Until then: thalweg run FILE --until mine",
            "  outputs: {TARGET: binary}",
            "  network: tabular",
        ]
    lines += ["  outputs:", f"    {word(target.column)}: {target.task}   # {_comment(target.why)}"]
    if target.others:
        lines += _wrapped("    # or: ", target.others)
    return [*lines, "  network: tabular"]


def _media(draft: Draft) -> list[str]:
    """That images and the like are no inputs yet."""
    named = [table.named for table in draft.found.tables if table.named.name in draft.joined]
    media = sorted({each.source.media for each in named if each.source.media})
    if not media:
        return []
    what = " and ".join(media)
    lines = [
        f"  # No network looks at {what} yet: inputs are the columns beside them, such as sizes. Where those are all",
        "  # alike there is nothing to learn from, and this is as far as it goes: thalweg run FILE --until mine",
    ]
    if draft.target is None:
        lines += [
            "  # Labels come from the names of folders. Do they stand in the names of files? Say where, as in",
            "  # the source: {path: FOLDER, name: '{label}_{n:int}.wav'}",
        ]
    return lines


def _wrapped(head: str, names: Iterable[str]) -> list[str]:
    """Names in comments, as many in a line as there is room."""
    lines = [head]
    for name in names:
        if len(lines[-1]) > WIDTH:
            lines.append("    #   ")
        lines[-1] += f"{_comment(name)} "
    return [line.rstrip() for line in lines]
