"""Sources as Spark finds them: the same rows of every format, told in plain Python; Parquet where it lies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.engines.spark import source_cases
from tests.sources.databases.servers import PASSWORD
from thalweg.core.component import kinds, parse
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW
from thalweg.sources.accumulated.accumulator import accumulate
from thalweg.sources.load import load, reopen
from thalweg.sources.source import Place, Source

ROWS: list[tuple[Any, ...]] = [
    (1, '深 "é", \' x', 1.5, date(2024, 2, 29)),
    (2, None, -0.25, date(1969, 12, 31)),
    (9_007_199_254_740_993, "N/A", None, None),
]
COLUMNS = ("a", "s", "x", "d")
TABLE = pa.table(
    {name: pa.array([row[place] for row in ROWS]) for place, name in enumerate(COLUMNS)},
    pa.schema([("a", pa.int64()), ("s", pa.string()), ("x", pa.float64()), ("d", pa.date32())]),
)


def as_csv(folder: Path) -> Any:
    text = 'a,s,x,d\n1,"深 ""é"", \' x",1.5,2024-02-29\n2,,-0.25,1969-12-31\n9007199254740993,N/A,,\n'
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return {"csv": {"path": "t.csv", "columns": {"s": "VARCHAR", "x": "DOUBLE", "d": "DATE"}}}


def as_json(folder: Path) -> Any:
    frame = duckdb.from_arrow(TABLE)  # noqa: F841 - read by name
    duckdb.sql(f"COPY (FROM frame) TO '{folder}/t.jsonl' (FORMAT json)")
    return {"json": {"path": "t.jsonl", "columns": {"x": "DOUBLE", "d": "DATE"}}}


def as_arrow(folder: Path) -> Any:
    with pa.OSFile(str(folder / "t.arrow"), "wb") as file, pa.ipc.new_file(file, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return "t.arrow"


def as_parquet(folder: Path) -> Any:
    """Two files, which Spark reads where they lie; NaN stands for the missing number."""
    for place, part in enumerate((TABLE.slice(0, 2), TABLE.slice(2))):
        filled = part["x"].fill_null(float("nan"))
        pq.write_table(part.set_column(2, "x", filled), folder / f"{place} é.parquet")
    return {"parquet": {"path": ["0 é.parquet", "1 é.parquet"]}}


def as_sqlite(folder: Path) -> Any:
    with sqlite3.connect(folder / "t.sqlite") as file:
        file.execute("CREATE TABLE t (a INTEGER, s TEXT, x REAL, d DATE)")
        file.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?)", [(*row[:3], row[3] and str(row[3])) for row in ROWS]
        )
    return "t.sqlite#t"


def as_duckdb(folder: Path) -> Any:
    with duckdb.connect(str(folder / "t.duckdb")) as file:
        file.register("given", TABLE)
        file.execute("CREATE TABLE t AS FROM given")
    return "t.duckdb#t"


def as_frame(folder: Path) -> Any:
    return {"frame": {"data": TABLE}}


def as_delta(folder: Path) -> Any:
    pytest.importorskip("deltalake").write_deltalake(str(folder / "lake"), TABLE)
    return {"delta": "lake"}


CASES: dict[str, Callable[[Path], Any]] = {
    **{"csv": as_csv, "json": as_json, "arrow": as_arrow, "parquet": as_parquet, "sqlite": as_sqlite},
    **{"duckdb": as_duckdb, "frame": as_frame, "delta": as_delta},
}


def test_every_kind_has_a_case() -> None:
    assert {*CASES, *source_cases.CASES} == set(kinds(Source)), "give each kind of source a case"


@pytest.mark.parametrize("kind", sorted(CASES))
def test_spark_reads_the_rows(kind: str, on_spark: Session, tmp_path: Path) -> None:
    source = parse(Source, CASES[kind](tmp_path))
    assert source.kind == kind
    folder = tmp_path / "loaded"
    folder.mkdir()
    entry = load("t", source, Place(on_spark.reader, tmp_path), folder).entry
    found = reopen("t", folder, on_spark)
    query = sql.select(found.table.query, [*COLUMNS, ROW]).order_by(sql.column(ROW))
    assert on_spark.rows(query) == [(*row, place) for place, row in enumerate(ROWS)]
    assert dict(found.table.columns) == {"a": "BIGINT", "s": "VARCHAR", "x": "DOUBLE", "d": "DATE"}
    assert (entry.rows_in, entry.kept, found.entry) == (len(ROWS), len(ROWS), entry)
    assert (folder / "data.parquet").exists() == (kind != "parquet")


@pytest.mark.parametrize("kind", sorted(source_cases.CASES))
def test_what_the_driver_reads_is_the_same_on_spark(
    kind: str, embedded: Session, on_spark: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, types, the account and the rows that could not be read, as the stage of sources reads them."""
    for name in ("PGPASSWORD", "MYSQL_PWD"):
        monkeypatch.setenv(name, PASSWORD)
    written, kept, aside = source_cases.CASES[kind]
    with ExitStack() as stack:
        source = parse(Source, written(tmp_path, stack))
        told = [
            read(source, session, tmp_path, f"{place}") for place, session in enumerate((embedded, on_spark))
        ]
    assert source.kind == kind
    assert told[1] == told[0]
    rows, entry = told[1]["rows"], told[1]["entry"]
    assert (len(rows), entry.kept, entry.quarantined, len(told[1]["rejected"])) == (kept, kept, aside, aside)


def read(source: Source, session: Session, base: Path, name: str) -> dict[str, Any]:
    folder = base / name
    place, growing = Place(session.reader, base, folder / "unpacked"), source.accumulator("t", base)
    if growing is None:
        folder.mkdir()
        load("t", source, place, folder)
    else:
        accumulate("t", growing, place, folder)
    found = reopen("t", folder, session)
    query = sql.select(found.table.query, [*found.table.columns, ROW]).order_by(sql.column(ROW))
    return {
        "entry": found.entry,
        "types": dict(found.table.columns),
        "rows": [repr(row) for batch in session.batches(query) for row in batch.to_pylist()],
        "rejected": pq.read_table(found.rejected).to_pylist() if found.rejected else [],
    }
