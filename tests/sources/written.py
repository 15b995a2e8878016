"""One Arrow table written by every library whose files Thalweg reads, each as that library's users would."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

INFINITE = float("inf")
Writer = Callable[[Path, pa.Table, str], Any]

SQLITE = {"int64": "INTEGER", "double": "REAL", "string": "TEXT", "bool": "BOOLEAN", "binary": "BLOB"}
SQLITE |= {"date32[day]": "DATE", "timestamp[us]": "TIMESTAMP", "timestamp[us, tz=UTC]": "TIMESTAMP"}


def quoted(name: str, quote: str = '"') -> str:
    """An identifier of SQL."""
    return quote + name.replace(quote, quote * 2) + quote


def plain(value: Any) -> Any:
    """A value as text formats hold it: dates and decimals as their usual text."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return str(value) if isinstance(value, Decimal) else value


def to_csv(folder: Path, table: pa.Table, name: str) -> Any:
    """A missing value is nothing at all, every text stands in quotes: so an empty text is told from a missing one."""
    rows = [table.column_names, *([*map(plain, row.values())] for row in table.to_pylist())]
    (folder / "a.csv").write_text("".join(",".join(map(field, row)) + "\n" for row in rows), encoding="utf-8")
    exact = {f.name: "DECIMAL(38,10)" for f in table.schema if pa.types.is_decimal(f.type)}
    return {"csv": {"path": "a.csv", "columns": exact}}


def field(value: Any) -> str:
    if value is None:
        return ""
    return quoted(value) if isinstance(value, str) else str(value)


def to_json_lines(folder: Path, table: pa.Table, name: str) -> Any:
    rows = [{key: plain(value) for key, value in row.items()} for row in table.to_pylist()]
    (folder / "a.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return "a.jsonl"


def to_json_array(folder: Path, table: pa.Table, name: str) -> Any:
    rows = [{key: plain(value) for key, value in row.items()} for row in table.to_pylist()]
    (folder / "a.json").write_text(json.dumps(rows, indent=1))
    return "a.json"


def to_parquet(folder: Path, table: pa.Table, name: str) -> Any:
    pq.write_table(table, folder / "a.parquet")
    return "a.parquet"


def to_arrow(folder: Path, table: pa.Table, name: str) -> Any:
    with pa.OSFile(str(folder / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return "a.arrow"


def to_arrow_stream(folder: Path, table: pa.Table, name: str) -> Any:
    with pa.OSFile(str(folder / "a.ipc"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return "a.ipc"


def to_feather(folder: Path, table: pa.Table, name: str) -> Any:
    feather.write_feather(table, str(folder / "a.feather"))
    return "a.feather"


def to_sqlite(folder: Path, table: pa.Table, name: str) -> Any:
    columns = ", ".join(f"{quoted(f.name)} {SQLITE.get(str(f.type), 'TEXT')}" for f in table.schema)
    marks = ", ".join("?" for _ in table.schema)
    rows = [
        tuple(value if isinstance(value, bytes) else plain(value) for value in row.values())
        for row in table.to_pylist()
    ]
    with closing(sqlite3.connect(folder / "a.sqlite")) as connection, connection:
        connection.execute(f"CREATE TABLE {quoted(name)} ({columns})")
        connection.executemany(f"INSERT INTO {quoted(name)} VALUES ({marks})", rows)
        connection.execute("CREATE TABLE victim (i INTEGER)")
    return {"sqlite": {"path": "a.sqlite", "table": name}}


def to_duckdb(folder: Path, table: pa.Table, name: str) -> Any:
    import duckdb

    with duckdb.connect(str(folder / "a.duckdb")) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("given", table)
        connection.execute(f"CREATE TABLE {quoted(name)} AS FROM given")
        connection.execute("CREATE TABLE victim (i INTEGER)")
    return {"duckdb": {"path": "a.duckdb", "table": name}}


def to_excel(folder: Path, table: pa.Table, name: str) -> Any:
    book = pytest.importorskip("openpyxl").Workbook(write_only=True)
    sheet = book.create_sheet("a")
    sheet.append(table.column_names)
    for row in table.to_pylist():
        sheet.append([_cell(value) for value in row.values()])
    book.save(folder / "a.xlsx")
    return "a.xlsx"


def _cell(value: Any) -> Any:
    """Excel knows no zones, and no numbers that are not finite."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, float) and (value != value or abs(value) == INFINITE):
        return None
    return value if isinstance(value, (date, bool)) else plain(value)


def to_delta(folder: Path, table: pa.Table, name: str) -> Any:
    pytest.importorskip("deltalake").write_deltalake(str(folder / "a delta"), table)
    return {"delta": "a delta"}


def to_iceberg(folder: Path, table: pa.Table, name: str) -> Any:
    catalog = pytest.importorskip("pyiceberg.catalog.sql").SqlCatalog(
        "c", uri=f"sqlite:///{folder}/c.db", warehouse=f"file://{folder}/warehouse"
    )
    catalog.create_namespace("s")
    catalog.create_table("s.t", schema=table.schema).append(table)
    catalog.close()
    return {"iceberg": "warehouse/s/t"}


def to_stream(folder: Path, table: pa.Table, name: str) -> Any:
    kinds = {"date32[day]": "date", "timestamp[us]": "timestamp", "timestamp[us, tz=UTC]": "timestamp"}
    columns = {f.name: kinds[str(f.type)] for f in table.schema if str(f.type) in kinds}
    finite = pa.table({f.name: _finite(table[f.name]) for f in table.schema})  # its JSON is strict
    to_json_lines(folder, finite, name)
    return {"stream": {"from": "a.jsonl", "batch": 2, "columns": columns}}


def _finite(column: pa.ChunkedArray) -> Any:
    if not pa.types.is_floating(column.type):
        return column
    return [
        None if value in (INFINITE, -INFINITE) or value != value else value for value in column.to_pylist()
    ]


def to_pandas(folder: Path, table: pa.Table, name: str) -> Any:
    pandas = pytest.importorskip("pandas")
    return {"frame": {"data": table.to_pandas(types_mapper=pandas.ArrowDtype)}}


def to_polars(folder: Path, table: pa.Table, name: str) -> Any:
    return {"frame": {"data": pytest.importorskip("polars").from_arrow(table)}}


def to_dicts(folder: Path, table: pa.Table, name: str) -> Any:
    return {"frame": {"data": table.to_pylist()}}


def to_table(folder: Path, table: pa.Table, name: str) -> Any:
    return {"frame": {"data": table}}


WRITERS: dict[str, Writer] = {
    name.removeprefix("to_"): made for name, made in globals().items() if name.startswith("to_")
}
