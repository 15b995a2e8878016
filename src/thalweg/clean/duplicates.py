"""Rows that say the same thing twice."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import model_validator
from sqlglot import exp

from thalweg.clean.names import Names
from thalweg.clean.repeats import among, repeats
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table


class Duplicates(Step):
    """Merge rows that are equal, in every column or in a key, into one of them.

    A row with a missing value in a key of several columns, or of one, repeats no other: it is not known to.
    Where the table has a split, a training row is kept before any other, so that what is trained on does
    not depend on what it is judged by.
    """

    kind: ClassVar[str] = "duplicates"

    keys: Names | None = None
    """Columns that tell rows apart. Left out: all of them, and a missing value equals a missing value."""
    keep: Literal["first", "last"] = "first"
    """Which of equal rows stays."""
    by: Names = ()
    """Columns by which rows are ordered, such as `updated`. Left out: the position in the source, which also
    breaks ties."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"keys": value} if isinstance(value, (str, list, tuple)) else value

    @model_validator(mode="after")
    def _makes_sense(self) -> Duplicates:
        if self.keys is not None and not self.keys:
            raise ComponentError("'keys' is empty; leave it out to compare whole rows")
        if self.by and not self.keys:
            raise ComponentError("'by' chooses among rows of the same key; it needs 'keys'")
        return self

    @classmethod
    def example(cls) -> Duplicates:
        return cls.model_validate({"keys": ["customer", "day"], "keep": "last", "by": "updated"})

    def apply(self, table: Table) -> Outcome:
        for name in (*(self.keys or ()), *self.by):
            table.require(name)
        descending = self.keep == "last"
        order = [exp.Ordered(this=sql.column(name), desc=descending, nulls_first=False) for name in self.by]
        if descending:
            order.append(exp.Ordered(this=sql.column(ROW), desc=True, nulls_first=False))
        found = repeats(table, self.keys or tuple(table.columns), order, nulls_repeat=self.keys is None)
        if found is None:
            return Outcome()
        what = ", ".join(self.keys) if self.keys else "every column"
        rule = f"same {what} as a row that was kept"
        return Outcome(verdicts=(Verdict("merged", rule, among(found), into=found),))
