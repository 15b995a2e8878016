"""A delimited file, opened: the query that reads it, and the second thoughts that reading it may give.

The engine reads in parallel and is then held against what is known apart from it: every line must have become a row,
or been refused. Where lines are missing, the file is read again without those that mislead the engine; where more
than one in a hundred values contradict a guessed type, the column is read again as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from thalweg.core.errors import DataError, SourceError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.sources.lines import rejects
from thalweg.sources.lines.carry import EXACT, INTEGERS, Column
from thalweg.sources.lines.encoding import undecodable_line, wrong_encoding
from thalweg.sources.lines.engine_reader import Values, position, read_csv
from thalweg.sources.lines.guess import DOUBT
from thalweg.sources.lines.records import Grammar
from thalweg.sources.lines.rejects import Rejects, Tally
from thalweg.sources.lines.set_aside import set_aside
from thalweg.sources.lines.survey import blank_lines
from thalweg.sources.lines.text import Text
from thalweg.sources.source import Opened


@dataclass(frozen=True)
class Layout:
    """How a file is laid out: its grammar, its values, the lines before the header, whether there is one."""

    grammar: Grammar
    values: Values
    encoding: str
    skip: int
    header: bool


@dataclass(frozen=True)
class OpenedLines(Opened):
    """One reading of files of the same layout."""

    session: Session
    texts: tuple[Text, ...]
    layout: Layout
    columns: tuple[Column, ...]
    decided: Mapping[str, Any]
    rejects: Rejects = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rejects", Rejects(self.session))

    @property
    def query(self) -> exp.Query:
        return sql.select(
            self._carried(**self.rejects.options),
            {
                column.name: self._exact(column, sql.column(position(index)))
                for index, column in enumerate(self.columns)
            },
        )

    @property
    def certain(self) -> bool:
        return False

    @property
    def notes(self) -> Mapping[str, Any]:
        return self.decided

    def rejected(self) -> Iterator[pa.RecordBatch]:
        return rejects.told(self.rejects, self.texts, self.columns, self.layout.encoding)

    def close(self) -> None:
        for path in self._paths:
            if self.session.scratch in path.parents:
                path.unlink(missing_ok=True)

    def judge(self, rows: int, kept: exp.Query) -> Opened | None:
        tally = self.rejects.tally()
        total = rows + tally.lines
        # after a broken quote the reader may swallow lines, and does not always say where it stood
        if (tally.broken_quotes and not self._set_aside) or not self._accounted(total, tally, kept):
            return self.without_misleading_lines()
        if (tally.undecodable > 2 and tally.undecodable > DOUBT * total) or tally.undecodable * 2 > total:
            raise self._wrong_encoding()
        wrong = [i for i, count in tally.misfits.items() if count > DOUBT * total and self.columns[i].guessed]
        return self._as_text(wrong) if wrong else self._wide(kept)

    def mend(self, error: DataError) -> Opened:
        if "state machine" in error.message and not self._set_aside:  # line ends or quotes it cannot make out
            return self.without_misleading_lines()
        fractions, beyond = self._audit()
        columns = tuple(
            self._mended(column, i in fractions, i in beyond) for i, column in enumerate(self.columns)
        )
        changed = [i for i, column in enumerate(columns) if column.type != self.columns[i].type]
        mended = replace(self, columns=columns, decided=self._noting(columns, changed))
        if any(not self.columns[i].guessed for i in fractions | beyond) and not self._set_aside:
            return mended.without_misleading_lines()
        if columns == self.columns:
            raise error
        return mended

    def without_misleading_lines(self) -> OpenedLines:
        """The same files without the lines that the engine cannot be trusted with."""
        layout = self.layout
        texts = tuple(
            set_aside(
                text,
                layout.grammar,
                layout.values,
                self.columns,
                skip=layout.skip,
                header=layout.header,
                scratch=self.session.scratch,
            )
            for text in self.texts
        )
        self.close()
        return replace(self, texts=texts)

    @property
    def _paths(self) -> list[Path]:
        return [text.path for text in self.texts]

    @property
    def _set_aside(self) -> bool:
        return all(text.records is not None for text in self.texts)

    def _carried(self, **options: Any) -> exp.Table:
        carriers = [column.carrier(self.layout.values.date_format) for column in self.columns]
        layout = self.layout
        grammar = layout.grammar
        if not any(text.survey.quotes for text in self.texts):
            grammar = replace(grammar, quote="")
        end = r"\r\n" if all(text.survey.ends == "\r\n" for text in self.texts) else r"\n"
        options |= {"skip": layout.skip, "header": layout.header, "new_line": end}
        return read_csv(self._paths, grammar, carriers, layout.values, **options)

    def _exact(self, column: Column, carried: exp.Expr) -> exp.Expr:
        value = column.value(carried, self.layout.values.date_format)
        if not self.layout.values.trim or column.type != "VARCHAR":
            return value
        trimmed = sql.call("trim", value)
        missing = exp.In(
            this=trimmed, expressions=[sql.literal(text) for text in ("", *self.layout.values.nulls)]
        )
        return exp.Case().when(missing, exp.null()).else_(trimmed.copy())

    def _accounted(self, total: int, tally: Tally, kept: exp.Query) -> bool:
        """Whether every line of the files became a row or was refused."""
        if self._set_aside:
            expected = sum(text.records or 0 for text in self.texts) - len(self.texts) * self.layout.header
            if total == expected:
                return True
            raise SourceError(
                f"{self.texts[0].name}: {expected:,} records were counted and {total:,} read: the file is not read "
                "rather than rows be lost",
                hint="look at its quotes and line ends, or say how it is written: quote, escape, delimiter",
            )
        lines = sum(text.survey.lines for text in self.texts)
        lines -= len(self.texts) * (self.layout.skip + self.layout.header)
        if total == lines:
            return True
        blank = sum(blank_lines(text.path) for text in self.texts) if len(self.columns) > 1 else 0
        if total + blank == lines:
            return True
        inside = tally.breaks + self._breaks(kept) if any(text.survey.quotes for text in self.texts) else 0
        return total + inside + blank == lines or total + inside == lines

    def _breaks(self, kept: exp.Query) -> int:
        """Line ends inside the rows that were read."""
        texts = [sql.column(column.name) for column in self.columns if column.type == "VARCHAR"]
        if not texts:
            return 0
        sums = {str(i): exp.Sum(this=rejects.line_feeds(text)) for i, text in enumerate(texts)}
        return sum(int(count or 0) for count in self.session.rows(sql.select(kept, sums))[0])

    def _wrong_encoding(self) -> SourceError:
        found = ((text, undecodable_line(text.path)) for text in self.texts)
        text, line = next((text, line) for text, line in found if line)
        return wrong_encoding(text.name, text.line(line[0]), line[1], self.layout.encoding)

    def _as_text(self, wrong: list[int]) -> OpenedLines:
        columns = tuple(
            replace(column, type="VARCHAR") if i in wrong else column for i, column in enumerate(self.columns)
        )
        return replace(self, columns=columns, decided=self._noting(columns, wrong))

    def _wide(self, kept: exp.Query) -> OpenedLines | None:
        """The columns whose integers pass what their carrier holds exactly, carried wider; None where none do."""
        doubles = [
            c for c in self.columns if c.type in INTEGERS and not c.wide and c.range != INTEGERS[c.type]
        ]
        if not doubles:
            return None
        ends = {
            f"{end.key} {i}": end(this=sql.column(c.name))
            for i, c in enumerate(doubles)
            for end in (exp.Min, exp.Max)
        }
        (found,) = self.session.rows(sql.select(kept, ends))
        least, greatest = found[::2], found[1::2]
        passing = {
            c.name
            for c, low, high in zip(doubles, least, greatest, strict=True)
            if low is not None and (low <= -EXACT or high >= EXACT)
        }
        columns = tuple(replace(c, wide=True) if c.name in passing else c for c in self.columns)
        return replace(self, columns=columns) if passing else None

    def _mended(self, column: Column, fractions: bool, beyond: bool) -> Column:
        if fractions and column.guessed:
            return replace(column, type="TIMESTAMP" if column.type == "DATE" else "DOUBLE")
        return replace(column, wide=True) if beyond and not column.wide else column

    def _noting(self, columns: tuple[Column, ...], changed: list[int]) -> dict[str, Any]:
        said = {
            columns[i].name: f"looked like {self.columns[i].type} at first, and is {columns[i].type}"
            for i in changed
        }
        return (
            {**self.decided, "types": {**self.decided.get("types", {}), **said}}
            if said
            else dict(self.decided)
        )

    def _audit(self) -> tuple[set[int], set[int]]:
        """The columns in which a value would be rounded, and those in which one is too large for its carrier."""
        exact = self.layout.values.date_format
        checked = [i for i, column in enumerate(self.columns) if column.carrier(exact) != column.type]
        tests = {}
        for i in checked:
            carried = sql.column(position(i))
            tests[f"fraction {i}"] = sql.true_count(self.columns[i].fractions(carried))
            tests[f"beyond {i}"] = sql.true_count(self.columns[i].beyond(carried))
        (counts,) = self.session.rows(sql.select(self._carried(ignore_errors=True), tests))
        found = dict(zip(tests, counts, strict=True))
        fractions = {i for i in checked if found[f"fraction {i}"]}
        return fractions, {i for i in checked if found[f"beyond {i}"]}
