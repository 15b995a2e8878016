"""Parquet files, read where they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint
from thalweg.sources.found import WILD, fingerprint_files, found, size_of
from thalweg.sources.object_store import S3, fetched, fingerprint_objects, is_remote
from thalweg.sources.partitions import partition_types
from thalweg.sources.source import Opened, Place, Source

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from thalweg.engines.engine import Session

ENDINGS = (".parquet", ".pq")


class Parquet(Source):
    """Read Parquet: a file, several with the same columns, a pattern, or a folder of them.

    Nothing is copied: later stages read the files where they lie. The files of a folder are taken in the order of
    their names, those of folders inside it too. Folders inside it named `year=2024` are partitions: what they say
    becomes columns (BIGINT where all are whole numbers, DATE where all are dates, else text), and the whole is copied
    once, with those columns. Files at `s3://bucket/…` are first copied to the run's scratch folder.
    """

    kind: ClassVar[str] = "parquet"

    path: str | tuple[str, ...]
    """The file, folder, pattern, or a list of files; from the folder of the pipeline file, or `s3://bucket/…`."""
    s3: S3 = S3()
    """Where an `s3://` path leads, if not to Amazon."""

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

    @classmethod
    def of_folder(cls, folder: Path) -> Source | None:
        """A folder whose only content, but for names that begin with `_` or `.`, are folders such as `year=2024` with
        Parquet inside, or files such as `part-00000.parquet`: what engines write as one table."""
        inside = [each for each in folder.iterdir() if not each.name.startswith((".", "_"))]
        parted = all(each.is_dir() and "=" in each.name for each in inside)
        parts = all(each.name.startswith("part-") and each.name.endswith(ENDINGS) for each in inside)
        if not inside or not (parted or parts):
            return None
        return cls(path=str(folder)) if any(next(folder.rglob(f"*{end}"), None) for end in ENDINGS) else None

    def fingerprint(self, folder: Path) -> str:
        if is_remote(self.path):
            return fingerprint(["parquet", fingerprint_objects(self.path, self.s3)])
        files = self._files(folder)
        parts = (
            [file.relative_to(root).parent.as_posix() for file in files]
            if (root := self._root(folder))
            else []
        )
        return fingerprint(
            ["parquet", fingerprint_files(files), *([parts] if any("=" in p for p in parts) else [])]
        )

    def files(self, folder: Path) -> Sequence[Path]:
        return () if is_remote(self.path) else self._files(folder)

    def size(self, folder: Path) -> int | None:
        return None if is_remote(self.path) else size_of(self._files(folder))

    def open(self, name: str, place: Place) -> OpenedParquet:
        from thalweg.engines.table import HIDDEN
        from thalweg.sources.names import unlike, usable

        if is_remote(self.path):
            local = self.model_copy(update={"path": fetched(self.path, self.s3, place.session.scratch)})
            return replace(local.open(name, place), plain=False)
        files = self._files(place.folder)
        partitions = partition_types(files, self._root(place.folder))
        names = [*(own := alike(files)), *(key for key in partitions if key not in own)]
        unlike(names, str(files[0]))
        visible = [column for column in names if column not in HIDDEN] or names
        usable(visible, name)
        plain = len(visible) == len(names) and not partitions
        return OpenedParquet(place.session, files, visible, plain, partitions)

    def _root(self, folder: Path) -> Path | None:
        """The folder below which names of folders may say something: the one named, or that of a pattern."""
        if not isinstance(self.path, str):
            return None
        whole = folder / Path(self.path).expanduser()
        if whole.is_dir():
            return whole
        parts = Path(self.path).parts
        wild = next((i for i, part in enumerate(parts[:-1]) if set(part) & set(WILD)), None)
        return None if wild is None or whole.exists() else folder / Path(*parts[:wild]).expanduser()

    def _files(self, folder: Path) -> list[Path]:
        if not isinstance(self.path, str) or not (whole := folder / Path(self.path).expanduser()).is_dir():
            return found(self.path, folder)
        files = sorted(file for ending in ENDINGS for file in whole.rglob(f"*{ending}") if file.is_file())
        if not files:
            raise SourceError(
                f"the folder {whole} holds no Parquet files", hint="their names must end in .parquet"
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

    from thalweg.sources.arrow_types import refuse_unreadable, too_many_digits

    try:
        schema = pq.read_schema(file)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{file} is damaged, or is not Parquet: {str(error).splitlines()[0]}", hint="write it again"
        ) from error
    refuse_unreadable(schema, str(file), too_many_digits)
    return schema


@dataclass(frozen=True)
class OpenedParquet(Opened):
    """Files that stay where they are, unless a run wrote them: its hidden columns are left out."""

    session: Session
    files: list[Path]
    names: list[str]
    plain: bool
    partitions: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> exp.Query:
        from sqlglot import exp

        from thalweg.engines import sql

        files = sql.files(self.files)
        return exp.select(*map(sql.column, self.names)).from_(sql.call("read_parquet", files, *self._hive()))

    def _hive(self) -> list[exp.Kwarg]:
        from sqlglot import exp

        from thalweg.engines import sql

        on = exp.convert(bool(self.partitions))
        options = [exp.Kwarg(this=exp.var("hive_partitioning"), expression=on)]
        if self.partitions:
            types = [
                exp.PropertyEQ(this=exp.to_identifier(key, quoted=True), expression=sql.literal(kind))
                for key, kind in self.partitions.items()
            ]
            options.append(exp.Kwarg(this=exp.var("hive_types"), expression=exp.Struct(expressions=types)))
        return options

    @property
    def parquet(self) -> list[Path] | None:
        return self.files if self.plain else None
