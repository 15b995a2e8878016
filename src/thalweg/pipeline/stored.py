"""A table stored as the query that makes it, so that cleaning 10 million rows does not copy them.

The query reads views named for the sources and the few small tables that its steps kept (which rows were
duplicates, what was carried forward); those are stored beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from thalweg.core.files import read_json, write_json
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import Table

FILE = "table.json"


def store_table(table: Table, kept: Sequence[str], folder: Path, **facts: Any) -> None:
    """Write a table's query, the tables it reads that were kept in the session, and facts beside them."""
    for name in kept:
        everything = exp.select(exp.Star()).from_(sql.table(name))
        table.session.write_parquet(everything, folder / f"{name}.parquet")
    write_json(
        folder / FILE,
        {
            "name": table.name,
            "sql": table.query.sql(dialect=sql.DIALECT),
            "columns": dict(table.columns),
            "lineage": {name: sorted(origin) for name, origin in table.lineage.items()},
            "split": table.split,
            "kept": list(kept),
            **facts,
        },
    )


def open_table(folder: Path, session: Session) -> tuple[Table, dict[str, Any]]:
    """The table that `store_table` wrote, and the facts beside it. The views it reads must be there already."""
    stored = read_json(folder / FILE)
    for name in set(stored["kept"]) - set(session.kept):
        session.define(name, session.read_parquet([folder / f"{name}.parquet"]))
    query = sqlglot.parse_one(stored["sql"], dialect=sql.DIALECT, into=exp.Select)
    lineage = {name: frozenset(origin) for name, origin in stored["lineage"].items()}
    return Table(session, stored["name"], query, stored["columns"], lineage, stored["split"]), stored
