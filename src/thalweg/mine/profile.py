"""What each column holds, and how columns go together.

The profile is JSON. Later profiles are held against it to see drift, so its format has a number:

    format              1; a reader that knows only format 1 refuses a greater one
    name, rows          of the table
    duplicates          rows that equal another in every column
    sample              rows of the sample that `sampled` facts come from; None where every row was looked at
    columns             one for each column:
        name, type, family, missing, distinct, distinct_exact, infinite
        meaning         what the values are beyond their type, such as e-mail or money; None where nothing more
        identifier      it looks like a name of its row, of a person, or free text: no value of it is shown
        lengths         of a text: least, mean, greatest number of characters
        low, high, quantiles {fraction: value}, mean, deviation, histogram {edges, counts}        of numbers and moments
        top             most frequent values, as [value, rows]
        patterns        how texts are written {exact, kinds, top, rarest}: see `patterns.py`; not of free text
        sampled         the facts above that come from the sample
    numbers             {columns, pearson, spearman}: matrices
    categories          {columns, cramers_v}
    mixed               {numbers, categories, correlation_ratio}: a row for each number
    pairs               the columns that go together most: {one, other, measure, value}
    dependencies        columns that tell another: {given, column, rows, repeating, exceptions, error}, of all rows
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from thalweg.clean.distribution import Distribution
from thalweg.clean.repeats import count_repeats
from thalweg.clean.summary import ColumnSummary, Summary, summarize
from thalweg.engines.table import Table
from thalweg.engines.types import family, is_moment, is_number
from thalweg.mine.correlations import TOLD, categorical, mixed, numeric, strongest, strongest_mixed
from thalweg.mine.dependencies import dependencies
from thalweg.mine.meanings import PRIVATE, meaning_of_numbers, meaning_of_text
from thalweg.mine.miner import Finding, Miner
from thalweg.mine.patterns import patterns
from thalweg.mine.sentences import sentences

FORMAT = 1
IDENTIFIER, FREE_TEXT = "identifier", "free text"
TELLING = ("boolean", "integer", "text", "date", "timestamp")  # families that may tell another column
FRACTIONS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
TOP = 10
NEARLY_ALL = 0.95  # of the values are distinct: an integer that names its row
HALF = 0.5  # of the values are distinct: a text that names its row, or is free
MANY = 50  # integers, of which nearly all being distinct says something
LONG, SEVERAL = 40, 100  # characters on average and distinct values: free text
MIXED_ROWS = 50_000  # of the sample, for correlation ratios
CATEGORIES = 50  # distinct values, above which a column is not compared as a category


class Profile(Miner):
    """What the columns hold and mean, how they are spread and written, what repeats and what goes together."""

    kind: ClassVar[str] = "profile"

    def mine(self, table: Table) -> Finding:
        facts = profile(table)
        return Finding(title="What the table holds", sentences=tuple(sentences(facts)), facts=facts)


def profile(table: Table) -> dict[str, Any]:
    """The profile of a table, as JSON values. Everything is of all rows, unless it says that it is of a sample."""
    summary = summarize(table)
    columns = [_column(column) for column in summary.columns.values()]
    return {
        "format": FORMAT,
        "name": table.name,
        "rows": summary.rows,
        "duplicates": count_repeats(table, list(table.columns)) if summary.rows else 0,
        "sample": summary.sample.num_rows if summary.sampled else None,
        "columns": columns,
        **_pairs(summary, columns),
        "dependencies": _dependencies(table, summary, columns),
    }


def _column(column: ColumnSummary) -> dict[str, Any]:
    meaning = meaning_of(column)
    private = meaning in PRIVATE or meaning in (IDENTIFIER, FREE_TEXT) or is_identifier(column)
    facts: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "family": column.family,
        "meaning": meaning,
        "missing": column.missing,
        "distinct": column.distinct,
        "distinct_exact": column.distinct_exact,
        "infinite": column.infinite,
        "identifier": private,
        "lengths": column.lengths,
    }
    found = column.distribution
    if found is None:
        return facts
    shown = {} if private else {**_measured(column, found), **_top(column, found)}
    if column.family == "text" and meaning != FREE_TEXT:
        shown["patterns"] = patterns(found)
    told = [name for name in shown if name not in ("low", "high")] if not found.whole else []
    return {**facts, **shown, **({"sampled": told} if shown else {})}


def meaning_of(column: ColumnSummary) -> str | None:
    """What the values are beyond their type: by their form, else a name of the row, or free text."""
    found = column.distribution
    if found is None:
        return None
    if is_number(column.type):
        recognised = meaning_of_numbers(column.name, found)
    else:
        recognised = meaning_of_text(column.name, found) if column.family == "text" else None
    if recognised is None and is_identifier(column):
        return FREE_TEXT if column.lengths is not None and column.lengths[1] > LONG else IDENTIFIER
    return recognised


def is_identifier(column: ColumnSummary) -> bool:
    """Whether a column looks like a name of its row or like free text, whose values are not to be shown."""
    found = column.distribution
    if found is None:
        return False
    share = len(found.values) / found.rows
    if column.family == "integer":
        return found.rows > MANY and share >= NEARLY_ALL
    free = column.lengths is not None and column.lengths[1] > LONG and column.distinct > SEVERAL
    return column.family == "text" and (share >= HALF or free)


def _measured(column: ColumnSummary, found: Distribution) -> dict[str, Any]:
    """What only numbers and moments have."""
    if is_moment(column.type):
        edges = [_moment(edge, column.type) for edge in found.histogram().edges]
        spread: dict[str, Any] = {}
    elif is_number(column.type):
        edges = found.histogram().edges.tolist()
        spread = {"mean": found.mean(), "deviation": found.deviation()}
    else:
        return {}
    quantiles = [_shown(value, column.type) for value in found.quantiles(FRACTIONS)]
    return {
        "low": _shown(column.low, column.type),
        "high": _shown(column.high, column.type),
        "quantiles": dict(zip(map(str, FRACTIONS), quantiles, strict=True)),
        **spread,
        "histogram": {"edges": edges, "counts": found.histogram().counts.tolist()},
    }


def _top(column: ColumnSummary, found: Distribution) -> dict[str, Any]:
    """The most frequent values, where some are frequent."""
    if len(found.values) > HALF * found.rows and found.rows > TOP:
        return {}
    values = [(_shown(value, column.type), rows) for value, rows in found.top(TOP)]
    return {"top": [list(pair) for pair in values]}


def _shown(value: Any, sql_type: str) -> Any:
    if is_moment(sql_type):
        return _moment(value, sql_type)
    return int(value) if family(sql_type) == "integer" else value


def _moment(microseconds: float, sql_type: str) -> str:
    unit = "D" if sql_type == "DATE" else "s"
    return str(np.datetime64(round(microseconds), "us").astype(f"datetime64[{unit}]")).replace("T", " ")


def _pairs(summary: Summary, columns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How columns go together, told from the sample."""
    usable = [column for column in columns if not column["identifier"] and column["distinct"] > 1]
    numbers = [c["name"] for c in usable if is_number(c["type"]) and c["name"] in summary.sample.column_names]
    categories = [
        c["name"] for c in usable if c["family"] in ("text", "boolean") and c["distinct"] <= CATEGORIES
    ]
    of_numbers, of_categories = numeric(summary.sample, numbers), categorical(summary.sample, categories)
    of_both = mixed(summary.sample.slice(0, MIXED_ROWS), numbers, categories)
    pairs = strongest("spearman", of_numbers["columns"], of_numbers["spearman"])
    pairs += strongest("cramers_v", of_categories["columns"], of_categories["cramers_v"])
    pairs += strongest_mixed(of_both)
    pairs.sort(key=lambda pair: -abs(pair["value"]))
    return {"numbers": of_numbers, "categories": of_categories, "mixed": of_both, "pairs": pairs[:TOLD]}


def _dependencies(
    table: Table, summary: Summary, columns: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Columns that tell another; a column that names its row tells all, which says nothing."""
    telling = [
        column["name"]
        for column in columns
        if column["family"] in TELLING and column["meaning"] != FREE_TEXT and column["distinct"] > 1
    ]
    told = [column["name"] for column in columns if column["distinct"] > 1]
    return [found.written() for found in dependencies(table, summary.sample, telling, told)]
