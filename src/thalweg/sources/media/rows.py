"""The rows of a folder of media, read as they are asked for; files that are no rows set aside with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import SourceError
from thalweg.engines import sql
from thalweg.sources.media.broken import EMPTY, BrokenFile
from thalweg.sources.media.folder import Layout, MediaFolder, absolute
from thalweg.sources.media.labels import LabelTable, read_labels
from thalweg.sources.media.walk import Walk, Walked
from thalweg.sources.rejected_file import RejectedFile, rejected_batches
from thalweg.sources.source import Opened, Place

ROWS = 4_096  # in a batch, at most
BYTES = 8 * 2**20  # of text in a batch, about
OWN = {"path": "string", "file": "string", "bytes": "int64"}
KEY, ORDER = "__key", "__order"


def opened_files(source: MediaFolder, walk: Walk, layout: Layout, place: Place) -> OpenedFiles:
    """Open a folder whose layout is known."""
    types = {**OWN, **source.facts, **layout.types}
    labels = read_labels(source.labels, place, list(types)) if source.labels else None
    return OpenedFiles(source, walk, layout, place, types, labels)


@dataclass
class OpenedFiles(Opened):
    """A folder of media: each time the query is asked for, its files are looked at again."""

    source: MediaFolder
    walk: Walk
    layout: Layout
    place: Place
    types: dict[str, str]
    labels: LabelTable | None
    aside: Path | None = field(default=None)
    stored: Path | None = field(default=None)

    @property
    def schema(self) -> pa.Schema:
        """The columns before labels join."""
        return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in self.types.items()])

    @property
    def query(self) -> exp.Query:
        session = self.place.session
        self.aside = session.scratch / f"rejected_{uuid4().hex}.parquet"
        name = f"media_{uuid4().hex}"
        if self.labels is None:
            session.offer(name, pa.RecordBatchReader.from_batches(self.schema, self._batches(self.schema)))
            return sql.select(sql.table(name), self.schema.names)
        hidden = [pa.field(KEY, pa.string()), pa.field(ORDER, pa.int64())]
        schema = pa.schema([*self.schema, *hidden])
        session.offer(name, pa.RecordBatchReader.from_batches(schema, self._batches(schema)))
        self.stored = (
            session.scratch / f"{name}.parquet"
        )  # read twice: for its rows, and for labels without a file
        session.write_parquet(sql.select(sql.table(name), schema.names), self.stored)
        files = sql.select(session.scan_parquet([self.stored]), schema.names)
        self._refuse_labels(files)
        return self.labels.joined(files, self.schema.names, KEY, ORDER)

    @property
    def notes(self) -> dict[str, Any]:
        return dict(sorted(self.walk.passed.items()))

    def rejected(self) -> Iterator[pa.RecordBatch]:
        if self.aside is None or not self.aside.is_file():
            raise SourceError("the folder has not been read")
        return rejected_batches(self.aside)

    def close(self) -> None:
        for path in (self.aside, self.stored):
            if path is not None:
                path.unlink(missing_ok=True)

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        assert self.aside is not None
        aside = RejectedFile(self.aside, str(self.walk.root))
        waiting: list[dict[str, Any]] = []
        size = 0
        for at, found in enumerate(self.walk):
            try:
                row = self._row(found)
            except BrokenFile as error:
                aside.add(None, "", error.rule, error.reason, found.path)
                continue
            waiting.append({**row, KEY: self._key(found.path), ORDER: at})
            size += sum(len(value) for value in row.values() if isinstance(value, str))
            if len(waiting) == ROWS or size > BYTES:
                yield pa.RecordBatch.from_pylist(waiting, schema)
                waiting, size = [], 0
        aside.close()
        if waiting:
            yield pa.RecordBatch.from_pylist(waiting, schema)

    def _row(self, found: Walked) -> dict[str, Any]:
        if found.refused is not None:
            raise found.refused
        named = self.layout.values(found.path)
        try:
            size = found.file.stat().st_size
            if not size:
                raise BrokenFile(EMPTY, "it has no bytes")
            facts = self.source.read_facts(found.file)
        except PermissionError as error:
            raise BrokenFile("no permission to read", "run as a user who may read it") from error
        except FileNotFoundError as error:
            raise BrokenFile("gone while it was read", "it was in the folder a moment before") from error
        return {"path": found.path, "file": absolute(found.file), "bytes": size, **facts, **named}

    def _key(self, path: str) -> str | None:
        if self.source.labels is None:
            return None
        pure = PurePosixPath(path)
        return {"path": path, "name": pure.name, "stem": pure.stem}[self.source.labels.by]

    def _refuse_labels(self, files: exp.Query) -> None:
        """Set aside labels of no file beside the files that are no rows."""
        assert self.labels is not None
        assert self.source.labels is not None
        assert self.aside is not None
        before = self.aside
        self.aside = before.with_name(f"{before.stem}_all.parquet")
        every = RejectedFile(self.aside, self.source.labels.file)
        for batch in rejected_batches(before):
            for row in batch.to_pylist():
                every.add(row["line"], row["text"], row["rule"], row["reason"], row["file"])
        for line, text, why in self.labels.refused(files, KEY):
            every.add(line, text, why.rule, why.reason)
        every.close()
        before.unlink()
