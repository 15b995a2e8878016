"""An Arrow table as the statements that make it in a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from tests.sources.written import quoted


def statements(table: pa.Table, kinds: Sequence[str], quote: str, blob: str) -> str:
    """CREATE and INSERT of the table `edges`, with columns of these types; `blob` is how bytes in hex are written."""
    columns = ", ".join(
        f"{quoted(name, quote)} {kind}" for name, kind in zip(table.column_names, kinds, strict=True)
    )
    rows = ", ".join(
        f"({', '.join(_literal(value, blob) for value in row.values())})" for row in table.to_pylist()
    )
    return f"CREATE TABLE edges ({columns}); INSERT INTO edges VALUES {rows};"


def _literal(value: Any, blob: str) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return blob.format(value.hex())
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime):
        return f"'{value.replace(tzinfo=None).isoformat(sep=' ')}'"  # in UTC, as the session is
    if isinstance(value, float):
        return f"'{value!r}'"
    if isinstance(value, Decimal):
        return f"'{value:f}'"
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "'" + text.replace("'", "''") + "'"
