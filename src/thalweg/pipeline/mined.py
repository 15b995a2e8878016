"""What miners add to the one table, for the network: fitted on training rows, computed once, stored beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
from sqlglot import exp

from thalweg.core.component import Component
from thalweg.core.errors import ComponentError, at
from thalweg.core.files import atomic_folder, read_json, write_json
from thalweg.core.fingerprint import fingerprint, fingerprint_code
from thalweg.deployment.mined import load_mined, mined_columns, save_mined
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.integrate.lineage import derived_from
from thalweg.mine.barred import Barred
from thalweg.mine.feature_miner import FeatureMiner
from thalweg.mine.fitted import Fitted
from thalweg.mine.miner import Finding
from thalweg.pipeline.schema import Model, feeding, written
from thalweg.pipeline.stage import Key, Run, Status, facts, status

CODE = ("core", "engines", "mine", "clean", "features", "deployment")
FOLDER = "mined"
FITTED, FINDINGS, DATA = "fitted.json", "findings.json", "data.parquet"
BATCH = 65_536  # rows at once


def mined_key(run: Run) -> Key:
    """What the new columns depend on: the miners that make them, which columns they may look at, and the one table."""
    model = run.pipeline.model
    settings = {
        "miners": [written(miner) for miner in feeding(run.pipeline).values()],
        "outputs": list(model.outputs),
        "exclude": list(model.exclude),
        "inputs": _listed(model),
    }
    return Key(fingerprint(settings), run.key("integrate").whole, fingerprint_code(*CODE))


def mined_status(run: Run) -> Status:
    """Whether the new columns that are stored may be used."""
    return status(run.folder / FOLDER, mined_key(run))


def add_mined(run: Run) -> None:
    """Fit the miners that feed the network, and store the one table with their columns."""
    table: Table = run.result("integrate").table
    with at("model", "outputs"):
        for output in run.pipeline.model.outputs:
            table.require(output, "target column")
    barred = _barred(run.pipeline.model, table)
    fitted: list[Fitted] = []
    findings: list[Finding] = []
    for index, miner in feeding(run.pipeline).items():
        with run.progress.task(f"mine {miner.kind}"), at("mine", index):
            _check_names(table, miner)
            finding, learnt = miner.learn(table, barred)
            fitted.append(learnt)
            findings.append(finding)
    with atomic_folder(run.folder / FOLDER, **facts(mined_key(run))) as folder:
        _write_table(run, table, fitted, folder)
        save_mined(folder / FITTED, fitted)
        write_json(folder / FINDINGS, [finding.model_dump(mode="json") for finding in findings])


def mined_findings(run: Run) -> dict[int, Any]:
    """The findings of the miners that feed the network, by the place of the miner in the file."""
    places = feeding(run.pipeline)
    return dict(zip(places, read_json(run.folder / FOLDER / FINDINGS), strict=True)) if places else {}


def fitted_miners(run: Run) -> tuple[Fitted, ...]:
    """What adds columns to the one table, in the order of the file."""
    return load_mined(run.folder / FOLDER / FITTED) if feeding(run.pipeline) else ()


def mined_table(run: Run) -> Table:
    """The one table with the columns that were mined; as it was integrated, where there are none.

    A new column depends on what all the columns that it was computed from depend on.
    """
    table: Table = run.result("integrate").table
    if not feeding(run.pipeline):
        return table
    columns, lineage = dict(table.columns), dict(table.lineage)
    for each in fitted_miners(run):
        origin = frozenset[str]().union(*(table.lineage.get(name, frozenset()) for name in each.inputs))
        columns |= each.makes
        lineage |= dict.fromkeys(each.makes, origin)
    stored = run.session.read_parquet([run.folder / FOLDER / DATA])
    query = sql.select(stored, [*columns, *table.hidden])
    return replace(table, query=query, columns=columns, lineage=lineage)


def table_key(run: Run) -> str:
    """The key of the table that `mined_table` gives."""
    integrated = run.key("integrate").whole
    return fingerprint([integrated, mined_key(run).whole]) if feeding(run.pipeline) else integrated


def origins(mined: Sequence[Fitted]) -> dict[str, list[str]]:
    """Of each new column, the columns it is computed from."""
    return {name: list(each.inputs) for each in mined for name in each.makes}


def _write_table(run: Run, table: Table, fitted: Sequence[Fitted], folder: Path) -> None:
    """The new columns as they flow; then, by the engine, so that no type changes, the whole table."""
    made = [name for each in fitted for name in each.makes]
    beside = folder / "beside.parquet"
    with run.progress.task("mined columns", table.count()) as told, _writer(fitted, beside) as writer:
        for batch in _batches(table, fitted):
            writer.write_batch(batch)
            told.advance(batch.num_rows)
    columns: dict[str, exp.Expr] = {name: sql.column(name, "t") for name in (*table.columns, *table.hidden)}
    columns |= {name: sql.column(name, "m") for name in made}
    same = exp.EQ(this=sql.column(ROW, "t"), expression=sql.column(ROW, "m"))
    joined = exp.select(*(exp.alias_(value, sql.column(name).this) for name, value in columns.items()))
    joined = joined.from_(sql.relation(table.query, "t"))
    joined = joined.join(sql.relation(run.session.read_parquet([beside]), "m"), on=same)
    run.session.write_parquet(joined, folder / DATA)
    beside.unlink()


def _batches(table: Table, fitted: Sequence[Fitted]) -> Iterator[pa.RecordBatch]:
    """`__row` and the new columns of all rows."""
    inputs = list(dict.fromkeys(name for each in fitted for name in each.inputs))
    for batch in table.session.batches(sql.select(table.query, [*inputs, ROW]), BATCH):
        yield pa.RecordBatch.from_pydict({ROW: batch.column(ROW), **mined_columns(fitted, batch)})


def _writer(fitted: Sequence[Fitted], path: Path) -> parquet.ParquetWriter:
    types = {"VARCHAR": pa.string(), "DOUBLE": pa.float64()}
    made = [(name, types[kind]) for each in fitted for name, kind in each.makes.items()]
    return parquet.ParquetWriter(path, pa.schema([(ROW, pa.int64()), *made]), compression="lz4")


def _barred(model: Model, table: Table) -> Barred:
    """What may not be known when a prediction is asked for, or holds the answer; what is no input unless named."""
    never = dict.fromkeys(model.exclude, "is never an input, by model: exclude")
    for output in model.outputs:
        never |= derived_from(table, output)
    never |= dict.fromkeys(model.outputs, "it is what is to be predicted")
    listed = _listed(model)
    return Barred(never, frozenset() if listed is None else frozenset(table.columns) - frozenset(listed))


def _listed(model: Model) -> list[str] | None:
    """The columns that the file lists as inputs; None where all that fit are taken."""
    if model.inputs == "auto" or "auto" in model.inputs:
        return None
    return [input_name(each) for each in model.inputs]


def input_name(given: Any) -> str:
    """The column of an input as it may be written."""
    if isinstance(given, Component):
        return str(getattr(given, "column", ""))
    return str(given.get("column", "")) if isinstance(given, dict) else str(given)


def _check_names(table: Table, miner: FeatureMiner) -> None:
    known = {name.casefold(): name for name in table.columns}
    for name in miner.makes:
        if name.casefold() in known:
            raise ComponentError(
                f"{miner.kind} would make a column {name!r}, and the table has a column "
                f"{known[name.casefold()]!r} already; give the new one another name, such as name: mined_{name}"
            )
