"""Expressions that Spark has no equal for, computed by DuckDB itself inside Spark's workers.

Whatever DuckDB's dialect means, DuckDB decides: text read as numbers and dates, regular expressions, Unicode, decimal
arithmetic. The worker is handed Arrow batches of the columns that the expression reads, and gives one Arrow array back.
Workers therefore need the packages duckdb, pyarrow and pyspark; they need nothing of this program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
from sqlglot import exp

from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.on_spark.types import carrier, spark_type

BATCH = "batch"
Register = Callable[[str, Callable[..., Any], str], None]
"""Makes a function known to Spark: its name, the function over Arrow arrays, Spark's type of its value."""


class Functions:
    """The functions that a session's queries need so far."""

    def __init__(self, register: Register):
        self._register = register
        self._known: set[str] = set()

    def call(self, value: exp.Expr, sql_type: str, columns: Mapping[str, str]) -> exp.Expr:
        """A call, in Spark's dialect, that computes an expression of DuckDB's over some columns of one row."""
        text = over_batch(value, sql_type, columns)
        name = f"duckdb_{fingerprint(text)[:24]}"
        if name not in self._known:
            self._register(name, evaluator(text), spark_type(sql_type))
            self._known.add(name)
        return exp.Anonymous(this=name, expressions=[sql.column(column) for column in columns])


def over_batch(value: exp.Expr, sql_type: str, columns: Mapping[str, str]) -> str:
    """The query that a worker runs over a batch with the columns `c0`, `c1` …, which hold carriers."""
    given = {
        name: _as(sql.column(f"c{place}"), carrier(kind), kind)
        for place, (name, kind) in enumerate(columns.items())
    }
    inner = sql.select(sql.table(BATCH), given)
    return sql.select(inner, {"value": sql.cast(value.copy(), carrier(sql_type))}).sql(dialect=sql.DIALECT)


def _as(value: exp.Expr, held: str, sql_type: str) -> exp.Expr:
    return value if held == sql_type else sql.cast(value, sql_type)


def evaluator(text: str) -> Callable[..., Any]:
    """A function for Spark's workers. It is sent to them as it is, so it imports what it needs."""
    opened: list[Any] = []

    def evaluate(*columns: pa.Array) -> pa.Array:
        import duckdb
        import pyarrow

        if not opened:
            opened.append(duckdb.connect(":memory:", config={"threads": 1}))
            opened[0].execute("SET TimeZone = 'UTC'")
        table = pyarrow.table({f"c{place}": column for place, column in enumerate(columns)})
        opened[0].register("batch", table)
        (found,) = opened[0].execute(text).to_arrow_table().columns
        if len(found) != table.num_rows:
            raise ValueError("an expression over one row gave another number of values than one")
        return pyarrow.concat_arrays(found.chunks) if found.num_chunks else pyarrow.nulls(0, found.type)

    return evaluate
