"""Rows that are about the same thing, though they are not written the same."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator
from sqlglot import exp

from thalweg.clean.linkage.clusters import CLUSTER, clusters
from thalweg.clean.linkage.records import ID
from thalweg.clean.linkage.settings import Comparing
from thalweg.clean.linkage.survivors import MERGED, SURVIVOR, Survives, Survivors, survivors
from thalweg.clean.linkage.workbench import move, workbench
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.core.errors import ComponentError
from thalweg.core.fingerprint import fingerprint
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table


class FuzzyDuplicates(Comparing, Step):
    """Merge rows that are about the same thing, though they differ in spelling, in typing, in what is missing.

        - fuzzy_duplicates: {compare: {given_name: name, surname: name, born: date, phone: phone}, threshold: 0.9}
        - fuzzy_duplicates: {compare: [name, street], keep: last, by: updated, survive: {phone: newest}}

    Pairs worth comparing are found by blocking, compared column by column, and judged by a model learnt from the
    training rows without labels (Fellegi & Sunter 1969, by Splink). Rows that match, directly or through others, are
    a cluster; one row of it stays, the others are counted as merged. Where the table has a split, a training row
    stays before any other, takes values of training rows alone, and is merged only for its likeness to training rows.
    """

    kind: ClassVar[str] = "fuzzy_duplicates"

    threshold: float = Field(default=0.9, gt=0, le=1)
    """The least probability of a match."""
    keep: Literal["first", "last"] = "first"
    """Which row of a cluster stays."""
    by: tuple[str, ...] = ()
    """Columns by which the rows of a cluster are ordered, such as `updated`. Left out: the position in the source,
    which also breaks ties."""
    survive: dict[str, Survives] = Field(default_factory=dict)
    """Which value of a column survives. kept: that of the row that stays, even a missing one. first: the first that
    is there, beginning with the row that stays. most_frequent, longest, max, min; newest, oldest: by the columns of
    `by`. Ties go to the row that would stay. Left out: first."""

    @field_validator("by", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for name, each in self.compare.items():
            if each.to is not None:
                raise ComponentError(
                    f"column {name!r}: 'to' names a column of another table; here there is only one"
                )
        aged = [name for name, rule in self.survive.items() if rule in ("newest", "oldest")]
        if aged and not self.by:
            raise ComponentError(
                f"the {self.survive[aged[0]]} value of {aged[0]!r} is told by a column; name it in 'by'"
            )
        return self

    @classmethod
    def example(cls) -> Self:
        return cls.model_validate(
            {"compare": {"name": "name", "born": "date"}, "survive": {"phone": "longest"}}
        )

    def apply(self, table: Table) -> Outcome:
        for name in (*self.by, *self.survive):
            table.require(name)
        compared = self.compared(table, table)
        with workbench(table.session) as bench:
            found = self.find(bench, table, None, compared, self.threshold)
            if not found.notes["pairs_above_threshold"]:
                return Outcome(notes={**found.notes, "clusters": 0}, learnt=self.told(compared))
            listed = sql.select(clusters(found), [ID, CLUSTER]).order_by(sql.column(ID))
            name = f"clusters_{fingerprint([self.written(), table.session.sql(table.query)])}"
            members = move(listed, bench, table.session, name)
        rules: dict[str, Survives] = {name: self.survive.get(name, "first") for name in table.columns}
        chosen = survivors(table, members, rules, self.keep, self.by)
        notes = {**found.notes, "clusters": chosen.clusters, "first_clusters": chosen.examples}
        return Outcome(
            changes=_changes(chosen),
            verdicts=(self._verdict(chosen),),
            notes=notes,
            learnt=self.told(compared),
        )

    def _verdict(self, chosen: Survivors) -> Verdict:
        gone = sql.select(chosen.merged, [MERGED]).subquery()
        rule = f"the same as a row that was kept, with a probability of {self.threshold:g} or more"
        return Verdict("merged", rule, exp.In(this=sql.column(ROW), query=gone))


def _changes(chosen: Survivors) -> dict[str, exp.Expr]:
    """The survivors' values in place of their own."""
    changes = {}
    for name, called in chosen.changed.items():
        stays = exp.In(this=sql.column(ROW), query=sql.select(chosen.values, [SURVIVOR]).subquery())
        its_own = exp.EQ(this=sql.column(SURVIVOR), expression=sql.column(ROW))
        value = sql.select(chosen.values, [called]).where(its_own).subquery()
        changes[name] = exp.Case().when(stays, value).else_(sql.column(name))
    return changes
