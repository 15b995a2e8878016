"""Data handed over in Python: pandas, Polars, Arrow, a DuckDB relation, rows as dicts."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, PrivateAttr, field_validator

from thalweg.core.errors import ComponentError, SourceError
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 65_536  # in a piece that is digested: the digest does not depend on how the data happens to be cut


class Frame(Source):
    """Data handed over in Python; it cannot be written in a pipeline file.

    A pandas or Polars frame, an Arrow table, batch or reader, a DuckDB relation, anything else that gives an Arrow
    stream, a list of dicts, or a dict of lists. The index of a pandas frame is left out. A reader, which can be read
    only once, is first written to a temporary file.
    """

    kind: ClassVar[str] = "frame"

    data: Any = Field(exclude=True)
    """The data."""

    _spooled: Any = PrivateAttr(default=None)

    @classmethod
    def expand(cls, value: Any) -> Any:
        return value if isinstance(value, dict) and set(value) == {"data"} else {"data": value}

    @classmethod
    def example(cls) -> Self:
        return cls(data=[{"a": 1, "b": "x"}])

    @field_validator("data")
    @classmethod
    def _is_data(cls, value: Any) -> Any:
        if not is_frame(value):
            raise ComponentError(
                f"expected data such as a pandas or Polars frame, received {type(value).__name__}; "
                "in a pipeline file name a file instead"
            )
        return value

    def fingerprint(self, folder: Path) -> str:
        return content_digest(self.reader())

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.arrow import opened_arrow

        return opened_arrow(place.session, self.reader().schema, self.reader, "the frame")

    def reader(self) -> pa.RecordBatchReader:
        """The data as Arrow batches, from its beginning. Raises SourceError where it has no columns of one type."""
        import pyarrow as pa

        from thalweg.sources.names import unlike

        once = isinstance(self.data, pa.RecordBatchReader)
        reader = self._spool().reader() if once else as_reader(self.data)
        unlike(reader.schema.names, "the frame")
        return reader

    def _spool(self) -> Spool:
        if self._spooled is None:
            self._spooled = Spool(self.data)
        return self._spooled


class Spool:
    """A reader's batches in a temporary file that goes away with this object."""

    def __init__(self, reader: pa.RecordBatchReader):
        import pyarrow as pa

        descriptor, name = tempfile.mkstemp(suffix=".arrow")
        os.close(descriptor)
        self.path = Path(name)
        with pa.OSFile(name, "wb") as sink, pa.ipc.new_file(sink, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)

    def reader(self) -> pa.RecordBatchReader:
        import pyarrow as pa

        from thalweg.sources.arrow import batches_of

        def batches() -> Iterator[pa.RecordBatch]:
            with batches_of(self.path) as (_, inside):
                yield from inside

        with batches_of(self.path) as (schema, _):
            return pa.RecordBatchReader.from_batches(schema, batches())

    def __del__(self) -> None:
        self.path.unlink(missing_ok=True)


def is_frame(value: Any) -> bool:
    """Whether a value is data and not the name of data."""
    if isinstance(value, dict):
        return bool(value) and all(_is_column(column) for column in value.values())
    if isinstance(value, list):
        return bool(value) and all(isinstance(row, dict) for row in value)
    return any(hasattr(value, name) for name in ("__arrow_c_stream__", "__arrow_c_array__", "collect_schema"))


def _is_column(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple)) or hasattr(value, "__array__") or hasattr(value, "__arrow_c_array__")
    )


def as_reader(value: Any) -> pa.RecordBatchReader:
    """Anything `is_frame` accepts as Arrow batches."""
    import pyarrow as pa

    try:
        return _as_reader(value)
    except (pa.ArrowException, TypeError) as error:
        raise SourceError(
            f"the frame cannot be read as columns of one type each: {'; '.join(map(str, error.args))}",
            hint="give the column one type first, such as with frame.astype({NAME: str})",
        ) from error


def _as_reader(value: Any) -> pa.RecordBatchReader:
    import pyarrow as pa

    from thalweg.sources.names import unlike

    if isinstance(value, list):
        names = list(
            dict.fromkeys(name for row in value for name in row)
        )  # Arrow looks at the first row alone
        value = {name: [row.get(name) for row in value] for name in names}
    if isinstance(value, dict):
        return pa.table(value).to_reader(ROWS)
    if isinstance(value, pa.RecordBatch):
        return pa.Table.from_batches([value]).to_reader(ROWS)
    if isinstance(value, pa.Table):
        return value.to_reader(ROWS)
    home = type(value).__module__.split(".")[0]
    if home == "pandas":  # not by its Arrow stream, which would add the index
        unlike([str(name) for name in value.columns], "the frame")
        named = value.set_axis([str(name) for name in value.columns], axis=1)
        return pa.Table.from_pandas(named, preserve_index=False).replace_schema_metadata(None).to_reader(ROWS)
    if home == "polars" and hasattr(value, "collect"):
        value = value.collect()
    return pa.RecordBatchReader.from_stream(value)


def content_digest(reader: pa.RecordBatchReader) -> str:
    """The digest of a stream's names, types and values, however it is cut into batches.

    It is taken of the pieces as Parquet, which holds values alone; Arrow's own buffers hold their history too.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    digest = hashlib.blake2b(digest_size=16)
    digest.update(str([(field.name, str(field.type)) for field in reader.schema]).encode())
    options = {
        "compression": "none",
        "use_dictionary": False,
        "write_statistics": False,
        "store_schema": False,
    }
    for piece in _even_pieces(reader):
        try:
            with pa.PythonFile(_Sink(digest), "w") as sink:
                pq.write_table(piece, sink, row_group_size=ROWS, **options)
        except pa.ArrowNotImplementedError as error:
            raise SourceError(
                f"the frame has a column of a type that cannot be stored: {error}",
                hint="leave it out, or convert it",
            ) from error
    return digest.hexdigest()


def _even_pieces(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in reader:
        while rows + batch.num_rows >= ROWS:
            yield _joined([*waiting, batch.slice(0, ROWS - rows)])
            batch, waiting, rows = batch.slice(ROWS - rows), [], 0
        waiting, rows = [*waiting, batch], rows + batch.num_rows
    if rows:
        yield _joined(waiting)


def _joined(batches: Sequence[pa.RecordBatch]) -> pa.Table:
    """One table of these rows, in one piece, of types that Parquet knows."""
    import pyarrow as pa

    owned = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    whole = pa.Table.from_batches(batches)
    fields = [field.with_type(owned.get(field.type, field.type)) for field in whole.schema]
    return whole.cast(pa.schema(fields)).combine_chunks()


class _Sink:
    """A file that is digested and forgotten."""

    closed = False

    def __init__(self, digest: Any):
        self.digest = digest

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return len(data)

    def flush(self) -> None:
        return None

    def close(self) -> None:
        self.closed = True

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False
