"""Delta Lake tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.core.suggest import did_you_mean
from thalweg.sources.source import Opened, Place, Source

LOG = "_delta_log"


class Delta(Source):
    """Read a Delta Lake table: `{delta: lake/orders}`, `{delta: {path: lake/orders, version: 12}}`.

    Deleted rows, deletion vectors and partition columns are understood. The table is read at one version: the latest
    when the reading begins, or the one that `version` names; what is written meanwhile is not seen.
    """

    kind: ClassVar[str] = "delta"

    path: str
    """The folder of the table, from the folder of the pipeline file."""
    version: int | None = Field(default=None, ge=0)
    """Which version to read. Left out: the latest."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @classmethod
    def example(cls) -> Self:
        return cls(path="lake/orders", version=12)

    @classmethod
    def of_folder(cls, folder: Path) -> Source | None:
        return cls(path=str(folder)) if (folder / LOG).is_dir() else None

    def fingerprint(self, folder: Path) -> str:
        logged = self._versions(folder)
        wanted = max(logged) if self.version is None else self.version
        digest = fingerprint_file(logged[wanted]) if wanted in logged else None
        return fingerprint(["delta", wanted, digest])

    def open(self, name: str, place: Place) -> Opened:
        from sqlglot import exp

        from thalweg.engines import sql
        from thalweg.engines.apart import open_apart
        from thalweg.sources.foreign import offered

        table, logged = place.folder / self.path, self._versions(place.folder)
        version = max(logged) if self.version is None else self.version
        if version > max(logged):
            raise SourceError(
                f"{table} has no version {version}", hint=f"its latest version is {max(logged)}"
            )
        at = exp.Kwarg(this=exp.var("version"), expression=sql.literal(version))
        query = exp.select(exp.Star()).from_(sql.call("delta_scan", str(table), at))
        opened = offered(
            place.session,
            open_apart({"delta": "delta"}),
            query,
            name,
            lambda error: SourceError(f"{table}, version {version}, cannot be read: {error.message}"),
        )
        opened.told_notes = {**opened.told_notes, "version": version}
        return opened

    def _versions(self, folder: Path) -> dict[int, Path]:
        """The files of the log by version. Raises SourceError where the folder is no Delta table."""
        table = folder / Path(self.path).expanduser()
        if not table.is_dir():
            beside = [each.name for each in table.parent.iterdir()] if table.parent.is_dir() else []
            raise SourceError(f"there is no folder {table}", hint=did_you_mean(table.name, beside))
        logged = {int(file.stem): file for file in (table / LOG).glob("*.json") if file.stem.isdigit()}
        if not logged:
            inside = sorted(each.parent.name for each in table.glob(f"*/{LOG}"))
            raise SourceError(f"{table} is no Delta table: it holds no {LOG}", hint=did_you_mean("", inside))
        return logged
