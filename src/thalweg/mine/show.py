"""A profile on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from thalweg.mine.sentences import sentences

BARS = "▁▂▃▄▅▆▇█"
HEADINGS = ("column", "type", "meaning", "missing", "distinct", "min · median · max", "values")
LAST = 5  # the place of the columns that may be folded where the terminal is narrow
SHOWN = 3  # top values
LONGEST = 24  # characters of a value
DAY = 10  # characters of a date


def show_profile(profile: Mapping[str, Any], console: Console | None = None) -> None:
    """Print a profile: a line for each column, then what stands out."""
    (console or Console()).print(rendered(profile))


def rendered(profile: Mapping[str, Any]) -> Group:
    """A profile as a table of columns and sentences."""
    table = Table(
        title=f"{profile['name']}: {profile['rows']:,} rows",
        title_justify="left",
        header_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    cells = [_cells(column, profile["rows"]) for column in profile["columns"]]
    for place, heading in enumerate(HEADINGS):
        longest = max((len(row[place]) for row in cells), default=0)
        table.add_column(
            heading,
            justify="right" if heading in ("missing", "distinct") else "left",
            width=min(max(longest, len(heading)), LONGEST) if place < LAST else None,
            no_wrap=place < LAST,
            overflow="ellipsis" if place < LAST else "fold",
        )
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    return Group(table, *(Text(line) for line in [*sentences(profile), *_remarks(profile)]))


def sparkline(counts: list[int]) -> str:
    """A histogram as one line of blocks, the fullest bin the highest; an empty bin is a blank."""
    most = max(counts, default=0)
    return "".join(BARS[-(-rows * len(BARS) // most) - 1] if rows else " " for rows in counts)


def _cells(column: Mapping[str, Any], rows: int) -> list[str]:
    distinct = f"{'' if column['distinct_exact'] else '≈ '}{column['distinct']:,}"
    return [
        column["name"],
        column["type"].lower().replace(" with time zone", "tz"),
        column["meaning"] or "",
        _share(column["missing"], rows),
        distinct,
        _range(column),
        _values(column),
    ]


def _share(missing: int, rows: int) -> str:
    if not missing:
        return ""
    return f"{missing / rows:.1%}" if missing >= rows / 1000 else "< 0.1%"


def _range(column: Mapping[str, Any]) -> str:
    if "quantiles" not in column:
        lengths = column["lengths"]
        return f"{lengths[0]}–{lengths[2]} characters" if lengths else ""
    shown = (column["low"], column["quantiles"]["0.5"], column["high"])
    if column["family"] == "timestamp" and shown[0][:DAY] != shown[-1][:DAY]:
        shown = tuple(value[:DAY] for value in shown)
    return " · ".join(_said(value) for value in shown)


def _values(column: Mapping[str, Any]) -> str:
    if column["identifier"]:
        return _written(column) or "(not shown)"
    if "histogram" in column:
        return sparkline(column["histogram"]["counts"])
    return ", ".join(f"{_said(value)} ({rows:,})" for value, rows in column.get("top", [])[:SHOWN])


def _written(column: Mapping[str, Any]) -> str:
    """How values that are not to be shown are written, and the rarest way."""
    found = column.get("patterns")
    if not found:
        return ""
    rare = f"; rarest {found['rarest'][0][0]}" if found["rarest"] else ""
    return f"as {', '.join(letters for letters, _ in found['top'][:SHOWN])}{rare}"


def _said(value: Any) -> str:
    text = f"{value:,.5g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _remarks(profile: Mapping[str, Any]) -> list[str]:
    if profile["sample"] is None or not any(column.get("sampled") for column in profile["columns"]):
        return []
    return [
        f"Medians and histograms of columns with many values are of a sample of {profile['sample']:,} rows."
    ]
