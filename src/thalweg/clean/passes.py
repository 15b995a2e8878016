"""Several steps in one pass over a table: their expressions layered, with a hidden code for what becomes of each row.

Layer k reads layer k - 1 and gives the columns new values; `__fate` holds the code of the first verdict that was
true of a row, NULL while it is kept. Nothing of this is computed until the table is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from thalweg.clean.step import Outcome, Verdict
from thalweg.engines import sql
from thalweg.engines.table import Table

FATE = "__fate"
CHANGED = "__changed_{}"
DEAR = 400
"""Nodes of a fate's expression, written out down to the base, above which it is told once and kept: an engine that
pushes the filter down writes it out like that at every reading."""


@dataclass(frozen=True)
class Layer:
    """One step of a pass: its label, what it does, the codes of its verdicts, the flags of the columns it changes."""

    label: str
    outcome: Outcome
    codes: Mapping[int, Verdict]
    flags: Mapping[str, str]
    before: exp.Query
    """The rows as they were before the step, with its pass's fates."""


@dataclass(frozen=True)
class Pass:
    """A table and the steps laid over it. Immutable: `add` gives a new pass.

    `weights` are the sizes of the expressions of changed columns and of the fate, written out down to the base.
    """

    base: Table
    query: exp.Query
    columns: Mapping[str, str]
    lineage: Mapping[str, frozenset[str]]
    layers: tuple[Layer, ...] = ()
    weights: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def over(cls, base: Table) -> Pass:
        """A pass without steps yet."""
        names = {name: sql.column(name) for name in (*base.columns, *base.hidden)}
        query = sql.select(base.query, {**names, FATE: sql.cast(exp.null(), "INTEGER")})
        return cls(base, query, base.columns, base.lineage)

    @property
    def flags(self) -> list[str]:
        return [flag for layer in self.layers for flag in layer.flags.values()]

    @property
    def codes(self) -> dict[int, tuple[str, Verdict]]:
        """Each code, with the step and the verdict it stands for."""
        return {
            code: (layer.label, verdict) for layer in self.layers for code, verdict in layer.codes.items()
        }

    @property
    def dear(self) -> bool:
        """Whether a row's fate is better told once and kept."""
        return self.weights.get(FATE, 0) > DEAR

    @property
    def retyped(self) -> bool:
        """Whether a column is new or has another type than in the base."""
        return dict(self.columns) != dict(self.base.columns)

    def kept(self, all_of_them: bool = False) -> Table:
        """The rows that no verdict was true of; `all_of_them` says that these are known to be all rows."""
        if not self.layers:
            return self.base
        query = sql.select(self.query, [*self.columns, *self.base.hidden])
        return self.table(query if all_of_them else query.where(sql.is_null(sql.column(FATE))))

    def table(self, query: exp.Query) -> Table:
        """A table of this pass's columns."""
        return replace(self.base, query=query, columns=self.columns, lineage=self.lineage)

    def add(self, label: str, outcome: Outcome) -> Pass:
        """The pass with one more step."""
        changes = outcome.changes
        types = self._types(changes)
        altered = [name for name in changes if name in self.columns]
        flags = {name: CHANGED.format(len(self.flags) + place) for place, name in enumerate(altered)}
        told = {
            flag: self.is_changed(self.columns[name], name, changes[name], types[name])
            for name, flag in flags.items()
        }
        codes = dict(enumerate(outcome.verdicts, start=len(self.codes) + 1))
        through = [*self.columns, *self.base.hidden, *self.flags]
        values = {name: sql.column(name) for name in through} | dict(changes) | told | {FATE: _fate(codes)}
        return replace(
            self,
            query=sql.select(self.query, values),
            columns={**self.columns, **types},
            lineage=self._lineage_after(outcome),
            layers=(*self.layers, Layer(label, outcome, codes, flags, self.query)),
            weights=self._weights_after(outcome),
        )

    def _types(self, changes: Mapping[str, exp.Expr]) -> dict[str, str]:
        return self.base.session.columns(sql.select(self.query, changes)) if changes else {}

    @staticmethod
    def is_changed(before_type: str, name: str, value: exp.Expr, sql_type: str) -> exp.Expr:
        """Whether a cell's value is another one; where the type is, whether it came or went."""
        before = sql.column(name)
        if before_type == sql_type:
            return sql.differs(before, exp.paren(value))
        return exp.NEQ(
            this=exp.paren(sql.is_null(before)), expression=exp.paren(sql.is_null(exp.paren(value)))
        )

    def _lineage_after(self, outcome: Outcome) -> dict[str, frozenset[str]]:
        used = {
            name: outcome.origins.get(name) or sql.columns_of(value)
            for name, value in outcome.changes.items()
        }
        sources = {
            name: frozenset().union(*(self.lineage.get(each, frozenset()) for each in names))
            for name, names in used.items()
        }
        return {**self.lineage, **sources}

    def _weights_after(self, outcome: Outcome) -> dict[str, int]:
        fate = self.weights.get(FATE, 0) + sum(self._weight(verdict.when) for verdict in outcome.verdicts)
        changed = {name: self._weight(value) for name, value in outcome.changes.items()}
        return {**self.weights, **changed, FATE: fate}

    def _weight(self, value: exp.Expr) -> int:
        own = sum(1 for _ in value.walk(prune=lambda node: isinstance(node, exp.In)))
        return own + sum(self.weights.get(used.name, 0) for used in value.find_all(exp.Column))


def reads_other_rows(outcome: Outcome) -> bool:
    """Whether an expression of a step looks at other rows than its own, so that it must see kept rows only."""
    expressions = [*outcome.changes.values(), *(verdict.when for verdict in outcome.verdicts)]
    return any(value.find(exp.Window, exp.Max) is not None for value in expressions)


def _fate(codes: Mapping[int, Verdict]) -> exp.Expr:
    """The earlier fate, else the code of the first verdict that is true. Later verdicts are not even asked."""
    if not codes:
        return sql.column(FATE)
    chosen = exp.Case()
    for code, verdict in codes.items():
        chosen = chosen.when(verdict.when.copy(), sql.literal(code))
    return exp.Coalesce(this=sql.column(FATE), expressions=[chosen])
