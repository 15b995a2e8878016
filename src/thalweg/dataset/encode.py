"""From the joined table to shuffled shards: encoded once, in two passes through bounded memory.

The first pass throws each row as it is into the file of its shard, by the high bits of its shuffle key. The second
brings each file into the order of the keys, encodes it and writes the shard; encoded rows are wide, and so are written
only once. Both run on several threads. The shards depend on nothing but the rows and the seed: neither on threads nor
on the order in which the engine gives the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlglot import exp

from thalweg.core.errors import DataError
from thalweg.core.files import storage_errors, write_json
from thalweg.core.ledger import Entry, Reason
from thalweg.core.progress import Progress, Silent
from thalweg.dataset.chunk import Account, Fate, encode_chunk
from thalweg.dataset.codes import Codebook
from thalweg.dataset.parallel import in_order
from thalweg.dataset.plan import NO_SPLIT, Output, Plan, answers
from thalweg.dataset.quarantine import Quarantine
from thalweg.dataset.route import route, united
from thalweg.dataset.scatter import Scatter
from thalweg.dataset.shards import (
    INDEX,
    SPLITS,
    Index,
    Shard,
    SplitName,
    TargetType,
    row_bytes,
    write_shard,
)
from thalweg.dataset.values import VALUES, Coded, coded_columns, write_values
from thalweg.engines import sql
from thalweg.engines.table import ROW, SPLIT, Table
from thalweg.features.encoders import layout_of
from thalweg.features.feature import Encoder

STEP = "encode"
BATCH = 131_072  # rows thrown at once, so that each file is written in long runs
SHARD_BYTES = 128 * 2**20  # very wide rows go into shards of fewer rows


@dataclass(frozen=True)
class EncodedDataset:
    """What was made: the index of the shards, the account of the rows, and the file of those set aside."""

    index: Index
    entry: Entry
    quarantine: Path | None


def encode(
    table: Table,
    encoders: Sequence[Encoder],
    outputs: Mapping[str, Output],
    folder: Path,
    *,
    seed: int,
    shard_rows: int = 131_072,
    threads: int = 2,
    progress: Progress | None = None,
) -> EncodedDataset:
    """Write a table with a split into an empty folder, as shards of about `shard_rows` rows and `dataset.json`.

    Rows whose target is missing are dropped. Rows with a target that no training row has, with a value that can't
    be encoded, or of no split, go to `quarantine.parquet`. The same table, encoders, outputs and seed give the
    same bytes. Raises DataError where a split is left empty, StorageError where the disk is full.
    """
    plan, told = _plan(table, encoders, outputs, seed, shard_rows), progress or Silent()
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".scatter-", dir=folder) as scratch:
            codebook = Codebook(plan.narrow)
            scatter = _scatter(table, plan, codebook, Path(scratch), threads, told)
            with closing(Quarantine(Path(scratch))) as quarantine:
                tally = Tally(quarantine)
                coded = coded_columns(encoders, codebook)
                splits = _write_shards(plan, codebook, coded, scatter, folder, tally, threads, told)
            kept: dict[SplitName, int] = {
                name: sum(shard.rows for shard in shards) for name, shards in splits.items()
            }
            entry = tally.entry(table.name, kept)
            values = write_values([each for each in coded if each], folder / VALUES)
            set_aside = quarantine.write(table, STEP, folder / "quarantine.parquet")
        index = Index(
            seed=seed,
            layout=plan.layout,
            coded=tuple(each.column for each in coded if each),
            values=values,
            targets=dict(plan.targets),
            splits=splits,
            counts=tally.counts(),
        )
        write_json(folder / INDEX, index.model_dump(mode="json"))
    return EncodedDataset(index, entry, set_aside)


@dataclass
class Tally:
    """What became of the rows and values so far."""

    quarantine: Quarantine
    rows: int = 0
    lost: Counter[tuple[Fate, str]] = field(default_factory=Counter)
    values: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, account: Account) -> None:
        self.rows += account.kept
        for leaving in account.leaving:
            self.rows += len(leaving.rows)
            self.lost[leaving.fate, leaving.rule] += len(leaving.rows)
            if leaving.fate == "quarantined":
                self.quarantine.note(leaving.rows, leaving.rule)
        for column, counts in account.counts.items():
            self.values.setdefault(column, Counter()).update(counts)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many values were missing, rare or unseen, by column; in an order that no thread decides."""
        return {column: dict(sorted(self.values[column].items())) for column in sorted(self.values)}

    def entry(self, table: str, kept: Mapping[SplitName, int]) -> Entry:
        """The account. Raises DataError where a split has no rows."""
        reasons = tuple(Reason(fate=fate, rule=rule, rows=n) for (fate, rule), n in sorted(self.lost.items()))
        for split, rows in kept.items():
            if rows == 0:
                raise _empty(split, self.rows, kept, reasons)
        return Entry(
            stage="dataset",
            table=table,
            step=STEP,
            rows_in=self.rows,
            kept=sum(kept.values()),
            dropped=sum(reason.rows for reason in reasons if reason.fate == "dropped"),
            quarantined=sum(reason.rows for reason in reasons if reason.fate == "quarantined"),
            reasons=reasons,
            notes={str(split): rows for split, rows in kept.items()},
        )


def _empty(split: str, rows: int, kept: Mapping[SplitName, int], reasons: Sequence[Reason]) -> DataError:
    told = [f"{n:,} {name}" for name, n in kept.items()]
    told += [f"{reason.rows:,} {reason.fate} ({reason.rule})" for reason in reasons]
    return DataError(
        f"no row is left for {split}: of {rows:,} rows, {', '.join(told)}",
        hint="change the fractions under dataset.split, or the rule that took the rows",
    )


def _plan(
    table: Table, encoders: Sequence[Encoder], outputs: Mapping[str, Output], seed: int, shard_rows: int
) -> Plan:
    layout = layout_of(encoders)
    targets = _target_types(table, outputs)
    most = max(1, min(shard_rows, SHARD_BYTES // row_bytes(layout, targets)))
    rows = _rows_of_splits(table)
    shards = tuple(max(1, ceil(rows.get(number, 0) / most)) for number in (*range(len(SPLITS)), NO_SPLIT))
    return Plan(encoders, outputs, layout, targets, shards, seed, sum(rows.values()))


def _rows_of_splits(table: Table) -> dict[int, int]:
    """Rows by the number of their split."""
    split = sql.call("coalesce", sql.column(SPLIT), sql.literal(NO_SPLIT))
    query = exp.select(split, sql.row_count()).from_(sql.relation(table.query)).group_by(split.copy())
    return dict(table.session.rows(query))


def _target_types(table: Table, outputs: Mapping[str, Output]) -> dict[str, TargetType]:
    """The type that each output encodes its column to, found by encoding none of its rows."""
    columns = list(dict.fromkeys(output.column for output in outputs.values())) or [ROW]
    for batch in table.session.batches(sql.select(table.query, columns).limit(1)):
        nothing = batch.slice(0, 0)
        encoded = {name: output.encode(answers(nothing, output))[0] for name, output in outputs.items()}
        return {name: TargetType(dtype=str(y.dtype), shape=y.shape[1:]) for name, y in encoded.items()}  # type: ignore[arg-type]
    raise DataError(f"table {table.name!r} has no rows")


def _scatter(
    table: Table, plan: Plan, codebook: Codebook, scratch: Path, threads: int, progress: Progress
) -> Scatter:
    """The first pass: throw the rows of every batch into the files of their shards.

    Reading, routing and writing go on side by side.
    """
    scatter = Scatter(scratch, sum(plan.shards))
    batches = table.session.batches(sql.select(table.query, plan.columns), BATCH)
    with (
        progress.task("shuffle", plan.rows) as told,
        closing(in_order(partial(route, plan, codebook), batches, threads)) as routed,
        closing(in_order(scatter.add, routed, 1)) as thrown,
    ):
        for rows in thrown:
            told.advance(rows)
    return scatter


def _write_shards(
    plan: Plan,
    codebook: Codebook,
    coded: Sequence[Coded | None],
    scatter: Scatter,
    folder: Path,
    tally: Tally,
    threads: int,
    progress: Progress,
) -> dict[SplitName, tuple[Shard, ...]]:
    """The second pass: encode the rows of each file and write those that stay as a shard."""
    jobs: list[tuple[int, Path]] = []
    for number, name in enumerate(SPLITS):
        (folder / name).mkdir()
        full = [place for place in plan.places(number) if scatter.rows[place]]
        jobs += [(place, folder / name / f"{i:05d}.arrow") for i, place in enumerate(full)]
    jobs += [
        (place, folder) for place in plan.places(NO_SPLIT) if scatter.rows[place]
    ]  # none of these rows stays

    def write(job: tuple[int, Path]) -> tuple[Account, Shard | None]:
        place, path = job
        rows = united(plan, codebook, scatter.take(place))
        arrays, account = encode_chunk(plan, coded, rows, place)
        return account, write_shard(arrays, path) if account.kept else None

    shards: list[Shard] = []
    with (
        progress.task("encode", sum(scatter.rows)) as told,
        closing(in_order(write, jobs, threads)) as written,
    ):
        for (place, _), (account, shard) in zip(jobs, written, strict=True):
            tally.add(account)
            shards += [shard] if shard else []
            told.advance(scatter.rows[place])
    return {name: tuple(shard for shard in shards if shard.file.startswith(f"{name}/")) for name in SPLITS}
