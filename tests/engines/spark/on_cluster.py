"""A run on a cluster, in a process of its own: `python on_cluster.py MASTER FOLDER ROWS`.

Cleans and joins a table, whose files are in the folder, and writes `data.parquet` and `told.json` there. Writes
`middle` once a stage has finished some of its tasks and not yet others.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from thalweg.clean.run import clean
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session
from thalweg.engines.spark import Spark
from thalweg.engines.table import ROW, Table
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate

STEPS: list[Any] = [
    {"types": {"amount": {"to": "number", "remove": ["€"], "else": None}}},
    {"duplicates": {"keys": ["id"]}},
    {"expect": {"amount": {"between": [0, 900]}}},
]
CHAIN: list[Any] = [
    {"from": "facts"},
    {"join": {"table": "names", "on": "group"}},
    {"derive": {"share": "amount / 7", "word": "upper(name)"}},
]


def run(session: Session, folder: Path, to: Path) -> list[dict[str, Any]]:
    """The account, line by line; the rows go to a file."""
    tables = {name: opened(session, name, folder / f"{name}.parquet") for name in ("facts", "names")}
    cleaned = clean(tables["facts"], STEPS)
    done = integrate([parse(Operation, each) for each in CHAIN], {**tables, "facts": cleaned.table})
    session.write_parquet(
        sql.select(done.table.query, [*done.table.columns, ROW]).order_by(sql.column(ROW)), to
    )
    return [entry.model_dump() for entry in (*cleaned.entries, *done.entries)]


def opened(session: Session, name: str, path: Path) -> Table:
    query = session.scan_parquet([path])
    columns = {each: kind for each, kind in session.columns(query).items() if each != ROW}
    return Table(session, name, query, columns, {each: frozenset({f"{name}.{each}"}) for each in columns})


def watch(context: Any, folder: Path) -> None:
    """Say when a stage is in its middle."""
    tracker = context.statusTracker()
    while not (folder / "middle").exists():
        for stage in tracker.getActiveStageIds():
            about = tracker.getStageInfo(stage)
            if about and about.numTasks > 4 and 1 < about.numCompletedTasks < about.numTasks - 2:
                (folder / "middle").touch()
        time.sleep(0.02)


def main(master: str, folder: Path) -> None:
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executor.memory": "512m",
        "spark.executor.cores": 1,
        "spark.sql.shuffle.partitions": 4,
        "spark.sql.files.maxPartitionBytes": 65_536,
        "spark.sql.files.openCostInBytes": 0,
    }
    with Spark(master=master, memory="600MB", settings=settings).open(folder / "scratch") as session:
        context = session.spark.sparkContext  # type: ignore[attr-defined]
        status = context._jsc.sc().getExecutorMemoryStatus
        while status().size() < 3:  # the driver and two workers
            time.sleep(0.1)
        threading.Thread(target=watch, args=(context, folder), daemon=True).start()
        entries = run(session, folder, folder / "data.parquet")
        left = status().size() - 1
    context.stop()
    (folder / "told.json").write_text(json.dumps({"entries": entries, "workers_left": left}, default=str))


def expected(folder: Path) -> list[dict[str, Any]]:
    """The same on the embedded engine, to `expected.parquet`."""
    with DuckDB(memory="512MB", threads=1).open(folder / "embedded") as session:
        return run(session, folder, folder / "expected.parquet")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
