"""Rows that could not be encoded: their rules noted while encoding runs, the rows themselves fetched after it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import ROW, Table

STEP, RULE = "step", "rule"
NOTED = pa.schema([(ROW, pa.int64()), (RULE, pa.string())])


class Quarantine:
    """Notes which rows are set aside by which rule, in a file, so that memory stays bounded."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.path = folder / "quarantined.parquet"
        self._writer: parquet.ParquetWriter | None = None

    def note(self, rows: np.ndarray, rule: str) -> None:
        """Set rows (n,), given by their `__row`, aside."""
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self.path, NOTED)
        self._writer.write_table(pa.table([rows, [rule] * len(rows)], schema=NOTED))

    def close(self) -> None:
        """End noting."""
        if self._writer is not None:
            self._writer.close()

    def write(self, table: Table, step: str, path: Path) -> Path | None:
        """Write the rows as they stand in the table, with `__row`, `step` and `rule`, in the table's order.

        A column of the table that has one of these names is called `raw_step` or `raw_rule`. None where no row
        was set aside.
        """
        if self._writer is None:
            return None
        table.session.write_parquet(self._query(table, step), path)
        return path

    def _query(self, table: Table, step: str) -> exp.Query:
        noted = table.session.read_parquet([self.path])
        values = {
            f"raw_{name}" if name in (STEP, RULE) else name: sql.column(name, "t") for name in table.columns
        }
        values |= {ROW: sql.column(ROW, "t"), STEP: sql.literal(step), RULE: sql.column(RULE, "q")}
        same = exp.EQ(this=sql.column(ROW, "t"), expression=sql.column(ROW, "q"))
        joined = sql.select(table.query, values).join(sql.relation(noted, "q"), on=same)
        return joined.order_by(sql.column(ROW, "t"))
