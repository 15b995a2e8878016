"""Rows on their way from Spark's workers to this process: Arrow files in the session's folder, a partition each.

Results do not pass through the driver's memory, whatever the size of a partition: workers write them where they already
find what the run has read, and tell only the names of the files.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import StorageError, ThalwegError
from thalweg.core.files import storage_errors
from thalweg.engines.duckdb import DuckDBSession
from thalweg.engines.on_spark.failures import NOT_SHARED, quiet, told


def written(spark: Any, text: str, names: Sequence[str], folder: Path) -> tuple[pa.Schema, list[Path]]:
    """Let the workers write the result of a query of Spark's: its schema, and its files in the order of the query."""
    from pyspark.sql.pandas.types import to_arrow_schema

    with told(), quiet():
        found = spark.sql(text).toDF(*names)
        schema = to_arrow_schema(found.schema, timezone="UTC")
        parts = found.mapInArrow(writer(str(folder.absolute())), "part int, file string").collect()
    return schema, [folder / part.file for part in sorted(parts)]


def batches(schema: pa.Schema, files: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    """The rows of the files, each of which is removed when it has been read.

    Raises StorageError where this machine does not see what a worker has written.
    """
    for path in files:
        if not path.exists():
            raise StorageError(
                f"a worker of Spark has written {path}, which is not on this machine", hint=NOT_SHARED
            )
        with pa.OSFile(str(path)) as source, pa.ipc.open_stream(source) as reader:
            for batch in reader:
                yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)
        path.unlink()


def gathered(spark: Any, text: str, names: Sequence[str]) -> pa.Table:
    """The result of a query of Spark's that is known to be small, without the workers' Python."""
    with told(), quiet():
        return spark.sql(text).toDF(*names).toArrow()


def writer(folder: str) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function for Spark's workers that writes a partition to a file, and gives its number and the file's name.

    A task that is run again writes another file, and the first is not named.
    """

    def write(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow
        from pyspark import TaskContext

        task = TaskContext.get()
        first = next(given, None)
        if task is None or first is None:
            return
        name = f"{task.partitionId()}-{task.taskAttemptId()}.arrow"
        options = pyarrow.ipc.IpcWriteOptions(compression="lz4")
        with (
            pyarrow.OSFile(f"{folder}/{name}", "wb") as sink,
            pyarrow.ipc.new_stream(sink, first.schema, options=options) as stream,
        ):
            stream.write_batch(first)
            for batch in given:
                stream.write_batch(batch)
        part = pyarrow.array([task.partitionId()], pyarrow.int32())
        yield pyarrow.record_batch({"part": part, "file": [name]})

    return write


@contextmanager
def record_batches(
    spark: Any, local: DuckDBSession, text: str, names: Sequence[str], wanted: Mapping[str, exp.Expr]
) -> Iterator[tuple[exp.Query, Mapping[str, exp.Expr]]]:
    """A query of the embedded session over a result of Spark's, and the columns to choose from it.

    An error that comes while the embedded session reads is raised as it was.
    """
    failed: list[ThalwegError] = []
    name = f"from spark {uuid4().hex}"
    folder = local.scratch / name
    with storage_errors(folder):
        folder.mkdir()
    try:
        schema, files = written(spark, text, names, folder)

        def watched() -> Iterator[pa.RecordBatch]:
            try:
                yield from batches(schema, files)
            except ThalwegError as error:
                failed.append(error)
                raise

        table = local.offer(name, pa.RecordBatchReader.from_batches(schema, watched()))
        try:
            yield exp.select(exp.Star()).from_(table), wanted
        except (ThalwegError, OSError, pa.ArrowException, duckdb.Error) as error:
            if failed:
                raise failed[0] from error
            raise
        finally:
            local.withdraw(name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
