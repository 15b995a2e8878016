"""Spark as an engine: how it is written, what it refuses, what it says where something is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import (
    ComponentError,
    DataError,
    MissingExtra,
    PipelineError,
    SourceError,
    StorageError,
    ThalwegError,
)
from thalweg.engines import sql
from thalweg.engines.engine import Engine, Session
from thalweg.engines.on_spark import failures, start
from thalweg.engines.on_spark.types import carrier, spark_type
from thalweg.engines.spark import Spark
from thalweg.engines.table import ROW

Make = Callable[..., Any]


def query(text: str) -> Any:
    return sqlglot.parse_one(text, dialect=sql.DIALECT)


@pytest.fixture(scope="module")
def numbers(on_spark: Session) -> str:
    pandas = pytest.importorskip("pandas")
    whole = pandas.array([1, 2, None], dtype="Int64")
    enumerated = pandas.Categorical(["lo", "hi", "lo"], categories=["lo", "hi"])
    table = pandas.DataFrame({"a": whole, "s": ["x", "y", "7"], "e": enumerated})
    on_spark.offer("numbers", table)
    return "numbers"


def test_how_it_is_written() -> None:
    assert parse(Engine, "spark") == Spark()
    assert parse(Engine, "local[2]") == Spark(master="local[2]")
    assert parse(Engine, "spark://host:7077") == Spark(master="spark://host:7077")
    assert parse(Engine, {"spark": {"master": "local[*]", "memory": "2GB"}}).written() == {
        **{"kind": "spark", "master": "local[*]", "memory": "2GB", "settings": {}}
    }
    with pytest.raises(
        ValidationError,
        match=r"expected a master such as spark://host:7077, yarn or local\[2\], received 'host:7077'",
    ):
        Spark(master="host:7077")
    with pytest.raises(ValidationError, match="expected a size such as 2GB or 512MiB, received 'much'"):
        Spark(memory="much")
    with pytest.raises(
        ValidationError,
        match=r"spark.sql.ansi.enabled is set by the program to true, so that queries mean the same",
    ):
        Spark(settings={"spark.sql.ansi.enabled": False})


def test_a_missing_package_and_a_missing_java_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "pyspark", None)
        with pytest.raises(MissingExtra, match=r"(?s)package 'pyspark'.*pip install 'thalweg\[spark\]'"):
            Spark().open(tmp_path / "scratch")
    pyspark = pytest.importorskip("pyspark")
    with monkeypatch.context() as patched:
        patched.setattr(pyspark, "__version__", "4.0.1")
        with pytest.raises(
            ThalwegError, match=r"needs Spark 4\.1 or newer, and pyspark 4\.0\.1 is installed"
        ):
            Spark().open(tmp_path / "scratch")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(
        PipelineError, match=r"(?s)Spark needs Java 17 or newer.*JAVA_HOME is .*nowhere.*openjdk-17"
    ) as told:
        start._find_java()
    assert told.value.where == "compute: data"


def test_one_process_has_one_master(on_spark: Session, tmp_path: Path) -> None:
    with pytest.raises(
        PipelineError, match=r"already runs Spark on local\[2\], and can't run it on local\[1\]"
    ):
        Spark(master="local[1]").open(tmp_path / "scratch")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT mode(a) FROM numbers", "no function of Spark's is known to give the same value"),
        ("SELECT first(a) FROM numbers", "no function of Spark's is known to give the same value"),
        ("SELECT product(a) FROM numbers", "it looks at other rows"),
        ("SELECT random() * a FROM numbers", "another value on every run"),
        ("SELECT now() - a::VARCHAR::TIMESTAMPTZ AS d FROM numbers", "can't hold values of type INTERVAL"),
        ("SELECT row_number() OVER () FROM numbers", "rows of a window have no order of their own"),
        ("SELECT * FROM range(3)", "read by a function of DuckDB's own"),
        ("SELECT a FROM numbers ORDER BY e", "orders values of type ENUM"),
        ("SELECT min(e) FROM numbers", "orders values of type ENUM"),
        ("SELECT DISTINCT ON (s) a FROM numbers", "DISTINCT ON"),
        ("SELECT (a, s) AS pair FROM numbers", "structures whose fields have no names"),
        ("SELECT n.a FROM numbers n POSITIONAL JOIN numbers m", "joins are LEFT, RIGHT"),
        ("SELECT a FROM numbers GROUP BY ROLLUP (a)", "only plain GROUP BY"),
        ("SELECT a FROM numbers USING SAMPLE 1", "not understood"),
    ],
)
def test_what_would_mean_something_else_is_refused(
    on_spark: Session, numbers: str, text: str, why: str
) -> None:
    with pytest.raises(ComponentError) as told:
        on_spark.rows(query(text))
    assert why in told.value.message
    assert "duckdb" in told.value.message


# DuckDB takes a NULL time for the greatest; the operation leaves rows without a time out before it joins.
AS_OF = [
    "SELECT l.__row, r.v FROM l ASOF LEFT JOIN r ON l.k = r.k AND l.t >= r.t WHERE NOT l.t IS NULL ORDER BY l.__row",
    "SELECT l.__row, r.v FROM l ASOF LEFT JOIN r ON l.k = r.k AND r.t < l.t WHERE NOT l.t IS NULL ORDER BY l.__row",
    "SELECT l.__row, r.v FROM l ASOF LEFT JOIN r ON l.k = r.k AND l.t <= r.t WHERE NOT l.t IS NULL ORDER BY l.__row",
    "SELECT l.__row, r.v, r.t FROM l ASOF JOIN r ON l.k = r.k AND l.t < r.t WHERE NOT l.t IS NULL ORDER BY l.__row",
]


def test_as_of_joins(on_spark: Session, session: Session) -> None:
    times = [3, 1, None, 5, 3, 0, 9, 4]
    left = pa.table(
        {
            "k": ["a", "a", "a", None, "é", "é", "z", "a"],
            "t": pa.array(times, pa.int32()),
            ROW: list(range(8)),
        }
    )
    right = pa.table(
        {
            "k": ["a", "a", "é", None, "é", "a"],
            "t": pa.array([2, 3, 1, 0, None, 6], pa.int64()),
            "v": list("uvwxyz"),
        }
    )
    for each in (on_spark, session):
        each.offer("l", left)
        each.offer("r", right)
    for text in AS_OF:
        assert on_spark.rows(query(text)) == session.rows(query(text)), text
    back = [
        max(
            (
                (t, v)
                for k, t, v in zip(*right.to_pydict().values(), strict=True)
                if t is not None and k == key and t <= time
            ),
            default=(0, None),
        )[1]
        if key is not None and time is not None
        else None
        for key, time in zip(left["k"].to_pylist(), times, strict=True)
    ]
    everything = query(AS_OF[0].replace("WHERE NOT l.t IS NULL ", ""))
    assert on_spark.rows(everything) == list(enumerate(back))


def test_mistakes_are_told_as_on_duckdb(on_spark: Session, numbers: str, session: Session) -> None:
    session.offer("numbers", pa.table({"a": [1], "s": ["x"]}))
    for text in ("SELECT b FROM numbers", "SELECT a + s FROM nowhere", "SELECT no_such(a) FROM numbers"):
        messages = []
        for each in (session, on_spark):
            with pytest.raises(ComponentError) as told:
                each.rows(query(text))
            messages.append(told.value.message)
        assert messages[0] == messages[1]


def test_a_value_that_does_not_fit_is_told_as_on_duckdb(on_spark: Session, numbers: str) -> None:
    with pytest.raises(DataError, match="Could not convert string 'x' to INT32"):
        on_spark.rows(query("SELECT CAST(s AS INTEGER) AS i FROM numbers"))
    with pytest.raises(DataError, match=r"ARITHMETIC_OVERFLOW|overflow"):
        on_spark.rows(query("SELECT a + 9223372036854775807 AS i FROM numbers WHERE a = 1"))


def test_types_spark_cannot_hold() -> None:
    assert (carrier("UBIGINT"), spark_type("HUGEINT")) == ("DECIMAL(20,0)", "DECIMAL(38,0)")
    for kind in ("INTERVAL", "BIT", "TIMESTAMP_NS", "UHUGEINT", "UNION(a INTEGER)"):
        with pytest.raises(ComponentError, match="Spark can't hold values of type"):
            carrier(kind)
    with pytest.raises(ComponentError, match="UBIGINT inside lists or structures"):
        carrier("STRUCT(a UBIGINT[])")


def test_parquet_is_read_with_positions(on_spark: Session, tmp_path: Path) -> None:
    """From folders and files with names that Spark would otherwise take for patterns, partitions or addresses."""
    folder = tmp_path / "lr=0.1 深 [a]{b}%20"
    folder.mkdir()
    for i in range(3):
        pq.write_table(
            pa.table({"a": [10 * i, 10 * i + 1], "u": pa.array([1, 2**40], pa.uint64())}),
            folder / f"{i} é.parquet",
            row_group_size=1,
        )
    many = on_spark.scan_parquet([folder / f"{i} é.parquet" for i in (2, 0, 1)])
    assert on_spark.columns(many) == {"a": "BIGINT", "u": "UBIGINT", ROW: "BIGINT"}
    rows = on_spark.rows(sql.select(many, ["a", ROW]).order_by(sql.column(ROW)))
    assert rows == [(20, 0), (21, 1), (0, 2), (1, 3), (10, 4), (11, 5)]
    one = on_spark.scan_parquet([folder / "1 é.parquet"])
    assert on_spark.rows(sql.select(one, ["a", "u", ROW]).order_by(sql.column(ROW))) == [
        (10, 1, 0),
        (11, 2**40, 1),
    ]


def test_parquet_is_written_in_order_as_duckdb_writes_it(
    on_spark: Session, session: Session, tmp_path: Path
) -> None:
    given = pa.table(
        {"a": list(range(5_000)), "s": [f"é{i}" for i in range(5_000)], ROW: list(range(4_999, -1, -1))}
    )
    for each, name in ((on_spark, "spark"), (session, "duckdb")):
        source = each.offer("given", given)
        ordered = sql.select(source, ["a", "s", ROW]).order_by(sql.column(ROW))
        assert each.write_parquet(ordered, tmp_path / name) == 5_000
    assert (tmp_path / "spark").read_bytes() == (tmp_path / "duckdb").read_bytes()
    assert on_spark.write_parquet(sql.select(sql.table("given"), ["a", ROW]), tmp_path / "again") == 5_000
    assert pq.read_table(tmp_path / "again")[ROW].to_pylist() == list(range(5_000))


def test_batches_are_streamed_in_order(on_spark: Session) -> None:
    source = on_spark.offer("long", pa.table({"a": list(range(20_000))}))
    batches = list(on_spark.batches(sql.select(source, ["a"]).order_by(sql.column("a")), 3_000))
    assert max(batch.num_rows for batch in batches) <= 3_000
    assert pa.Table.from_batches(batches)["a"].to_pylist() == list(range(20_000))


def test_types_that_spark_does_not_read_are_read_by_the_driver(on_spark: Session, tmp_path: Path) -> None:
    """Times of day, UUIDs: as what carries them, in their order, with the positions of the rows."""
    paths = [tmp_path / f"{i}.parquet" for i in (0, 1)]
    for path, hour in zip(paths, ("22:00:00.000001", "10:00"), strict=True):
        given = (
            f"TIME '{hour}' AS t, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd38000{hour[0]}'::UUID AS u, 7::UTINYINT AS n"
        )
        duckdb.sql(f"COPY (SELECT {given} UNION ALL SELECT NULL, NULL, NULL) TO '{path}'")
    scanned = on_spark.scan_parquet(paths)
    assert on_spark.columns(scanned) == {"t": "TIME", "u": "UUID", "n": "UTINYINT", ROW: "BIGINT"}
    told = {"t": sql.column("t"), "u": sql.cast(sql.column("u"), "VARCHAR"), ROW: sql.column(ROW)}
    assert on_spark.rows(sql.select(scanned, told).order_by(sql.column("t"))) == [
        (time(10), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380001", 2),
        (time(22, 0, 0, 1), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380002", 0),
        (None, None, 1),
        (None, None, 3),
    ]
    assert sorted(on_spark.rows(sql.select(on_spark.read_parquet(paths), ["n"])), key=str) == [
        (7,),
        (7,),
        (None,),
        (None,),
    ]


def test_files_spark_would_not_read_right_are_refused(on_spark: Session, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "_hidden.parquet")
    with pytest.raises(SourceError, match="hidden to it"):
        on_spark.scan_parquet([tmp_path / "_hidden.parquet"])
    gone = tmp_path / "gone.parquet"
    pq.write_table(pa.table({"a": [1]}), gone)
    scan = on_spark.scan_parquet([gone])
    gone.unlink()
    with pytest.raises(StorageError, match="does not find a file of the run"):
        on_spark.rows(scan)


@pytest.mark.parametrize("kind", ["table", "reader", "pandas", "polars", "relation"])
def test_what_may_be_offered(on_spark: Session, kind: str) -> None:
    table = pa.table({"a": [1, 2], "s": ["x", None]})
    if kind == "relation":
        offered: Any = duckdb.connect().from_arrow(table)
    elif kind == "polars":
        offered = pytest.importorskip("polars").from_arrow(table)
    else:
        offered = {"table": table, "reader": table.to_reader(), "pandas": table.to_pandas()}[kind]
    found = on_spark.offer("given", offered)
    assert on_spark.rows(sql.select(found, ["a", "s"]).order_by(sql.column("a"))) == [(1, "x"), (2, None)]


def test_views_follow_and_kept_tables_do_not(on_spark: Session) -> None:
    on_spark.offer("base", pa.table({"n": [0, 1]}))
    view = on_spark.define("v", sql.select(sql.table("base"), ["n"]))
    kept = on_spark.keep("k", sql.select(sql.table("base"), ["n"]))
    on_spark.offer("base", pa.table({"n": list(range(5))}))
    assert on_spark.rows(sql.select(view, {"n": sql.row_count()})) == [(5,)]
    assert on_spark.rows(sql.select(kept, {"n": sql.row_count()})) == [(2,)]
    assert "k" in on_spark.kept


def test_the_scratch_folder_is_removed(started: Callable[[Path], Session], tmp_path: Path) -> None:
    with started(tmp_path / "scratch") as session:
        session.offer("t", pa.table({"a": [1]}))
        assert session.scratch.is_dir()
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("No space left on device", StorageError, "the disk of a worker of Spark is full"),
        (
            "ModuleNotFoundError: No module named 'duckdb'",
            ThalwegError,
            "the Python of Spark's workers lacks a package",
        ),
        ("Job aborted: all masters are unresponsive", ThalwegError, "Spark failed: Job aborted"),
    ],
)
def test_what_spark_raises_is_told(text: str, kind: type[ThalwegError], message: str) -> None:
    errors = pytest.importorskip("pyspark.errors")
    with pytest.raises(kind, match=message), failures.told():
        raise errors.PySparkRuntimeError(text)
