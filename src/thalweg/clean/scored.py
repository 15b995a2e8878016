"""Scores that Python gives to rows, a batch at a time, kept in the session beside the rows' numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table

SCORE = "__score"
SCHEMA = pa.schema([("row", pa.int64()), ("score", pa.float64())])


def keep_scores(
    table: Table, values: Mapping[str, exp.Expr], score: Callable[[pa.RecordBatch], np.ndarray], what: str
) -> exp.Table:
    """`__row` and `__score` of every row, kept in the session. Memory holds one batch.

    `score` gets batches of the values and returns (n,) float64. `what` says what was scored by what, for the name.
    """
    path = table.session.scratch / f"scores_{uuid4().hex}.parquet"
    query = sql.select(table.query, {**values, ROW: sql.column(ROW)})
    with pq.ParquetWriter(path, SCHEMA) as writer:
        for batch in table.session.batches(query):
            rows = batch.column(batch.num_columns - 1)
            writer.write_batch(pa.record_batch([rows, pa.array(score(batch), pa.float64())], schema=SCHEMA))
    stored = table.session.scan_parquet([path])
    wanted = sql.select(stored, {ROW: sql.column("row"), SCORE: sql.column("score")})
    kept = table.session.keep(f"scores_{fingerprint([what, table.session.sql(query)])}", wanted)
    path.unlink()
    return kept


def score_of(scores: exp.Table) -> exp.Expr:
    """The score of a row, as an expression over a table's columns."""
    same = exp.EQ(this=sql.column(ROW, "s"), expression=sql.column(ROW, "t"))
    told = exp.select(sql.column(SCORE, "s")).from_(sql.relation(scores, "s")).where(same)
    return told.subquery()


def scored_above(scores: exp.Table, limit: float) -> exp.Expr:
    """Whether a row's score is above a limit."""
    chosen = sql.select(scores, [ROW]).where(exp.GT(this=sql.column(SCORE), expression=sql.literal(limit)))
    return exp.In(this=sql.column(ROW), query=chosen.subquery())
