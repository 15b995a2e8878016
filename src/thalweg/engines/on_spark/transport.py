"""Rows on their way from Spark's workers to this process: Arrow batches, a partition at a time, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import ThalwegError
from thalweg.engines.duckdb import DuckDBSession
from thalweg.engines.on_spark.failures import quiet, told


def stream(spark: Any, text: str, names: Sequence[str]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The result of a query of Spark's: its schema, and its batches in the order of the query."""
    from pyspark.sql.pandas.types import to_arrow_schema

    with told(), quiet():
        found = spark.sql(text).toDF(*names)
        schema = to_arrow_schema(found.schema, timezone="UTC")
        cells = found.mapInArrow(packed(), "batch binary").toLocalIterator(prefetchPartitions=True)

    def batches() -> Iterator[pa.RecordBatch]:
        with told():
            for (cell,) in cells:
                for batch in pa.ipc.open_stream(pa.py_buffer(bytes(cell))):
                    yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)

    return schema, batches()


def gathered(spark: Any, text: str, names: Sequence[str]) -> pa.Table:
    """The result of a query of Spark's that is known to be small, without the workers' Python."""
    with told(), quiet():
        return spark.sql(text).toDF(*names).toArrow()


def packed() -> Any:
    """A function for Spark's workers that makes each batch one cell of bytes, so that it is streamed whole."""

    def pack(batches: Any) -> Any:
        import pyarrow

        for batch in batches:
            sink = pyarrow.BufferOutputStream()
            with pyarrow.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            yield pyarrow.record_batch({"batch": [sink.getvalue().to_pybytes()]})

    return pack


@contextmanager
def record_batches(
    spark: Any, local: DuckDBSession, text: str, names: Sequence[str], wanted: Mapping[str, exp.Expr]
) -> Iterator[tuple[exp.Query, Mapping[str, exp.Expr]]]:
    """A query of the embedded session over a result of Spark's, and the columns to choose from it.

    An error of Spark's that comes while the embedded session reads is raised as it was.
    """
    failed: list[ThalwegError] = []
    schema, batches = stream(spark, text, names)

    def watched() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except ThalwegError as error:
            failed.append(error)
            raise

    name = f"from spark {uuid4().hex}"
    table = local.offer(name, pa.RecordBatchReader.from_batches(schema, watched()))
    try:
        yield exp.select(exp.Star()).from_(table), wanted
    except (ThalwegError, OSError, pa.ArrowException, duckdb.Error) as error:
        if failed:
            raise failed[0] from error
        raise
    finally:
        local.withdraw(name)
