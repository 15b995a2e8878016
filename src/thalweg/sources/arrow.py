"""Arrow IPC files: `.arrow`, `.feather`, `.ipc`, in the file and in the stream format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint
from thalweg.sources.found import fingerprint_files, found, size_of
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from thalweg.engines.engine import Session

ENDINGS = (".arrow", ".feather", ".ipc")
FILE_FORMAT = b"ARROW1"


class Arrow(Source):
    """Read Arrow IPC: a file, several with the same columns, or a pattern; the file format (Feather 2) or a stream."""

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

    def size(self, folder: Path) -> int:
        return size_of(found(self.path, folder))

    def open(self, name: str, place: Place) -> Opened:
        files = found(self.path, place.folder)
        schema = common_schema(files)
        return OpenedArrow(place.session, lambda: _reader(files, schema))


@contextmanager
def batches_of(path: Path) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The schema and batches of a file, memory-mapped. Raises SourceError where it is damaged."""
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as source:
            if source.read(len(FILE_FORMAT)) == FILE_FORMAT:
                file = pa.ipc.open_file(source)
                yield file.schema, (file.get_batch(i) for i in range(file.num_record_batches))
            else:
                source.seek(0)
                stream = pa.ipc.open_stream(source)
                yield stream.schema, iter(stream)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{path} is damaged, or is not Arrow IPC: {str(error).splitlines()[0]}", hint="write it again"
        ) from error


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


def _reader(files: Sequence[Path], schema: pa.Schema) -> pa.RecordBatchReader:
    import pyarrow as pa

    def batches() -> Iterator[pa.RecordBatch]:
        for file in files:
            with batches_of(file) as (_, inside):
                for batch in inside:
                    yield batch.replace_schema_metadata(None)

    return pa.RecordBatchReader.from_batches(schema, batches())


@dataclass(frozen=True)
class OpenedArrow(Opened):
    """Arrow batches, read anew each time the query is asked for."""

    session: Session
    reader: Any

    @property
    def query(self) -> exp.Query:
        from thalweg.engines import sql

        name = f"arrow_{uuid4().hex}"
        reader = self.reader()
        self.session.offer(name, reader)
        return sql.select(sql.table(name), reader.schema.names)
