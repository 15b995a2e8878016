"""A relation of Spark's in the making: a query in Spark's dialect, and the DuckDB types that its columns stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.on_spark.binder import Columns

Tree = exp.Query | exp.Table


@dataclass(frozen=True)
class Layer:
    """Columns of carriers, by name; None as tree for the one row of a query without FROM."""

    tree: Tree | None
    columns: Columns

    @cached_property
    def text(self) -> str:
        """The query in Spark's SQL."""
        query = self.tree if isinstance(self.tree, exp.Query) else self.select(self.every())
        return query.sql(dialect="spark")

    @cached_property
    def source(self) -> exp.Table:
        """What stands in FROM. A query is written out once: layers above would copy its tree over and over."""
        if isinstance(self.tree, exp.Table):
            return self.tree
        return exp.Table(this=exp.var(f"({self.text})"))

    def select(self, values: Mapping[str, exp.Expr]) -> exp.Select:
        """SELECT named expressions of Spark's FROM this layer."""
        named = [exp.alias_(value, exp.to_identifier(name, quoted=True)) for name, value in values.items()]
        query = exp.select(*named)
        return query if self.tree is None else query.from_(sql.relation(self.source))

    def every(self) -> dict[str, exp.Expr]:
        """Each column as itself."""
        return {name: sql.column(name) for name in self.columns}

    def where(self, conditions: Iterable[exp.Expr]) -> Layer:
        """The rows for which all conditions of Spark's are true."""
        return Layer(self.select(self.every()).where(*conditions), self.columns)

    def beside(self, values: Mapping[str, exp.Expr], types: Columns) -> Layer:
        """The layer with more columns."""
        if not values:
            return self
        return Layer(self.select({**self.every(), **values}), {**self.columns, **types})


@dataclass(frozen=True)
class Source:
    """What stands in FROM under a name, and what its columns are called in the layer made of all sources."""

    alias: str
    columns: Columns
    inner: Mapping[str, str]


@dataclass(frozen=True)
class Names:
    """What the columns that a query writes mean."""

    sources: tuple[Source, ...]

    def inner(self, written: exp.Column) -> exp.Expr | None:
        """The column of the layer that is meant, or a field of one; None of an unknown name."""
        parts = [part.name for part in written.parts]
        for source in self.sources:
            if len(parts) > 1 and parts[0].casefold() == source.alias.casefold():
                found = _meant(parts[1], source.columns)
                if found is not None:
                    return _field(sql.column(source.inner[found]), parts[2:])
        for source in self.sources:
            found = _meant(parts[0], source.columns)
            if found is not None:
                return _field(sql.column(source.inner[found]), parts[1:])
        return None

    def every(self, alias: str | None = None) -> dict[str, str]:
        """What `*` stands for, or `alias.*`: written name to the layer's column."""
        chosen = [
            source for source in self.sources if alias is None or source.alias.casefold() == alias.casefold()
        ]
        found: dict[str, str] = {}
        for source in chosen:
            for name, inner in source.inner.items():
                unique, number = name, 1
                while unique in found:
                    unique, number = f"{name}_{number}", number + 1
                found[unique] = inner
        return found


def _meant(name: str, columns: Columns) -> str | None:
    if name in columns:
        return name
    return next((known for known in columns if known.casefold() == name.casefold()), None)


def _field(column: exp.Expr, path: list[str]) -> exp.Expr:
    for name in path:
        column = exp.Anonymous(this="struct_extract", expressions=[column, sql.literal(name)])
    return column


def resolved(
    value: exp.Expr, names: Names, aliases: Mapping[str, exp.Expr], aliases_first: bool = False
) -> exp.Expr:
    """An expression whose columns are those of a layer, queries inside it left as they are.

    `aliases` are the values that the query gives names to; they are meant where no column is, or before columns.
    """
    root = exp.Paren(this=value.copy())
    for node in list(root.walk(prune=lambda each: isinstance(each, exp.Query))):
        if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            node.replace(_column(node, names, aliases, aliases_first))
    return root.this


def _column(
    written: exp.Column, names: Names, aliases: Mapping[str, exp.Expr], aliases_first: bool
) -> exp.Expr:
    alias = None if written.table else aliases.get(written.name)
    found = names.inner(written)
    if alias is not None and (aliases_first or found is None):
        return sql.whole(alias)
    if found is None:
        raise ComponentError(f"there is no column {written.sql(dialect=sql.DIALECT)}")
    return found
