"""A few of the cells that a step changed, before and after, and of the rows that left by it: for the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlglot import exp

from thalweg.clean.passes import CHANGED, FATE, Layer, Pass
from thalweg.clean.step import INTO
from thalweg.engines import sql
from thalweg.engines.table import ROW
from thalweg.engines.types import family

EACH = 3  # cells of a column, rows of a rule
COLUMNS = 12
AMONG = 100_000  # positions in the source, from the first on, among which examples are looked for
LONGEST = 80  # characters of a value
BEFORE, AFTER, TIMES, CODE, PLACE = "before {}", "after {}", "times {}", "__code", "__place"


def changed_cells(laid: Pass, layer: Layer, changed: Mapping[str, int]) -> list[dict[str, Any]]:
    """Up to three changed cells of each column as `{row, column, before, after}`, the first by row.

    Values are text, cut to 80 characters. `changed` counts the cells of kept rows by column; of more than 12 columns
    those with the most changes are shown.
    """
    plain = [name for name in changed if _is_shown(laid.columns[name])]
    shown = sorted(plain, key=lambda name: -changed[name])[:COLUMNS]
    if not shown:
        return []
    flags = {name: CHANGED.format(f"example {place}") for place, name in enumerate(shown)}
    types = laid.base.session.columns(layer.before)
    values: dict[str, exp.Expr] = {ROW: sql.column(ROW), FATE: sql.column(FATE)}
    for name in shown:
        before, after = sql.column(name), layer.outcome.changes[name]
        values |= {BEFORE.format(name): _as_text(before), AFTER.format(name): _as_text(after)}
        values[flags[name]] = laid.is_changed(types[name], name, after, laid.columns[name])
    moved = sql.any_of(sql.column(flag) for flag in flags.values())
    found = sql.select(sql.select(layer.before, values), list(values)).where(sql.all_of([_among(), moved]))
    times = {TIMES.format(name): _times(flag) for name, flag in flags.items()}
    counted = sql.select(found, {**{name: sql.column(name) for name in values}, **times})
    few = [
        sql.all_of([sql.column(flag), sql.column(TIMES.format(name)) <= sql.literal(EACH)])
        for name, flag in flags.items()
    ]
    chosen = sql.select(counted, [*values, *times]).where(sql.any_of(few)).order_by(sql.column(ROW))
    rows = [dict(zip([*values, *times], row, strict=True)) for row in laid.base.session.rows(chosen)]
    return [
        {
            "row": row[ROW],
            "column": name,
            "before": _cut(row[BEFORE.format(name)]),
            "after": _cut(row[AFTER.format(name)]),
        }
        for name, flag in flags.items()
        for row in rows
        if row[flag] and row[TIMES.format(name)] <= EACH
    ]


def rows_left(laid: Pass, layer: Layer, lost: Iterable[int]) -> list[dict[str, Any]]:
    """Up to three of the rows that left by each rule as `{fate, rule, row, into, cells}`, the first by row.

    `lost` are the codes of the verdicts that took rows. `into` is the row that a merged one went into, where that is
    known; `cells` are those of the first 12 columns, as text, as they were before the step. Rows that are set aside
    are not among them: they are kept whole.
    """
    verdicts = {code: layer.codes[code] for code in lost if layer.codes[code].fate != "quarantined"}
    if not verdicts:
        return []
    session = laid.base.session
    types = session.columns(layer.before)
    names = [name for name in laid.base.columns if name in types and _is_shown(types[name])][:COLUMNS]
    chosen = exp.Case()
    for code, verdict in layer.codes.items():
        chosen = chosen.when(verdict.when.copy(), sql.literal(code))
    values = {ROW: sql.column(ROW), CODE: chosen, **{name: _as_text(sql.column(name)) for name in names}}
    told = sql.select(sql.select(layer.before, values | {FATE: sql.column(FATE)}), list(values))
    told = told.where(
        _among(), exp.In(this=sql.column(CODE), expressions=[sql.literal(code) for code in verdicts])
    )
    order = exp.Order(expressions=[exp.Ordered(this=sql.column(ROW))])
    place = exp.Window(this=exp.RowNumber(), partition_by=[sql.column(CODE)], order=order)
    ranked = sql.select(told, {**{name: sql.column(name) for name in values}, PLACE: place})
    few = sql.select(ranked, list(values)).where(sql.column(PLACE) <= sql.literal(EACH))
    found = session.rows(few.order_by(sql.column(CODE), sql.column(ROW)))
    into = {code: _into(laid, layer, code, [row[0] for row in found if row[1] == code]) for code in verdicts}
    return [
        {
            "fate": verdicts[code].fate,
            "rule": verdicts[code].rule,
            "row": row,
            **({"into": into[code][row]} if row in into[code] else {}),
            "cells": {name: _cut(cell) for name, cell in zip(names, cells, strict=True)},
        }
        for row, code, *cells in found
    ]


def _into(laid: Pass, layer: Layer, code: int, rows: list[int]) -> dict[int, int]:
    """The rows that some rows were merged into, where the verdict knows them."""
    known = layer.codes[code].into
    if known is None or not rows:
        return {}
    asked = exp.In(this=sql.column(ROW), expressions=[sql.literal(row) for row in rows])
    return dict(laid.base.session.rows(sql.select(known, [ROW, INTO]).where(asked)))  # pyright: ignore[reportArgumentType]


def _is_shown(sql_type: str) -> bool:
    return family(sql_type) not in ("bytes", "nested", "other")


def _among() -> exp.Expr:
    """Rows that were there before the step, of those that are looked at."""
    early = exp.LT(this=sql.column(ROW), expression=sql.literal(AMONG))
    return sql.all_of([early, sql.is_null(sql.column(FATE))])


def _times(flag: str) -> exp.Expr:
    """How many rows so far have a flag, the row itself among them."""
    one = exp.Case().when(sql.column(flag), sql.literal(1)).else_(sql.literal(0))
    return exp.Window(
        this=exp.Sum(this=one),
        order=exp.Order(expressions=[exp.Ordered(this=sql.column(ROW))]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )


def _as_text(value: exp.Expr) -> exp.Expr:
    return sql.cast(value.copy(), "VARCHAR")


def _cut(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
