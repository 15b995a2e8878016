"""Rows of a course of time become one row for each moment: the past as lists, and what came next as the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.table import ROW, SPLIT, Table
from thalweg.engines.types import is_moment, is_number
from thalweg.integrate.naming import check_names, repeated, require_all
from thalweg.integrate.operation import Integrated, Operation, SetAside
from thalweg.integrate.times import comparable_time

Count = Annotated[int, Field(ge=1)]
PLACE, ROWS, FIRST, LAST, TIED, FATE = "__place", "__rows", "__first", "__last", "__tied", "__fate"
SHORT, ENDED, APART, BETWEEN = "short", "ended", "apart", "between"


class Windows(Operation):
    """Turn rows in the order of time into a row for each moment, with the values up to it and those after it as lists.

        - windows: {by: station, time: at, values: [temp, wind], steps: 96, target: temp, horizon: 24, stride: 24}

    A column of `values` becomes the list of its last `steps` values, the row's own the last of them. A column of
    `target` gives another one, `temp_next`, with its values in the `horizon` rows after it. All other columns are those
    of the moment's own row. Values that are missing stay so. Steps are rows, whatever time lies between them: fill gaps
    in clean before. Rows of one time follow each other as in the source, and are counted.

    A row with too few others before or after it is no moment, and dropped. So is one whose `horizon` reaches into
    another part of the split: what is to be judged would be learnt. A row without key or time goes to quarantine. What
    comes after a moment is never an input, unless the user says so.
    """

    kind: ClassVar[str] = "windows"

    time: str
    """The column that orders rows: dates, times or numbers."""
    values: list[str]
    """The columns whose past becomes a list."""
    steps: Count
    """Rows of the past: the moment's own, and those before it."""
    by: list[str] = []
    """What a course belongs to, such as a station or an engine. Left out: all rows are one."""
    target: list[str] = []
    """The columns whose next values become a list."""
    horizon: Count | None = None
    """Rows after the moment that these hold."""
    stride: Count = 1
    """Rows from one moment to the next."""
    short: Literal["drop", "keep"] = "drop"
    """What becomes of a row with fewer than `steps` rows up to it: kept, its lists are shorter."""

    @field_validator("values", "by", "target", mode="before")
    @classmethod
    def _one_or_many(cls, names: Any) -> Any:
        return [names] if isinstance(names, str) else names

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.values:
            raise ComponentError(
                "windows needs one column or several in `values`, such as values: [temp, wind]"
            )
        for names in (self.values, self.by, self.target):
            if twice := repeated(names):
                raise ComponentError(f"windows names a column twice: {', '.join(twice)}")
        if bool(self.target) != (self.horizon is not None):
            raise ComponentError(
                "windows needs `target` and `horizon` together, such as target: temp, horizon: 24, or neither"
            )
        if both := sorted({self.time, *self.by} & set(self.values)):
            raise ComponentError(
                f"windows: {both[0]!r} orders or divides the rows; it can't be in `values` too: give it another "
                f"name first, such as derive: {{{both[0]}_value: {both[0]}}}"
            )
        return self

    @classmethod
    def example(cls) -> Self:
        return cls(by=["station"], time="at", values=["temp"], steps=48, target=["temp"], horizon=24)

    def makes(self) -> tuple[str, ...]:
        return tuple(self._next(name) for name in self.target)

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        require_all(table, [*self.by, *self.values, *self.target])
        kind = table.columns[table.require(self.time, "time column")]
        if not (is_moment(kind) or is_number(kind)):
            raise ComponentError(
                f"windows: expected dates, times or numbers in the time column {self.time!r}, found {kind}; change it "
                "in clean with a `types` step"
            )
        check_names([*table.columns, *self.makes()])
        entry = self._entry(table)
        aside = table.where(sql.negated(self._ordered(table)))
        gone = (SetAside(aside, self._astray),) if entry.quarantined else ()
        return Integrated(self._moments(table), entry, gone)

    def _next(self, name: str) -> str:
        return f"{name}_next"

    @property
    def _astray(self) -> str:
        return f"no {' or '.join([*self.by, self.time])}"

    def _ordered(self, table: Table) -> exp.Expr:
        """Whether a row has a key and a time."""
        known = [sql.not_null(sql.column(name)) for name in self.by]
        return sql.all_of([*known, sql.not_null(comparable_time(table, self.time))])

    def _moments(self, table: Table) -> Table:
        """The rows that are moments, with their lists."""
        past = {"start": sql.literal(self.steps - 1), "start_side": "PRECEDING", "end": "CURRENT ROW"}
        lists = {name: self._over(sql.call("list", sql.column(name)), **past) for name in self.values}
        future = {"start": sql.literal(1), "start_side": "FOLLOWING", **self._ahead}
        for name in self.target:
            lists[self._next(name)] = self._over(sql.call("list", sql.column(name)), **future)
        columns = [*table.columns, *self.makes()]
        fated = self._fated(table, {name: lists.get(name, sql.column(name)) for name in columns})
        query = sql.select(fated, [*columns, *table.hidden]).where(sql.is_null(sql.column(FATE)))
        types = table.session.columns(query)
        lineage = {**table.lineage, **{self._next(name): self._later(table, name) for name in self.target}}
        return replace(table, query=query, columns={name: types[name] for name in columns}, lineage=lineage)

    def _later(self, table: Table, name: str) -> frozenset[str]:
        """All that comes after a moment has a source in common, which nothing that is known at the moment has."""
        sources = table.lineage.get(name, frozenset())
        return frozenset({f"{table.name}.{self.time}, later", *(f"{source}, later" for source in sources)})

    def _fated(self, table: Table, columns: Mapping[str, exp.Expr]) -> exp.Select:
        """These columns of the rows that have an order, and why each row is no moment: NULL where it is one."""
        made = {**columns, **{name: sql.column(name) for name in table.hidden}}
        before = self._over(exp.Lag(this=sql.column(self.time)))
        laid = {
            PLACE: self._over(exp.RowNumber()),
            ROWS: exp.Window(this=sql.row_count(), partition_by=self._course()),
            TIED: exp.EQ(this=before, expression=sql.column(self.time)),
        }
        if table.split and self.horizon is not None:
            part = exp.Coalesce(this=sql.column(SPLIT), expressions=[sql.literal(-1)])
            laid[FIRST] = self._over(exp.Min(this=part), start="CURRENT ROW", **self._ahead)
            laid[LAST] = self._over(exp.Max(this=part.copy()), start="CURRENT ROW", **self._ahead)
        rows = sql.select(table.query, {**made, **laid}).where(self._ordered(table))
        told = {name: sql.column(name) for name in (*made, TIED)}
        return sql.select(rows, {**told, FATE: self._fate(FIRST in laid)})

    def _fate(self, splits: bool) -> exp.Expr:
        """Of several reasons the first."""
        place, rows = sql.column(PLACE), sql.column(ROWS)
        first = self.steps if self.short == "drop" else 1
        left = exp.Sub(this=rows, expression=place)
        since = exp.paren(exp.Sub(this=place.copy(), expression=sql.literal(first)))
        between = exp.Mod(this=since, expression=sql.literal(self.stride))
        fate = exp.Case().when(exp.LT(this=place.copy(), expression=sql.literal(first)), sql.literal(SHORT))
        if self.horizon is not None:
            fate = fate.when(exp.LT(this=left, expression=sql.literal(self.horizon)), sql.literal(ENDED))
        if splits:
            apart = exp.NEQ(this=sql.column(FIRST), expression=sql.column(LAST))
            fate = fate.when(apart, sql.literal(APART))
        return fate.when(exp.NEQ(this=between, expression=sql.literal(0)), sql.literal(BETWEEN)).else_(
            exp.null()
        )

    def _over(self, function: exp.Expr, **frame: Any) -> exp.Window:
        """A function over the rows of a course, in the order of time; of a frame of rows where one is given."""
        order = exp.Order(expressions=[exp.Ordered(this=sql.column(name)) for name in (self.time, ROW)])
        spec = exp.WindowSpec(kind="ROWS", **frame) if frame else None
        return exp.Window(this=function, partition_by=self._course(), order=order, spec=spec)

    def _course(self) -> list[exp.Expr]:
        return [sql.column(name) for name in self.by]

    @property
    def _ahead(self) -> dict[str, Any]:
        """Where the frame ends that holds what comes after a row."""
        return {"end": sql.literal(self.horizon), "end_side": "FOLLOWING"}

    def _entry(self, table: Table) -> Entry:
        fates = {
            SHORT: f"fewer than {self.steps} rows up to it",
            ENDED: f"fewer than {self.horizon} rows after it",
            APART: "the rows after it reach into another part of the split",
            BETWEEN: f"between two moments, {self.stride} rows apart",
        }
        equal = {name: exp.EQ(this=sql.column(FATE), expression=sql.literal(name)) for name in fates}
        counted = {name: sql.true_count(condition) for name, condition in equal.items()}
        counted |= {"ordered": sql.row_count(), TIED: sql.true_count(sql.column(TIED))}
        (found,) = table.session.rows(sql.select(self._fated(table, {}), counted))
        counts = {name: int(count) for name, count in zip(counted, found, strict=True)}
        rows, ordered = table.count(), counts["ordered"]
        reasons = [
            Reason(fate="dropped", rule=rule, rows=counts[name])
            for name, rule in fates.items()
            if counts[name]
        ]
        if rows > ordered:
            reasons.append(Reason(fate="quarantined", rule=self._astray, rows=rows - ordered))
        dropped = sum(counts[name] for name in fates)
        return Entry(
            stage="integrate",
            table=table.name,
            step=f"windows {', '.join(self.values)}",
            rows_in=rows,
            kept=ordered - dropped,
            dropped=dropped,
            quarantined=rows - ordered,
            reasons=tuple(reasons),
            notes={"at_the_time_of_the_row_before": counts[TIED]},
        )
