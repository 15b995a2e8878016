"""What a run would do: which stages are cached and why others are not, and what it would take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from thalweg.core.files import read_json
from thalweg.engines.memory import default_limit, parse_size
from thalweg.pipeline.read import read
from thalweg.pipeline.run import FACTS, placed, prepare
from thalweg.pipeline.schema import feeding
from thalweg.pipeline.stage import Run, Stage
from thalweg.pipeline.stages.clean import main_table
from thalweg.pipeline.stored import FILE

BYTES_A_ROW = 100  # of a text file whose rows nobody has counted yet
PROGRAM = 900 * 2**20  # torch, the engine's own code, a window of the loader
ROWS_A_SECOND = {  # measured on two cores; a stage that has run before is estimated from that instead
    "sources": 900_000,
    "clean": 4_000_000,
    "integrate": 1_500_000,
    "mine": 1_000_000,
    "dataset": 800_000,
    "train": 30_000,
    "evaluate": 10_000,
    "bundle": 10_000_000,
}
BYTES_STORED = {"sources": 60, "integrate": 120, "dataset": 80}  # a row, compressed or packed


def plan_file(file: Path, settings: Sequence[str] = (), with_sql: bool = False) -> dict[str, Any]:
    """The stages in order with their state and estimates; nothing is run.

    Raises PipelineError where the file is wrong, SourceError where a source is missing.
    """
    pipeline, source = read(Path(file), settings)
    run = prepare(pipeline, source, Path(file).resolve().parent)
    rows, basis = _rows(run)
    with placed(run):
        stages = _stages(run, rows)
    answer: dict[str, Any] = {
        "pipeline": pipeline.name,
        "stages": stages,
        "basis": basis,
        "mined": [
            {"miner": miner.kind, "columns": list(miner.makes)} for miner in feeding(pipeline).values()
        ],
        "free_disk": psutil.disk_usage(str(_existing(run.folder))).free,
    }
    return answer | ({"sql": _sql(run)} if with_sql else {})


def _stages(run: Run, rows: int | None) -> list[dict[str, Any]]:
    before = read_json(run.folder / FACTS)["stages"] if (run.folder / FACTS).is_file() else {}
    stages = []
    stale = False
    for stage in run.stages:
        found = stage.status(run)
        stages.append(
            {
                "stage": stage.name,
                "cached": found.fresh and not stale,
                "why": found.why,
                "rows": rows,
                "memory": _memory(run, stage),
                "disk": rows * _stored(run, stage) if rows is not None else None,
                "seconds": before.get(stage.name, {}).get("seconds") or _seconds(run, stage, rows),
            }
        )
        stale = stale or not found.fresh
    return stages


def _stored(run: Run, stage: Stage) -> int:
    """Bytes that a stage stores of a row; mined columns are stored with those of the one table."""
    mined = stage.name == "mine" and feeding(run.pipeline)
    return BYTES_STORED["integrate" if mined else stage.name] if mined or stage.name in BYTES_STORED else 0


def _rows(run: Run) -> tuple[int | None, str]:
    """Rows of the main table: counted if it was read before, else guessed from the size of its files."""
    main = main_table(run.pipeline)
    stored = run.folder / "sources" / main / "source.json"
    if stored.is_file():
        return read_json(stored)["entry"]["kept"], "rows as counted when the sources were last read"
    size = run.pipeline.sources[main].size(run.base)
    if size is None:
        return None, "the number of rows is not known before the source is read"
    return size // BYTES_A_ROW, f"rows guessed from {size:,} bytes of the main table"


def _memory(run: Run, stage: Stage) -> int:
    limit = getattr(run.pipeline.compute.data, "memory", None)
    engine = parse_size(limit) if limit is not None else default_limit()
    return PROGRAM + (0 if stage.name in ("train", "evaluate", "bundle") else engine)


def _seconds(run: Run, stage: Stage, rows: int | None) -> float | None:
    if rows is None:
        return None
    passes = run.pipeline.train.epochs if stage.name == "train" else 1
    return rows * passes / ROWS_A_SECOND[stage.name]


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _sql(run: Run) -> dict[str, str]:
    """The query that makes each cleaned table, and what is known of the joined one."""
    tables = sorted((run.folder / "clean").glob(f"*/{FILE}"))
    found = {f"clean.{path.parent.name}": _pretty(read_json(path)["sql"]) for path in tables}
    joined = run.folder / "integrate" / "integrate.json"
    return found | ({"integrate": _pretty(read_json(joined)["sql"])} if joined.is_file() else {})


def _pretty(text: str) -> str:
    import sqlglot

    return sqlglot.parse_one(text, dialect="duckdb").sql(dialect="duckdb", pretty=True)
