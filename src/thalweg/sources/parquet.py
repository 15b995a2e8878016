"""Parquet files, read where they lie."""

from __future__ import annotations

from collections.abc import Sequence
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

    from thalweg.engines.engine import Session

ENDINGS = (".parquet", ".pq")


class Parquet(Source):
    """Read Parquet: a file, several with the same columns, a pattern, or a folder of them.

    Nothing is copied: later stages read the files where they lie. The files of a folder are taken in the order of
    their names, those of folders inside it too.
    """

    kind: ClassVar[str] = "parquet"

    path: str | tuple[str, ...]
    """The file, folder, pattern, or a list of files; from the folder of the pipeline file."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, (str, list)) else value

    @classmethod
    def claims(cls, value: Any) -> bool:
        path = value.get("path") if isinstance(value, dict) and set(value) == {"path"} else value
        paths = path if isinstance(path, (list, tuple)) and path else [path]
        return all(isinstance(each, str) and each.lower().endswith((*ENDINGS, "/")) for each in paths)

    @classmethod
    def example(cls) -> Self:
        return cls(path="flights.parquet")

    def fingerprint(self, folder: Path) -> str:
        return fingerprint(["parquet", fingerprint_files(self._files(folder))])

    def size(self, folder: Path) -> int:
        return size_of(self._files(folder))

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.engines.table import HIDDEN
        from thalweg.sources.names import usable

        files = self._files(place.folder)
        names = alike(files)
        visible = [column for column in names if column not in HIDDEN] or names
        usable(visible, name)
        return OpenedParquet(place.session, files, visible, len(visible) == len(names))

    def _files(self, folder: Path) -> list[Path]:
        if not isinstance(self.path, str) or not (whole := folder / Path(self.path).expanduser()).is_dir():
            return found(self.path, folder)
        files = sorted(file for ending in ENDINGS for file in whole.rglob(f"*{ending}") if file.is_file())
        if not files:
            raise SourceError(
                f"the folder {whole} holds no Parquet files", hint="their names must end in .parquet"
            )
        partitioned = next(
            (part for file in files for part in file.relative_to(whole).parts[:-1] if "=" in part), None
        )
        if partitioned:
            raise SourceError(
                f"the folder {whole} is partitioned by {partitioned.split('=')[0]!r}: values that stand only in "
                "names of folders would be lost",
                hint="write the column into the files, or name the files of one partition",
            )
        return files


def alike(files: Sequence[Path]) -> list[str]:
    """The columns of the files. Raises SourceError where one is damaged, or has other columns than the first."""
    from thalweg.sources.names import unlike

    first = _schema(files[0])
    unlike(first.names, str(files[0]))
    for file in files[1:]:
        schema = _schema(file)
        if schema.names != first.names or schema.types != first.types:
            changed = sorted({str(field) for field in schema} ^ {str(field) for field in first})
            raise SourceError(
                f"{file} has other columns than {files[0]}: {', '.join(changed)}",
                hint="read them as two sources, and unite them with: - union",
            )
    return first.names


def _schema(file: Path) -> pa.Schema:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(file)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{file} is damaged, or is not Parquet: {str(error).splitlines()[0]}", hint="write it again"
        ) from error


@dataclass(frozen=True)
class OpenedParquet(Opened):
    """Files that stay where they are, unless a run wrote them: its hidden columns are left out."""

    session: Session
    files: list[Path]
    names: list[str]
    plain: bool

    @property
    def query(self) -> exp.Query:
        from sqlglot import exp

        from thalweg.engines import sql

        paths = exp.Array(expressions=[sql.literal(str(path)) for path in self.files])
        return exp.select(*map(sql.column, self.names)).from_(sql.call("read_parquet", paths))

    @property
    def parquet(self) -> list[Path] | None:
        return self.files if self.plain else None
