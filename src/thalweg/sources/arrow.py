"""Arrow IPC files: `.arrow`, `.feather`, `.ipc`, in the file and in the stream format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint
from thalweg.sources.found import fingerprint_files, found, size_of
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from thalweg.core.errors import DataError
    from thalweg.engines.engine import Session
    from thalweg.sources.relay import Relay

ENDINGS = (".arrow", ".feather", ".ipc")
FILE_FORMAT = b"ARROW1"
FEATHER_1 = b"FEA1"
ROWS = 65_536


class Arrow(Source):
    """Read Arrow IPC: a file, several with the same columns, or a pattern; the file format (Feather 2), a stream, or
    Feather 1. Lengths of time are read as seconds; decimals of more than 38 digits are refused."""

    kind: ClassVar[str] = "arrow"

    path: str | tuple[str, ...]
    """The file, a pattern, or a list of files; from the folder of the pipeline file."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, (str, list)) else value

    @classmethod
    def claims(cls, value: Any) -> bool:
        path = value.get("path") if isinstance(value, dict) and set(value) == {"path"} else value
        paths = path if isinstance(path, (list, tuple)) and path else [path]
        return all(isinstance(each, str) and each.lower().endswith(ENDINGS) for each in paths)

    @classmethod
    def example(cls) -> Self:
        return cls(path="flights.arrow")

    def fingerprint(self, folder: Path) -> str:
        return fingerprint(["arrow", fingerprint_files(found(self.path, folder))])

    def files(self, folder: Path) -> Sequence[Path]:
        return found(self.path, folder)

    def size(self, folder: Path) -> int:
        return size_of(found(self.path, folder))

    def open(self, name: str, place: Place) -> Opened:
        files = found(self.path, place.folder)
        schema = common_schema(files)
        return opened_arrow(place.session, schema, lambda: _batches(files), str(files[0]))


@contextmanager
def batches_of(path: Path) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The schema and batches of a file. Raises SourceError where it is damaged."""
    import pyarrow as pa

    try:
        with pa.OSFile(str(path)) as source:  # mapped, a file that is cut meanwhile would end the process
            start = source.read(len(FILE_FORMAT))
            if start.startswith(FEATHER_1):
                table = _feather_1(path)
                yield table.schema, map(_sound, table.to_batches(ROWS))
            elif start == FILE_FORMAT:
                file = pa.ipc.open_file(source)
                batches = (file.get_batch(i) for i in range(file.num_record_batches))
                yield file.schema, map(_sound, batches)
            else:
                source.seek(0)
                stream = pa.ipc.open_stream(source)
                yield stream.schema, map(_sound, stream)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{path} is damaged, or is not Arrow IPC: {str(error).splitlines()[0]}", hint="write it again"
        ) from error


def _feather_1(path: Path) -> pa.Table:
    """A file of the format before Arrow's own, which Arrow reads for as long as it does."""
    import warnings

    from pyarrow import feather

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return feather.read_table(path, memory_map=True)


def _sound(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch whose offsets stay inside it and whose text is UTF-8: others believe it without looking."""
    batch.validate(full=True)
    return batch


def common_schema(files: Sequence[Path]) -> pa.Schema:
    """The schema of the files. Raises SourceError where they differ."""
    from thalweg.sources.names import unlike

    first = _schema(files[0])
    unlike(first.names, str(files[0]))
    for file in files[1:]:
        schema = _schema(file)
        if schema != first:
            changed = sorted({str(f) for f in schema} ^ {str(f) for f in first})
            raise SourceError(
                f"{file} has other columns than {files[0]}: {', '.join(changed)}",
                hint="read them as two sources, and unite them with: - union",
            )
    return first


def _schema(file: Path) -> pa.Schema:
    with batches_of(file) as (schema, _):
        return schema.remove_metadata()


def _batches(files: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    for file in files:
        with batches_of(file) as (_, inside):
            yield from inside


def opened_arrow(
    session: Session, schema: pa.Schema, batches: Callable[[], Iterator[pa.RecordBatch]], where: str
) -> OpenedArrow:
    """Arrow batches opened. Raises SourceError where a column is of a type that cannot be read."""
    from thalweg.sources.arrow_types import carried_schema, notes_of
    from thalweg.sources.relay import Relay

    types = notes_of(schema)
    relay = Relay(session, "arrow")
    return OpenedArrow(relay, carried_schema(schema, where), batches, {"types": types} if types else {})


@dataclass(frozen=True)
class OpenedArrow(Opened):
    """Arrow batches, read anew each time the query is asked for, in the types of `schema`."""

    relay: Relay
    schema: pa.Schema
    batches: Callable[[], Iterator[pa.RecordBatch]]
    told: Mapping[str, Any]

    @property
    def query(self) -> exp.Query:
        from thalweg.sources.arrow_types import carried

        return self.relay.offer(self.schema, (carried(batch, self.schema) for batch in self.batches()))

    @property
    def notes(self) -> Mapping[str, Any]:
        return self.told

    def mend(self, error: DataError) -> Opened:
        raise self.relay.told(error) from None
