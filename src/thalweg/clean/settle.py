"""A pass computed: its rows counted, what is dear to compute kept, and what left it told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from thalweg.clean.examples import changed_cells, rows_left
from thalweg.clean.passes import FATE, Pass, reads_other_rows
from thalweg.core.fingerprint import fingerprint
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table

ROWS = "__rows"
Codes = Mapping[int | None, int]
"""How many rows or cells by fate; None for rows that are kept."""


@dataclass(frozen=True)
class Settled:
    """The rows a pass keeps, one entry of the account for each of its steps, and the rows it quarantines."""

    kept: Table
    entries: tuple[Entry, ...]
    quarantined: exp.Query | None
    """`__row`, `step` and `rule` of rows set aside; None where there are none."""

    @property
    def rows(self) -> int:
        """How many rows there are now."""
        return self.entries[-1].rows_out

    def grown(self, added: exp.Query) -> Settled:
        """The same with rows appended by the last step."""
        ((rows,),) = self.kept.session.rows(sql.select(added, {"rows": sql.row_count()}))
        if not rows:
            return self
        names = [*self.kept.columns, *self.kept.hidden]
        query = exp.union(sql.select(self.kept.query, names), sql.select(added, names), distinct=False)
        last = self.entries[-1].model_copy(update={"added": rows})
        return replace(self, kept=replace(self.kept, query=query), entries=(*self.entries[:-1], last))


def settle(laid: Pass, rows_in: int | None) -> Settled:
    """Count what becomes of a pass's rows, in one aggregate.

    `rows_in` is the number of rows of its base where that is known. Values that depend on other rows are computed
    once, and those that differ kept; so are the rows that leave, where telling them again would be dear.
    """
    if any(reads_other_rows(layer.outcome) for layer in laid.layers):
        return _patched(laid, laid.base.count() if rows_in is None else rows_in)
    counts = _counts(laid, laid.query)
    rows = sum(counts[ROWS].values())
    if rows == counts[ROWS].get(None, 0):
        return Settled(laid.kept(all_of_them=True), _entries(laid, counts, rows), None)
    if not laid.dear:
        return Settled(laid.kept(), _entries(laid, counts, rows), _set_aside(laid, laid.query, counts))
    left = _keep(laid, sql.select(_fenced(laid), [ROW, FATE]).where(sql.not_null(sql.column(FATE))))
    kept = sql.select(laid.query, [*laid.columns, *laid.base.hidden])
    kept = kept.where(sql.negated(exp.In(this=sql.column(ROW), query=sql.select(left, [ROW]).subquery())))
    return Settled(laid.table(kept), _entries(laid, counts, rows), _set_aside(laid, left, counts))


def _fenced(laid: Pass) -> exp.Query:
    """Each row's fate, behind a condition that is never true and that engines take for volatile: a filter on it is not
    pushed down through the layers, where it would compute every one of them as often as they are named."""
    never = exp.LT(this=exp.Rand(), expression=sql.literal(0))
    fate = exp.Case().when(never, exp.null()).else_(sql.column(FATE))
    return sql.select(laid.query, {ROW: sql.column(ROW), FATE: fate})


def _patched(laid: Pass, rows_in: int) -> Settled:
    """A pass whose values depend on other rows: the cells and fates that differ are kept, and joined to the base."""
    changed = [name for layer in laid.layers for name in layer.outcome.changes]
    differing = sql.select(laid.query, [ROW, FATE, *changed, *laid.flags])
    if not laid.retyped:
        moved = [sql.not_null(sql.column(FATE)), *(sql.column(flag) for flag in laid.flags)]
        differing = differing.where(sql.any_of(moved))
    patch = _keep(laid, differing)
    counts = _counts(laid, patch)
    lost = sum(rows for code, rows in counts[ROWS].items() if code is not None)
    counts[ROWS] = {**counts[ROWS], None: rows_in - lost}
    kept = laid.table(_mended(laid, patch, changed))
    return Settled(kept, _entries(laid, counts, rows_in), _set_aside(laid, patch, counts))


def _mended(laid: Pass, patch: exp.Table, changed: list[str]) -> exp.Query:
    """The base's rows with the patch's cells in their place, without those that left."""
    untouched = sql.is_null(sql.column(ROW, "p"))
    values: dict[str, exp.Expr] = {}
    for name in (*laid.columns, *laid.base.hidden):
        if name not in changed:
            values[name] = sql.column(name, "t")
        elif laid.retyped:
            values[name] = sql.column(name, "p")
        else:
            values[name] = (
                exp.Case().when(untouched.copy(), sql.column(name, "t")).else_(sql.column(name, "p"))
            )
    same = exp.EQ(this=sql.column(ROW, "t"), expression=sql.column(ROW, "p"))
    joined = sql.select(laid.base.query, values).join(sql.relation(patch, "p"), on=same, join_type="left")
    return joined.where(sql.is_null(sql.column(FATE, "p")))


def _keep(laid: Pass, query: exp.Query) -> exp.Table:
    return laid.base.session.keep(f"clean_{fingerprint(laid.base.session.sql(query))}", query)


def _counts(laid: Pass, source: exp.Query | exp.Table) -> dict[str, Codes]:
    """For `__rows` and for each flag: how many, by fate."""
    wanted = {ROWS: sql.row_count(), **{flag: sql.true_count(sql.column(flag)) for flag in laid.flags}}
    query = sql.select(source, {FATE: sql.column(FATE), **wanted}).group_by(sql.column(FATE))
    found = laid.base.session.rows(query)
    return {name: {row[0]: int(row[place]) for row in found} for place, name in enumerate(wanted, start=1)}


def _entries(laid: Pass, counts: Mapping[str, Codes], rows_in: int) -> tuple[Entry, ...]:
    entries = []
    last = 0
    for layer in laid.layers:
        last = max(layer.codes, default=last)
        lost = {code: counts[ROWS].get(code, 0) for code in layer.codes}
        reasons = tuple(
            Reason(fate=v.fate, rule=v.rule, rows=lost[c]) for c, v in layer.codes.items() if lost[c]
        )
        fates = {
            fate: sum(r.rows for r in reasons if r.fate == fate)
            for fate in ("merged", "dropped", "quarantined")
        }
        changed = {name: _among_kept(counts[flag], last) for name, flag in layer.flags.items()}
        changed = {name: cells for name, cells in changed.items() if cells}
        shown = {
            "examples": changed_cells(laid, layer, changed) if changed else [],
            "rows left": rows_left(laid, layer, [code for code, rows in lost.items() if rows]),
        }
        entry = Entry(
            stage="clean",
            table=laid.base.name,
            step=layer.label,
            rows_in=rows_in,
            kept=rows_in - sum(lost.values()),
            **fates,
            reasons=reasons,
            changed=changed,
            notes={**layer.outcome.notes, **{what: some for what, some in shown.items() if some}},
        )
        entries.append(entry)
        rows_in = entry.kept
    return tuple(entries)


def _among_kept(changed: Codes, last: int) -> int:
    """Cells changed among the rows kept by the step whose last code is `last`, whatever became of them after."""
    return sum(cells for code, cells in changed.items() if code is None or code > last)


def _set_aside(laid: Pass, source: exp.Query | exp.Table, counts: Mapping[str, Codes]) -> exp.Query | None:
    """`__row`, `step` and `rule` of the rows that a verdict sends to quarantine."""
    codes = {c: v for c, v in laid.codes.items() if v[1].fate == "quarantined" and counts[ROWS].get(c)}
    if not codes:
        return None
    step, rule = exp.Case(this=sql.column(FATE)), exp.Case(this=sql.column(FATE))
    for code, (label, verdict) in codes.items():
        step = step.when(sql.literal(code), sql.literal(label))
        rule = rule.when(sql.literal(code), sql.literal(verdict.rule))
    query = sql.select(source, {ROW: sql.column(ROW), "step": step, "rule": rule})
    return query.where(exp.In(this=sql.column(FATE), expressions=[sql.literal(code) for code in codes]))
