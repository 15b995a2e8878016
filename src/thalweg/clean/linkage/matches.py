"""From tables to scored pairs: records prepared, pairs found, compared, the model learnt, the pairs judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from thalweg.clean.linkage.candidates import candidates, rules
from thalweg.clean.linkage.compared import Compared
from thalweg.clean.linkage.judging import splink
from thalweg.clean.linkage.model import compare, learn, score
from thalweg.clean.linkage.records import Records, prepare
from thalweg.clean.linkage.workbench import Bench, one
from thalweg.core.errors import DataError
from thalweg.engines import sql
from thalweg.engines.table import Table


@dataclass(frozen=True)
class Matches:
    """Pairs at least as probable as a threshold, on the workbench: `rid_l`, `rid_r`, `match_probability`.

    `notes` are facts for the ledger: pairs compared, what each rule of blocking gave, what the model learnt.
    """

    records: Records
    pairs: exp.Table
    notes: dict[str, Any]


def find_matches(
    bench: Bench,
    here: Table,
    there: Table | None,
    compared: Sequence[Compared],
    block: Sequence[Sequence[str]] | None,
    threshold: float,
    most_pairs: int,
    seed: int,
) -> Matches:
    """The matches between two tables, or within one where there is no other.

    Raises MissingExtra where Splink is not installed, DataError where a compared column holds no value, no pair is
    worth comparing, or too many are.
    """
    splink()
    records = prepare(bench, here, there, compared)
    _check_values(records, here, there)
    found = candidates(records, rules(records, block), most_pairs)
    vectors = compare(records, found)
    model = learn(records, found, vectors, seed)
    pairs = score(records, vectors, model, threshold)
    above = one(bench, sql.select(pairs, {"n": sql.row_count()}))
    notes = {
        "pairs_compared": found.count,
        "pairs_above_threshold": above,
        "blocking": list(found.told),
        "learnt": model.told(records),
    }
    return Matches(records, pairs, notes)


def _check_values(records: Records, here: Table, there: Table | None) -> None:
    """Raises DataError for a table without rows, and for a compared column without a value that can be compared."""
    for of, table in zip(records.sides, (here, there or here), strict=False):
        if not records.counts[of]:
            raise DataError(
                f"table {table.name!r} has no rows, so there is nothing to compare",
                hint="look at what was dropped from it before, or leave this step out",
            )
        names = [each.here if table is here else each.there for each in records.compared]
        values = {f"v{i}": exp.Count(this=sql.column(f"c{i}")) for i in range(len(names))}
        ((*present,),) = records.bench.rows(sql.select(records.side(of), values))
        kinds = [each.kind_name for each in records.compared]
        empty = [f"{n!r} (as {k})" for n, k, count in zip(names, kinds, present, strict=True) if not count]
        if empty:
            told = ", ".join(empty)
            raise DataError(
                f"no row of table {table.name!r} has a value to compare in {told}",
                hint="leave the column out of 'compare', or compare it as another kind",
            )
