"""The rows of other tables under those of this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from pydantic import field_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.core.ledger import Entry
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.integrate.agreement import may_stack
from thalweg.integrate.naming import check_names, find, repeated
from thalweg.integrate.operation import Integrated, Operation
from thalweg.integrate.schema_match import Match, propose


class Union(Operation):
    """Append the rows of other tables, column under column of the same name.

        - union: flights_2014
        - union: {table: [flights_2014, flights_2015], fill: null}

    Columns of other names may be told apart by hand (`columns: {surname: last_name}`) or matched by the likeness of
    names, types and values: `match: propose` only tells the pairs it finds, with their scores, `match: auto` takes
    those of at least `score`. What was matched is written to the account of rows, and as `columns` into the resolved
    file of the run.

    Types must agree, or one be wide enough for both (BIGINT and DOUBLE, a day and a time). A row keeps its
    number; the rows appended are numbered on from the highest number before them.
    """

    kind: ClassVar[str] = "union"

    table: str | list[str]
    """The other table, or several."""
    fill: Literal["refuse", "null"] = "refuse"
    """What to do about a column that some table lacks: refuse, or fill it with NULL."""

    match: Literal["name", "propose", "auto"] = "name"
    """How columns find each other: by name alone; by name, with others proposed; or taking those."""
    score: float = 0.7
    """The least score, 0 to 1, of a pair that `match: auto` takes."""
    columns: dict[str, str] = {}
    """Columns of the other tables to the columns here that they are: `{surname: last_name}`."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"table": value} if isinstance(value, (str, list)) else value

    @field_validator("fill", mode="before")
    @classmethod
    def _null_as_written(cls, fill: Any) -> Any:
        return "null" if fill is None else fill

    @field_validator("table")
    @classmethod
    def _some(cls, table: str | list[str]) -> str | list[str]:
        if not table:
            raise ComponentError("union needs at least one other table")
        if isinstance(table, list) and repeated(table):
            raise ComponentError(f"union names a table twice: {', '.join(repeated(table))}")
        return table

    @field_validator("score")
    @classmethod
    def _is_a_share(cls, score: float) -> float:
        if not 0 < score <= 1:
            raise ComponentError(f"expected a score above 0 and at most 1, received {score}")
        return score

    @classmethod
    def example(cls) -> Self:
        return cls(table="flights_2014")

    def tables(self) -> tuple[str, ...]:
        return (self.table,) if isinstance(self.table, str) else tuple(self.table)

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        appended = [self._renamed(table, find(others, name)) for name in self.tables()]
        matches: dict[str, Any] = {}
        renamed: dict[str, dict[str, str]] = {}
        for place, other in enumerate(appended):
            found = propose(table, other) if self.match != "name" else []
            if found:
                matches[other.name] = [match.written() for match in found]
            if self.match == "auto":
                taken = {match.there: match.here for match in found if match.score >= self.score}
                appended[place] = _with_names(other, taken)
                renamed[other.name] = taken
            self._check_columns(table, appended[place], found)
            _check_split(table, other)
        parts = [table, *appended]
        columns = _all_columns(parts)
        check_names(columns)
        extents = [part.aggregate(rows=sql.row_count(), last=exp.Max(this=sql.column(ROW))) for part in parts]
        first, *added = [extent["rows"] for extent in extents]
        entry = Entry(
            stage="integrate",
            table=table.name,
            step=f"union {', '.join(self.tables())}",
            rows_in=first,
            kept=first,
            added=sum(added),
            notes={
                "added": dict(zip(self.tables(), added, strict=True)),
                **({self._told: matches} if matches else {}),
            },
        )
        stacked = _stacked(parts, columns, _offsets([extent["last"] for extent in extents]))
        return Integrated(stacked, entry, learnt=self._learnt(renamed, others))

    def _learnt(self, renamed: Mapping[str, Mapping[str, str]], others: Mapping[str, Table]) -> Self | None:
        """The union with the columns that were matched written out; None where nothing was, or where a name means one
        column in one table and another in the next, which `columns` can't say."""
        if self.match != "auto":
            return None
        every = dict(self.columns)
        for taken in renamed.values():
            every |= taken
        for name, taken in renamed.items():
            own = {there: here for there, here in every.items() if there in others[name].columns}
            if own != {**{there: here for there, here in self.columns.items() if there in own}, **taken}:
                return None
        return self.model_copy(update={"match": "name", "columns": every})

    @property
    def _told(self) -> str:
        return (
            f"columns matched from a score of {self.score:g}" if self.match == "auto" else "columns proposed"
        )

    def _renamed(self, table: Table, other: Table) -> Table:
        """The other table with the names that the file gives its columns."""
        if not self.columns:
            return other
        for there, here in self.columns.items():
            table.require(here)
            if there not in other.columns and len(self.tables()) == 1:
                other.require(there)
        return _with_names(
            other, {there: here for there, here in self.columns.items() if there in other.columns}
        )

    def _check_columns(self, table: Table, other: Table, found: Sequence[Match] = ()) -> None:
        for name in table.columns.keys() & other.columns.keys():
            one, two = table.columns[name], other.columns[name]
            if not may_stack(one, two):
                raise ComponentError(
                    f"union {other.name}: column {name!r} is {one} in {table.name!r} and {two} in "
                    f"{other.name!r}; make them alike in clean with a `types` step, "
                    f"such as {{{other.name}: [{{types: {{{name}: {one}}}}}]}}"
                )
        lacks = {
            have.name: sorted(other_one.columns.keys() - have.columns.keys())
            for have, other_one in ((table, other), (other, table))
        }
        told = [
            f"{name!r} has no {', '.join(map(repr, missing))}" for name, missing in lacks.items() if missing
        ]
        if told and self.fill == "refuse":
            raise ComponentError(
                f"union {other.name}: {'; '.join(told)}; rename or drop columns until both have the same, "
                f"or write fill: null to fill what is missing with NULL{_proposed(found)}"
            )


def _proposed(found: Sequence[Match]) -> str:
    """The pairs that were found, as they could be written."""
    if not found:
        return ""
    pairs = ", ".join(f"{match.there}: {match.here}" for match in found)
    scores = ", ".join(f"{match.there} is {match.here}: {match.score:g}" for match in found)
    return f"; or, if these belong together, columns: {{{pairs}}} (scores: {scores})"


def _with_names(other: Table, names: Mapping[str, str]) -> Table:
    """A table with some of its columns called otherwise."""
    if not names:
        return other
    called = [names.get(name, name) for name in other.columns]
    check_names(called)
    return other.select(dict(zip(called, map(sql.column, other.columns), strict=True)))


def _check_split(table: Table, other: Table) -> None:
    if table.split != other.split:
        known, unknown = (table, other) if table.split else (other, table)
        raise ComponentError(
            f"union {other.name}: it is known which rows of {known.name!r} are for training, but not which "
            f"of {unknown.name!r}; divide the rows by a column that both tables have, in dataset: split"
        )


def _all_columns(parts: Sequence[Table]) -> dict[str, str]:
    """Every column in order of appearance, with a type of a table that has it."""
    columns: dict[str, str] = {}
    for part in parts:
        columns = {**columns, **{name: kind for name, kind in part.columns.items() if name not in columns}}
    return columns


def _offsets(last_rows: Sequence[int | None]) -> list[int]:
    """What to add to the row numbers of each table so that they follow those of the tables before."""
    offsets = [0]
    for last in last_rows[:-1]:
        offsets.append(offsets[-1] + (0 if last is None else int(last) + 1))
    return offsets


def _stacked(parts: Sequence[Table], columns: Mapping[str, str], offsets: Sequence[int]) -> Table:
    main = parts[0]
    selects = [_part(part, columns, offset) for part, offset in zip(parts, offsets, strict=True)]
    query: exp.Query = selects[0]
    for following in selects[1:]:
        query = exp.union(query, following, distinct=False)
    types = main.session.columns(query)
    lineage = {
        name: frozenset().union(*(part.lineage.get(name, frozenset()) for part in parts)) for name in columns
    }
    return replace(main, query=query, columns={name: types[name] for name in columns}, lineage=lineage)


def _part(part: Table, columns: Mapping[str, str], offset: int) -> exp.Select:
    values: dict[str, exp.Expr] = {name: sql.cast(exp.null(), kind) for name, kind in columns.items()}
    values |= {name: sql.column(name) for name in (*part.columns, *part.hidden)}
    if offset:
        values[ROW] = exp.Add(this=sql.column(ROW), expression=sql.literal(offset))
    return sql.select(part.query, {name: values[name] for name in (*columns, *part.hidden)})
