"""A bundle in Python: frames in, frames of the same library out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from thalweg.core.errors import DataError
from thalweg.deployment.answer import answer
from thalweg.deployment.bundle import Bundle, open_bundle
from thalweg.deployment.predict import BATCH
from thalweg.engines.duckdb import DuckDB
from thalweg.sources.handed import source_of
from thalweg.sources.source import Place
from thalweg.sources.stream import stream


class Model:
    """A trained model that answers. `bundle` holds its parts; `metrics` how it was judged."""

    def __init__(self, bundle: Bundle):
        self.bundle = bundle

    @property
    def metrics(self) -> dict[str, Any]:
        """By output, then by metric, on the test rows."""
        return dict(self.bundle.metrics)

    @property
    def inputs(self) -> dict[str, str]:
        """The columns it takes, with their SQL types."""
        return dict(self.bundle.signature["inputs"])

    def predict(self, data: Any) -> Any:
        """Answers for the rows of a pandas, Polars or Arrow frame, a DuckDB relation, or a path.

        Returns predictions and probabilities only, a row for each row of `data` in its order, as a frame of
        the same library (Arrow for relations and paths). Raises DataError where a column is missing or of
        another type, or where rows can't be encoded: unlike `thalweg predict`, there is no file to set them
        aside in.
        """
        with (
            TemporaryDirectory(prefix="thalweg-predict-") as scratch,
            DuckDB().open(Path(scratch)) as session,
        ):
            read = stream(source_of(data), Place(session, Path.cwd()), BATCH, self.bundle.signature["inputs"])
            batches = [self._answered(batch) for batch in read]
            read.close()
        if not batches:
            raise DataError("there are no rows to predict for")
        return like(data, pa.Table.from_batches(batches))

    def _answered(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        answers = answer(self.bundle, batch)
        if answers.reasons:
            raise DataError(
                f"{len(answers.reasons)} rows can't be encoded, the first because: {answers.reasons[0]}",
                hint="use `thalweg predict`, which sets such rows aside and answers for the others",
            )
        return pa.RecordBatch.from_pydict(answers.columns)


def load(path: str | Path) -> Model:
    """The model of a bundle's folder or zip. Raises BundleError where it is damaged or newer than this program."""
    return Model(open_bundle(Path(path)))


def like(data: Any, table: pa.Table) -> Any:
    """An Arrow table as a frame of the library that `data` is of."""
    library = type(data).__module__.partition(".")[0]
    if library == "pandas":
        frame = table.to_pandas()
        frame.index = data.index
        return frame
    if library == "polars":
        import polars

        return polars.from_arrow(table)
    return table
