"""A split that the data brings along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import field_validator, model_validator
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.dataset.split import PARTS, Assignment, Split, text_of
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import is_number

Value = str | int | float | bool


class ByColumn(Split):
    """Divide as a column of the main table says, such as the official split of a public dataset.

        split: {column: fold, training: [train], validation: [dev], test: [test]}
        split: {column: fold, training: [1, 2, 3], validation: 4, test: 5}

    A row with another value, or none, can't be told.
    """

    kind: ClassVar[str] = "given"

    column: str
    """The column of the main table that says it."""
    training: tuple[Value, ...]
    """Its values for training."""
    validation: tuple[Value, ...]
    """Its values for validation: the rows that choose the best epoch."""
    test: tuple[Value, ...]
    """Its values for test."""

    @classmethod
    def claims(cls, value: Any) -> bool:
        return isinstance(value, Mapping) and "column" in value and not {*PARTS}.isdisjoint(value)

    @classmethod
    def example(cls) -> Self:
        return cls(column="fold", training=("train",), validation=("dev",), test=("test",))

    @field_validator(*PARTS, mode="before")
    @classmethod
    def _one_or_more(cls, values: Any) -> Any:
        return values if isinstance(values, (list, tuple)) else (values,)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        named = [value for part in PARTS for value in getattr(self, part)]
        twice = sorted({str(value) for value in named if named.count(value) > 1})
        if twice:
            raise ComponentError(
                f"values of {self.column!r} are named for more than one part: {', '.join(twice)}"
            )
        for part in PARTS:
            if not getattr(self, part):
                raise ComponentError(
                    f"no value of {self.column!r} is named for {part}; each part needs at least one"
                )
        return self

    def fit(self, main: Table) -> Assignment:
        main.require(self.column, "column to split by")
        return Named(self.column, (self.training, self.validation, self.test))


@dataclass(frozen=True)
class Named(Assignment):
    """The values of each part; nothing is learnt."""

    column: str
    values: tuple[tuple[Value, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def rule(self) -> str:
        named = (
            f"{part} {', '.join(map(str, values))}" for part, values in zip(PARTS, self.values, strict=True)
        )
        return f"as {self.column} says: {'; '.join(named)}"

    def expression(self, table: Table) -> exp.Expr | None:
        sql_type = table.columns.get(self.column)
        if sql_type is None:
            return None
        part = exp.Case()
        for number, values in enumerate(self.values):
            part = part.when(_is_one_of(self.column, sql_type, values), sql.literal(number))
        return part


def _is_one_of(column: str, sql_type: str, values: tuple[Value, ...]) -> exp.Expr:
    """Numbers are compared as numbers (1 is 1.0), all else as text (true is `true`)."""
    if is_number(sql_type) and all(isinstance(value, (int, float)) for value in values):
        return exp.In(this=sql.column(column), expressions=[sql.literal(value) for value in values])
    texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    return exp.In(this=text_of(sql.column(column)), expressions=[sql.literal(text) for text in texts])
