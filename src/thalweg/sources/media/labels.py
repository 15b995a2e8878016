"""Labels of files from a table beside them: a CSV file with a line a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from sqlglot import exp

from thalweg.core.component import Section, parse
from thalweg.core.errors import SourceError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW
from thalweg.sources.media.broken import BrokenFile
from thalweg.sources.settle import settled
from thalweg.sources.source import Place, Source

NTH = "__nth"


class Labels(Section):
    """A file with a line for each media file: `labels.csv`, or `{file: labels.csv, column: image, by: stem}`.

    Its other columns become columns of the table. A media file without a line has NULL in them; a line without a media
    file, and a second line for the same one, go to quarantine.
    """

    file: str
    """The file, from the folder of the pipeline file; any that can be read by its name alone."""
    column: str | None = None
    """The column that names the media file. Left out: the first."""
    by: Literal["path", "name", "stem"] = "path"
    """What that column holds: the path from the folder of media, the file's name, or the name without its ending."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"file": value} if isinstance(value, str) else value

    @property
    def source(self) -> Source:
        """What reads the file."""
        return parse(Source, self.file)


@dataclass(frozen=True)
class LabelTable:
    """Labels read: a Parquet file with a row for each line."""

    session: Session
    path: Path
    key: str
    others: tuple[str, ...]
    name: str

    def joined(self, files: exp.Query, names: Sequence[str], key: str, order: str) -> exp.Query:
        """The files with the labels of each; `key` is the column of `files` that labels name them by."""
        first = exp.EQ(this=sql.column(NTH), expression=sql.literal(1))
        labels = sql.select(self._numbered(), [self.key, *self.others]).where(first)
        wanted = {name: sql.column(name, "f") for name in names} | {
            n: sql.column(n, "l") for n in self.others
        }
        columns = [exp.alias_(value, exp.to_identifier(name, quoted=True)) for name, value in wanted.items()]
        query = exp.select(*columns).from_(sql.relation(files, "f"))
        on = exp.EQ(this=sql.column(key, "f"), expression=sql.column(self.key, "l"))
        return query.join(sql.relation(labels, "l"), on=on, join_type="left").order_by(sql.column(order, "f"))

    def refused(self, files: exp.Query, key: str) -> Iterator[tuple[int, str, BrokenFile]]:
        """Line, key and reason of each line that names no file of `files`, or one that was named before."""
        lines = sql.select(
            self._numbered(), {"key": sql.column(self.key), "line": sql.column(ROW), "nth": sql.column(NTH)}
        )
        known = exp.In(this=sql.column("key"), query=sql.select(files, [key]).subquery())
        checked = sql.select(
            lines,
            {"key": sql.column("key"), "line": sql.column("line"), "nth": sql.column("nth"), "known": known},
        )
        wrong = sql.any_of(
            [exp.GT(this=sql.column("nth"), expression=sql.literal(1)), exp.not_(sql.column("known"))]
        )
        wrong = sql.any_of([wrong, sql.is_null(sql.column("key"))])
        bad = sql.select(checked, ["key", "line", "nth", "known"]).where(wrong).order_by(sql.column("line"))
        for batch in self.session.batches(bad):
            for row in batch.to_pylist():
                yield row["line"] + 1, row["key"] or "", self._why(row)

    def _why(self, row: dict[str, Any]) -> BrokenFile:
        if not row["known"]:
            return BrokenFile("label without a file", f"no file is named {row['key']!r}")
        return BrokenFile("second label of a file", f"{row['key']!r} was named in a line before")

    def _numbered(self) -> exp.Query:
        """The labels, and which of the lines with the same key a line is, from 1."""
        order = exp.Order(expressions=[exp.Ordered(this=sql.column(ROW))])
        nth = exp.Window(this=exp.RowNumber(), partition_by=[sql.column(self.key)], order=order)
        columns = {name: sql.column(name) for name in (self.key, *self.others, ROW)}
        return sql.select(self.session.scan_parquet([self.path]), {**columns, NTH: nth})


def read_labels(labels: Labels, place: Place, taken: Sequence[str]) -> LabelTable:
    """Read the file of labels. Raises SourceError where it cannot be read whole, or has a column of `taken`."""
    session = place.session
    path = session.scratch / f"labels_{uuid4().hex}.parquet"
    opened = labels.source.open("labels", place)
    opened, _ = settled(
        opened, lambda query: session.write_parquet(query, path), lambda _: session.scan_parquet([path])
    )
    bad = next(iter(opened.rejected()), None)
    if bad is not None and bad.num_rows:
        first = bad.to_pylist()[0]
        raise SourceError(
            f"{labels.file}: a line of the labels cannot be read: line {first['line']}: {first['reason']}",
            hint="mend the line; labels are read whole or not at all",
        )
    names = [name for name in session.columns(session.scan_parquet([path])) if name != ROW]
    key = labels.column or names[0]
    if key not in names:
        raise SourceError(f"{labels.file} has no column {key!r}; {did_you_mean(key, names)}")
    others = tuple(name for name in names if name != key)
    both = sorted({name for name in others if name.casefold() in {each.casefold() for each in taken}})
    if both:
        raise SourceError(
            f"{labels.file} has columns that the files have too: {', '.join(both)}",
            hint="rename them in the file; or leave out what folders say, with split: none",
        )
    return LabelTable(session, _as_text(session, path, key, others), key, others, labels.file)


def _as_text(session: Session, path: Path, key: str, others: Sequence[str]) -> Path:
    """The labels with their key as text, as names of files are."""
    target = path.with_name(f"{path.stem}_text.parquet")
    named = {key: sql.cast(sql.column(key), "VARCHAR"), **{name: sql.column(name) for name in others}}
    session.write_parquet(sql.select(session.scan_parquet([path]), named), target)
    path.unlink()
    return target
