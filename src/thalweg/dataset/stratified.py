"""Divide by chance, with every class in its share on every side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

from pydantic import Field
from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.dataset.split import (
    USUAL,
    Assignment,
    Fractions,
    Split,
    part_of,
    reached_at,
    rows_before,
    shares_in_words,
    text_of,
)
from thalweg.engines import sql
from thalweg.engines.hashing import digest
from thalweg.engines.table import ROW, Table

MOST_CLASSES = 100
HASHED = {ROW: "BIGINT"}


class Stratified(Split):
    """Divide at random within each class, so that every part has the same mixture, to the row.

        split: {stratified: {column: churn, fractions: [0.7, 0.15, 0.15]}}

    For a class that is rare. The hash of the row's position is cut where the class has reached its share; a
    missing class is a class of its own. A class that the main table did not have can't be told.

    A column that `integrate` makes, by `derive` or by a join, can't be stratified by: the parts are fixed before
    cleaning and joining, which learn from the training rows alone. Stratify by the column that it is made of.
    """

    kind: ClassVar[str] = "stratified"

    column: str
    """A column of the main table as it is read, with at most 100 different values."""
    fractions: Fractions = USUAL
    """The shares of each class for training, validation and test, exact to the nearest row."""
    seed: int = Field(default=0, ge=0)
    """Another seed, another division."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @classmethod
    def example(cls) -> Self:
        return cls(column="churn")

    def fit(self, main: Table) -> Assignment:
        self._check_column(main)
        self._check_classes(main)
        rows = main.session.rows(self._learning(main))
        cuts = tuple(ClassCuts(name, validation, test) for name, validation, test in rows)
        return Strata(self.column, cuts, tuple(self.fractions), self.seed)

    def _check_column(self, main: Table) -> None:
        """The column is one of the main table as it is read: the parts have to be known before anything is learnt."""
        if self.column not in main.columns:
            raise ComponentError(
                f"table {main.name!r} has no class column {self.column!r}; "
                f"{did_you_mean(self.column, main.columns)} (A column that integrate makes can't be used: rows are "
                "divided before cleaning and joining, which learn from training rows alone; stratify by the column "
                "it is made of, or write random.)"
            )

    def _check_classes(self, main: Table) -> None:
        classes = sql.select(main.query, [self.column]).distinct().limit(MOST_CLASSES + 1)
        found = main.session.rows(sql.select(classes, {"class": text_of(sql.column(self.column))}))
        if len(found) > MOST_CLASSES:
            raise ComponentError(
                f"can't stratify by {self.column!r}: it has more than {MOST_CLASSES} different values; "
                "choose a column of classes, or write random"
            )

    def _learning(self, main: Table) -> exp.Select:
        """The digests at which each class's validation and test begin: those at the ranks of its shares."""
        hashed = sql.select(
            main.query, {"class": text_of(sql.column(self.column)), "digest": digest(HASHED, self.seed)}
        )
        of_class = [sql.column("class")]
        by_digest = exp.Order(expressions=[exp.Ordered(this=sql.column("digest"))])
        ranked = sql.select(
            hashed,
            {
                "class": sql.column("class"),
                "digest": sql.column("digest"),
                "rank": exp.Window(this=exp.RowNumber(), partition_by=of_class, order=by_digest),
                "rows": exp.Window(this=sql.row_count(), partition_by=of_class),
            },
        )
        begins = [_first_after(share) for share in reached_at(self.fractions)]
        chosen = sql.select(
            ranked, {"class": sql.column("class"), "validation": begins[0], "test": begins[1]}
        )
        return chosen.group_by(sql.column("class")).order_by(sql.column("class"))


class ClassCuts(NamedTuple):
    """The digests at which a class's validation and test rows begin; None where it has none."""

    name: str | None
    validation: str | None
    test: str | None


@dataclass(frozen=True)
class Strata(Assignment):
    """The cuts of each class."""

    column: str
    cuts: tuple[ClassCuts, ...]
    fractions: tuple[float, ...]
    seed: int

    @property
    def columns(self) -> tuple[str, ...]:
        return (ROW, self.column)

    @property
    def rule(self) -> str:
        classes = "1 class" if len(self.cuts) == 1 else f"{len(self.cuts)} classes"
        return f"within {classes} of {self.column}, seed {self.seed}, {shares_in_words(self.fractions)}"

    def expression(self, table: Table) -> exp.Expr | None:
        if self.column not in table.columns:
            return None
        validation = self._cut_of_class({each.name: each.validation for each in self.cuts})
        test = self._cut_of_class({each.name: each.test for each in self.cuts})
        return part_of(digest(HASHED, self.seed), [validation, test])

    def _cut_of_class(self, cuts: dict[str | None, str | None]) -> exp.Expr:
        """Where a row's class is cut: beyond every digest where it is not, NULL for an unknown class."""
        found = exp.Case()
        name = text_of(sql.column(self.column))
        for known, at in cuts.items():
            same = (
                sql.is_null(name)
                if known is None
                else exp.EQ(this=name.copy(), expression=sql.literal(known))
            )
            found = found.when(same, sql.literal(at or "g"))
        return found


def _first_after(share: float) -> exp.Expr:
    """The lowest digest of a class that this share of its rows lies before."""
    beyond = exp.GT(this=sql.column("rank"), expression=rows_before(share, sql.column("rows")))
    return exp.Min(this=exp.Case().when(beyond, sql.column("digest")))
