"""A few of the cells that a step changed, before and after, for the report."""

from __future__ import annotations

from typing import Any

from thalweg.clean.passes import CHANGED, FATE, Layer, Pass
from thalweg.engines import sql
from thalweg.engines.table import ROW
from thalweg.engines.types import family

MOST = 5
AMONG = 100_000  # positions in the source, from the first on, among which examples are looked for
LONGEST = 80  # characters of a value


def examples(laid: Pass, layer: Layer, changed: list[str]) -> list[dict[str, Any]]:
    """Up to five changed cells of a step as `{row, column, before, after}`, the first by row, then by column.

    Values are text, cut to 80 characters. `changed` are the columns in which the step changed cells of kept rows.
    """
    shown = [name for name in changed if family(laid.columns[name]) not in ("bytes", "nested", "other")]
    if not shown:
        return []
    flags = {name: CHANGED.format(f"example {place}") for place, name in enumerate(shown)}
    types = laid.base.session.columns(layer.before)
    values = {ROW: sql.column(ROW), FATE: sql.column(FATE)}
    for name in shown:
        before, after = sql.column(name), layer.outcome.changes[name]
        values |= {f"before {name}": sql.cast(before, "VARCHAR"), f"after {name}": sql.cast(after, "VARCHAR")}
        values[flags[name]] = laid.is_changed(types[name], name, after, laid.columns[name])
    told = sql.select(layer.before, values)
    first = sql.column(ROW) < sql.literal(AMONG)
    kept = sql.is_null(sql.column(FATE))
    moved = sql.any_of(sql.column(flag) for flag in flags.values())
    found = sql.select(told, list(values)).where(sql.all_of([first, kept, moved]))
    rows = laid.base.session.rows(found.order_by(sql.column(ROW)).limit(MOST))
    each = [dict(zip(values, row, strict=True)) for row in rows]
    cells = [(row, name) for row in each for name in shown if row[flags[name]]]
    return [
        {
            "row": row[ROW],
            "column": name,
            "before": _cut(row[f"before {name}"]),
            "after": _cut(row[f"after {name}"]),
        }
        for row, name in cells[:MOST]
    ]


def _cut(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
