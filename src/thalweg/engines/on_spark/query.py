"""A query in DuckDB's dialect as layers of Spark's SQL.

Each SELECT becomes layers, innermost first: the tables joined; the rows that WHERE keeps; what GROUP BY and aggregates
gather; windows; the columns themselves; the order. In each layer an expression is a function of one row, or one
aggregate or window over columns, so that its DuckDB type is known and its meaning can be kept. What can't be kept is
refused with the reason, never run differently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.on_spark.aggregates import aggregate, refuse
from thalweg.engines.on_spark.binder import Binder, Columns, empty, names_of
from thalweg.engines.on_spark.constant import typed
from thalweg.engines.on_spark.function import Functions
from thalweg.engines.on_spark.joins import Given, joined, put_beside
from thalweg.engines.on_spark.layer import Layer, Names, Source, resolved
from thalweg.engines.on_spark.lifting import (
    Lifted,
    is_aggregate,
    is_lookup,
    is_membership,
    is_window,
    over_columns,
)
from thalweg.engines.on_spark.lookups import VALUE, lookup, made_one
from thalweg.engines.on_spark.ordering import keys_of, ordered, spare
from thalweg.engines.on_spark.rowwise import Rowwise
from thalweg.engines.on_spark.windows import window

UNDERSTOOD = {
    *("expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset", "distinct"),
    *("qualify", "with_"),
}
Relations = Callable[[str], Layer]
"""A view or table of the session by name. Raises ComponentError where there is none."""


class Compiler:
    """Translates queries whole."""

    def __init__(self, binder: Binder, functions: Functions, relations: Relations):
        self.binder = binder
        self.relations = relations
        self.rowwise = Rowwise(binder, functions)

    def compile(self, query: exp.Expr, within: Mapping[str, Layer] | None = None) -> Layer:
        """The layer that a query makes; `within` are the tables that WITH gave names to around it.

        Raises ComponentError for what is wrong, or is refused.
        """
        known = dict(within or {})
        for each in query.args["with_"].expressions if query.args.get("with_") else ():
            if query.args["with_"].args.get("recursive"):
                raise refuse(query, "queries that refer to themselves are not understood")
            known[each.alias] = self.compile(each.this, known)
        if isinstance(query, exp.Subquery):
            inner = self.compile(query.this, known)
            return ordered(inner, query, list(inner.columns), [])
        if isinstance(query, exp.SetOperation):
            both = self._stacked(query, known)
            return ordered(both, query, list(both.columns), [])
        if isinstance(query, exp.Select):
            return self._selected(query, known)
        raise refuse(query, "such a statement is not understood")

    def table(self, table: exp.Table, known: Mapping[str, Layer]) -> Layer:
        """A table in FROM."""
        if not isinstance(table.this, exp.Identifier) or table.args.get("pivots") or table.args.get("sample"):
            raise refuse(table, "it is read by a function of DuckDB's own")
        return known[table.name] if table.name in known else self.relations(table.name)

    def _selected(self, query: exp.Select, known: Mapping[str, Layer]) -> Layer:
        strange = [key for key, part in query.args.items() if part and key not in UNDERSTOOD]
        if strange:
            raise refuse(query, f"its {strange[0].strip('_')} is not understood")
        layer, names = joined(self._given(query, known), self.rowwise)
        written = self._written(query, names)
        aliases = {name: value for name, value in written if name}
        if query.args.get("where"):
            condition = resolved(query.args["where"].this, names, aliases)
            layer, (condition,) = self._asked(layer, [condition], names, known)
            every = layer.columns
            layer = layer.where(self.rowwise.conditions(condition, every))
        return self._projected(query, layer, names, written, known)

    def _given(self, query: exp.Select, known: Mapping[str, Layer]) -> list[Given]:
        """What stands in FROM, with the joins between."""
        if not query.args.get("from_"):
            return []
        items = [
            (query.args["from_"].this, None),
            *((join.this, join) for join in query.args.get("joins") or ()),
        ]
        return [self._item(item, join, known) for item, join in items]

    def _item(self, item: exp.Expr, join: exp.Join | None, known: Mapping[str, Layer]) -> Given:
        if isinstance(item, exp.Table):
            return Given(item.alias or item.name, self.table(item, known), join)
        if isinstance(item, exp.Subquery) and not item.args.get("pivots"):
            return Given(item.alias, self.compile(item.unnest(), known), join)
        raise refuse(item, "it can't be read by Spark")

    def _written(self, query: exp.Select, names: Names) -> list[tuple[str, exp.Expr]]:
        """The columns that a query gives, in order, with their names."""
        found: list[tuple[str, exp.Expr]] = []
        for each in query.expressions:
            star = each.this if isinstance(each, exp.Column) and isinstance(each.this, exp.Star) else each
            if isinstance(star, exp.Star):
                found += _starred(star, each, names)
                continue
            value = each.this if isinstance(each, exp.Alias) else each
            earlier = dict(found)
            name = each.alias_or_name or value.sql(dialect=sql.DIALECT)
            found.append((name, resolved(value, names, earlier)))
        return found

    def _projected(
        self,
        query: exp.Select,
        layer: Layer,
        names: Names,
        written: Sequence[tuple[str, exp.Expr]],
        known: Mapping[str, Layer],
    ) -> Layer:
        """Group, gather, number and choose columns."""
        aliases = dict(written)
        outputs = list(names_of((name, "") for name, _ in written))
        order = keys_of(query, names, aliases, outputs)
        values = [value for _, value in written] + [key for key in order if key is not None]
        having, qualify = (
            resolved(query.args[key].this, names, aliases) if query.args.get(key) else None
            for key in ("having", "qualify")
        )
        asked = [*values, *(each for each in (having, qualify) if each is not None)]
        layer, asked = self._asked(layer, asked, names, known)
        layer, asked = self._gathered(query, layer, asked, names, aliases)
        if having is not None:
            layer = layer.where(self.rowwise.conditions(asked[len(values)], layer.columns))
        layer, asked = self._windowed(layer, asked)
        if qualify is not None:
            layer = layer.where(self.rowwise.conditions(asked[-1], layer.columns))
        chosen = self._chosen(layer, dict(zip([*outputs, *spare(order)], asked[: len(values)], strict=True)))
        distinct = query.args.get("distinct")
        if distinct:
            if distinct.args.get("on") or len(chosen.columns) > len(outputs):
                raise refuse(query, "DISTINCT ON, and DISTINCT ordered by other columns, are not understood")
            chosen = Layer(chosen.select(chosen.every()).distinct(), chosen.columns)
        return ordered(chosen, query, outputs, order)

    def _asked(
        self, layer: Layer, values: list[exp.Expr], names: Names, known: Mapping[str, Layer]
    ) -> tuple[Layer, list[exp.Expr]]:
        """Compute beside the layer what queries inside the values give."""
        lifted = Lifted("__one", is_lookup)
        left = [lifted.out_of(value) for value in values]
        for name, part in lifted.parts.items():
            layer = self._looked_up(layer, name, part.unnest(), names, known)
        return self._memberships(layer, left, known)

    def _looked_up(
        self, layer: Layer, name: str, query: exp.Expr, names: Names, known: Mapping[str, Layer]
    ) -> Layer:
        """The layer with a column of what a query gives each row."""
        sources = self._given(query, known) if isinstance(query, exp.Select) else []
        every = [
            Source(
                each.alias, each.layer.columns, dict(zip(each.layer.columns, each.layer.columns, strict=True))
            )
            for each in sources
        ]
        found = lookup(query, Names(tuple(every)))
        rows = self.compile(found.rows, known)
        place = len(layer.columns)  # more than there are sources
        join = exp.Join(side="LEFT", on=found.on(name))
        given = Given(name, rows if found.gathered else made_one(rows), join)
        joined_with, _ = put_beside(layer, names, given, place, self.rowwise)
        value = f"{place}.{VALUE}"
        told = {**layer.every(), name: sql.column(value)}
        return Layer(joined_with.select(told), {**layer.columns, name: joined_with.columns[value]})

    def _memberships(
        self, layer: Layer, values: list[exp.Expr], known: Mapping[str, Layer]
    ) -> tuple[Layer, list[exp.Expr]]:
        """Compute beside the layer whether values are among the rows of queries."""
        lifted = Lifted("__in", is_membership)
        left = [lifted.out_of(value) for value in values]
        if not lifted.parts:
            return layer, values
        wanted = {name: part.this for name, part in lifted.parts.items()}
        told, types = self.rowwise.values(wanted, layer.columns)
        parts: dict[str, exp.Expr] = {}
        for name, part in lifted.parts.items():
            other = self.compile(part.args["query"].unnest(), known)
            (column, kind), *more = other.columns.items()
            if more or kind != types[name]:
                raise refuse(part, "a value is looked for among values of its own type")
            present = other.where([sql.not_null(sql.column(column))])
            among = exp.In(
                this=exp.paren(told[name]), query=exp.Subquery(this=present.select(present.every()))
            )
            given = sql.not_null(exp.paren(told[name].copy()))
            parts[name] = exp.Case().when(given, among)
        return layer.beside(parts, dict.fromkeys(parts, "BOOLEAN")), left

    def _gathered(
        self,
        query: exp.Select,
        layer: Layer,
        values: list[exp.Expr],
        names: Names,
        aliases: Mapping[str, exp.Expr],
    ) -> tuple[Layer, list[exp.Expr]]:
        """Group the layer, where the query has GROUP BY or aggregates."""
        group = query.args.get("group")
        several = (exp.Cube, exp.Rollup, exp.GroupingSets)
        if group and (
            group.find(*several) or any(p for key, p in group.args.items() if key != "expressions")
        ):
            raise refuse(group, "only plain GROUP BY is understood")
        keys = [_by_place(each, list(aliases.values())) for each in group.expressions] if group else []
        keys = [resolved(key, names, aliases) for key in keys]
        keyed = Lifted("__key", lambda node: node in keys)
        for key in keys:
            keyed.named(key)
        plain = Lifted("__sum", is_aggregate)
        left = [plain.out_of(keyed.out_of(value)) for value in values]
        if not keys and not plain.parts:
            return layer, values
        arguments = Lifted("__of", lambda node: False)
        gathering = {name: over_columns(part, arguments) for name, part in plain.parts.items()}
        below = {**keyed.parts, **arguments.parts}
        below = {name: self._without_keys(value, keyed) for name, value in below.items()}
        if not below:
            below = {"__row_of": exp.true()}
        base = self._chosen(layer, below)
        types = self._types_gathered(gathering, base.columns)
        gathered = {
            name: typed(aggregate(part, _type_in(base.columns)), types[name])
            for name, part in gathering.items()
        }
        query_above = base.select({**{name: sql.column(name) for name in keyed.parts}, **gathered})
        if keyed.parts:
            query_above = query_above.group_by(*(sql.column(name) for name in keyed.parts))
        columns = {name: base.columns[name] for name in keyed.parts} | types
        above = Layer(query_above, columns)
        for value in left:
            for column in value.find_all(exp.Column):
                if column.name not in columns:
                    raise ComponentError(f"column {column.name!r} must appear in GROUP BY or in an aggregate")
        return above, left

    def _without_keys(self, value: exp.Expr, keyed: Lifted) -> exp.Expr:
        """An argument of an aggregate as it was before keys were taken out of it."""
        root = exp.Paren(this=value.copy())
        for column in list(root.find_all(exp.Column)):
            if column.name in keyed.parts:
                column.replace(sql.whole(keyed.parts[column.name]))
        return root.this

    def _types_gathered(self, gathering: Mapping[str, exp.Expr], columns: Columns) -> Columns:
        if not gathering:
            return {}
        described = self.binder.described(sql.select(empty(columns), gathering))
        return dict(zip(gathering, (kind for _, kind in described), strict=True))

    def _windowed(self, layer: Layer, values: list[exp.Expr]) -> tuple[Layer, list[exp.Expr]]:
        """Compute windows beside the layer."""
        lifted = Lifted("__win", is_window)
        left = [lifted.out_of(value) for value in values]
        if not lifted.parts:
            return layer, values
        arguments = Lifted("__arg", lambda node: False)
        windows = {name: over_columns(part, arguments) for name, part in lifted.parts.items()}
        told, types = self.rowwise.values(arguments.parts, layer.columns)
        base = layer.beside(told, types)
        kinds = self._types_gathered(windows, base.columns)
        found = {
            name: typed(window(part, _type_in(base.columns)), kinds[name]) for name, part in windows.items()
        }
        return base.beside(found, kinds), left

    def _chosen(self, layer: Layer, wanted: Mapping[str, exp.Expr]) -> Layer:
        """Expressions over one row of a layer, as the columns of the next."""
        several = [name for name, value in wanted.items() if isinstance(value, exp.Explode)]
        if len(several) > 1:
            raise refuse(wanted[several[1]], "one list is unnested at a time")
        inner = {name: value.this if name in several else value for name, value in wanted.items()}
        told, types = self.rowwise.values(inner, layer.columns)
        if not several:
            return Layer(layer.select(told), types)
        base = Layer(layer.select(told), types)
        exploded = {
            name: exp.Anonymous(this="explode", expressions=[sql.column(name)])
            if name in several
            else sql.column(name)
            for name in told
        }
        kinds = {name: kind.removesuffix("[]") if name in several else kind for name, kind in types.items()}
        return Layer(base.select(exploded), kinds)

    def _stacked(self, query: exp.SetOperation, known: Mapping[str, Layer]) -> Layer:
        """UNION and its like: both sides as the types that DuckDB gives the result."""
        if query.args.get("by_name"):
            raise refuse(query, "columns are stacked by their place, not by name")
        sides = [self.compile(side, known) for side in (query.left, query.right)]
        stubs = [empty(side.columns) for side in sides]
        described = self.binder.described(
            type(query)(this=stubs[0], expression=stubs[1], distinct=query.args.get("distinct"))
        )
        kinds = [kind for _, kind in described]
        selects = []
        for side in sides:
            wanted = {name: sql.column(name) for name in side.columns}
            types = dict(zip(wanted, kinds, strict=True))
            cast = {
                name: value if side.columns[name] == types[name] else sql.cast(value, types[name])
                for name, value in wanted.items()
            }
            told, _ = self.rowwise.values(cast, side.columns, types)
            selects.append(side.select(told))
        both = type(query)(this=selects[0], expression=selects[1], distinct=bool(query.args.get("distinct")))
        return Layer(both, dict(zip(sides[0].columns, kinds, strict=True)))


def _starred(star: exp.Star, written: exp.Expr, names: Names) -> list[tuple[str, exp.Expr]]:
    """The columns of `*`, without those left out and with those replaced."""
    alias = written.table if isinstance(written, exp.Column) and written.table else None
    left_out = {each.name.casefold() for each in star.args.get("except_") or ()}
    replaced = {each.alias.casefold(): each.this for each in star.args.get("replace") or ()}
    if star.args.get("rename"):
        raise refuse(written, "RENAME of columns of * is not understood")
    return [
        (
            name,
            resolved(replaced[name.casefold()], names, {})
            if name.casefold() in replaced
            else sql.column(inner),
        )
        for name, inner in names.every(alias).items()
        if name.casefold() not in left_out
    ]


def _by_place(key: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
    """A key of GROUP BY, which may be the place of a column."""
    is_place = isinstance(key, exp.Literal) and not key.is_string
    return values[int(key.name) - 1] if is_place else key


def _type_in(columns: Columns) -> Callable[[exp.Expr], str]:
    def told(value: exp.Expr) -> str:
        return columns[value.name] if isinstance(value, exp.Column) else "INTEGER"

    return told
