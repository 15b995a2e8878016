"""Batch prediction: any source to one Parquet or CSV file, in parts, so that a kill loses one part at most."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pyarrow.types as arrow

from thalweg.core.component import parse
from thalweg.core.errors import DataError, PipelineError
from thalweg.core.files import atomic, read_json, storage_errors, write_json
from thalweg.core.fingerprint import fingerprint
from thalweg.core.ledger import Entry, Reason
from thalweg.core.progress import Progress, Silent
from thalweg.deployment.answer import answer
from thalweg.deployment.bundle import Bundle, open_bundle
from thalweg.engines.duckdb import DuckDB
from thalweg.sources.source import Place, Source
from thalweg.sources.stream import Stream, stream

BATCH = 8_192  # rows through the network at once


def predict_file(
    bundle: Path, data: str, output: Path, rows: int = 262_144, progress: Progress | None = None
) -> dict[str, Any]:
    """Answer for every row of `data`; `output` ends in .parquet or .csv. Rows keep their order and their
    columns.

    The parts already written by a killed command are used again if bundle and data are the same. Rows that
    can't be encoded go to `<output>.quarantine.parquet`. Returns the account of rows.
    """
    if output.suffix not in (".parquet", ".csv"):
        raise PipelineError(f"expected an output that ends in .parquet or .csv, received {str(output)!r}")
    began = time.monotonic()
    model = open_bundle(Path(bundle))
    source = parse(Source, data)
    parts = output.with_name(f".{output.name}.parts")
    with storage_errors(output), TemporaryDirectory(prefix="thalweg-predict-") as scratch:
        _same_work(parts, fingerprint([model.digest, source.written(), source.fingerprint(Path.cwd()), rows]))
        with DuckDB().open(Path(scratch)) as session:
            read = stream(source, Place(session, Path.cwd()), BATCH, model.signature["inputs"])
            counts = _write_parts(model, read.batches, parts, rows, progress or Silent())
            unread = _write_unread(read, output.with_name(f"{output.name}.unread.parquet"))
            read.close()
        entry = _entry(output.name, counts, unread)
        _join_parts(parts, "predictions", output)
        if any(parts.glob("*.quarantine.parquet")):
            _join_parts(parts, "quarantine", output.with_name(f"{output.name}.quarantine.parquet"))
        shutil.rmtree(parts)
    return {
        "status": "done",
        "output": str(output),
        "seconds": round(time.monotonic() - began, 3),
        "rows": {"in": entry.rows_in, "kept": entry.kept, "quarantined": entry.quarantined},
        "reasons": {reason.rule: reason.rows for reason in entry.reasons},
        "replaced": entry.notes,
    }


def _same_work(parts: Path, wanted: str) -> None:
    """Keep the parts of an earlier, killed command if it did the same work; else begin anew."""
    state = parts / "work.json"
    if not state.is_file() or read_json(state) != wanted:
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True)
        write_json(state, wanted)


def _write_parts(
    model: Bundle, batches: Iterator[pa.RecordBatch], parts: Path, rows: int, progress: Progress
) -> list[dict[str, Any]]:
    counts = []
    with progress.task("predict") as task:
        for index, group in enumerate(_grouped(batches, rows)):
            done = parts / f"{index:06}.json"
            if not done.is_file():
                write_json(done, _write_part(model, group, parts, index))
            counts.append(read_json(done))
            task.advance(counts[-1]["rows"], rows=sum(part["rows"] for part in counts))
    if not counts:
        raise DataError("there are no rows to predict for", hint="the source is empty")
    return counts


def _grouped(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Tables of `rows` rows, whatever the size of the batches; the last may be smaller."""
    held: list[pa.RecordBatch] = []
    have = 0
    for batch in batches:
        while have + batch.num_rows >= rows:
            take = rows - have
            yield pa.Table.from_batches([*held, batch.slice(0, take)])
            batch, held, have = batch.slice(take), [], 0
        if batch.num_rows:
            held.append(batch)
            have += batch.num_rows
    if held:
        yield pa.Table.from_batches(held)


def _write_part(model: Bundle, group: pa.Table, parts: Path, index: int) -> dict[str, Any]:
    good, bad, replaced = [], [], {}
    reasons: dict[str, int] = {}
    for batch in group.combine_chunks().to_batches(max_chunksize=BATCH):
        answers = answer(model, batch)
        kept = batch.filter(pa.array(~answers.bad))
        clash = set(answers.columns) & set(kept.schema.names)
        if clash:
            raise DataError(
                f"the data has columns that the answers would overwrite: {', '.join(sorted(clash))}"
            )
        good.append(pa.RecordBatch.from_pydict({**_columns(kept), **answers.columns}))
        if answers.reasons:
            lost = batch.filter(pa.array(answers.bad))
            bad.append(pa.RecordBatch.from_pydict({**_columns(lost), "__reason": pa.array(answers.reasons)}))
        for reason in answers.reasons:
            reasons[reason] = reasons.get(reason, 0) + 1
        for column, by_kind in answers.counts.items():
            for kind, count in by_kind.items():
                replaced[f"{column}: {kind}"] = replaced.get(f"{column}: {kind}", 0) + count
    for name, found in (("predictions", good), ("quarantine", bad)):
        if found:
            with atomic(parts / f"{index:06}.{name}.parquet") as path:
                parquet.write_table(pa.Table.from_batches(found), path, compression="lz4")
    return {"rows": group.num_rows, "reasons": reasons, "replaced": {k: v for k, v in replaced.items() if v}}


def _columns(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    return dict(zip(batch.schema.names, batch.columns, strict=True))


def _write_unread(read: Stream, path: Path) -> dict[str, int]:
    """Write the lines that could not be read, and count them by reason."""
    batches = list(read.rejected())
    if not batches:
        return {}
    lines = pa.Table.from_batches(batches)
    with atomic(path) as temporary:
        parquet.write_table(lines, temporary)
    counted = lines.column("reason").combine_chunks().value_counts()
    return {each["values"]: each["counts"] for each in counted.to_pylist()}


def _entry(name: str, counts: list[dict[str, Any]], unread: dict[str, int]) -> Entry:
    reasons = dict(unread)
    replaced: dict[str, int] = {}
    for part in counts:
        for rule, rows in part["reasons"].items():
            reasons[rule] = reasons.get(rule, 0) + rows
        for rule, cells in part["replaced"].items():
            replaced[rule] = replaced.get(rule, 0) + cells
    lost, total = sum(reasons.values()), sum(part["rows"] for part in counts) + sum(unread.values())
    return Entry(
        stage="predict",
        table=name,
        step="answer",
        rows_in=total,
        kept=total - lost,
        quarantined=lost,
        reasons=tuple(Reason(fate="quarantined", rule=rule, rows=rows) for rule, rows in reasons.items()),
        notes=replaced,
    )


def _join_parts(parts: Path, name: str, output: Path) -> None:
    """Stream the parts into one file, in order."""
    files = sorted(parts.glob(f"*.{name}.parquet"))
    if not files:
        raise DataError("no row could be encoded; every one was set aside", hint=f"see {parts}")
    text = output.suffix == ".csv"
    schema = parquet.read_schema(files[0])
    with atomic(output) as path:
        writer: Any = (
            csv.CSVWriter(path, _flat(schema.empty_table()).schema)
            if text
            else parquet.ParquetWriter(path, schema)
        )
        with writer:
            for file in files:
                for batch in parquet.ParquetFile(file).iter_batches():
                    table = pa.Table.from_batches([batch])
                    writer.write_table(_flat(table) if text else table)


def _flat(table: pa.Table) -> pa.Table:
    """What a CSV file can hold: fields of structures as columns `name.field`, lists as JSON."""
    while any(arrow.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    for place, field in enumerate(table.schema):
        if arrow.is_nested(field.type):
            values = [None if each is None else _json(each) for each in table.column(place).to_pylist()]
            table = table.set_column(place, field.name, pa.array(values, pa.string()))
    return table


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
