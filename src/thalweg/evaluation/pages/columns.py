"""The columns of the dataset: what each holds, how it is spread, what goes together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Html, Section, code, details, join, paragraph, table, tag
from thalweg.evaluation.pages.marks import histogram
from thalweg.evaluation.wording import count, decimal, plural, share

COLUMNS, TOP, LONGEST = 200, 3, 24
SENTENCES = 12  # the first of which only gives the size
BARS = 40  # of a histogram


def section(report: Mapping[str, Any]) -> Section | None:
    """A line for each column of every table that was profiled, then the pairs that go together."""
    findings = [each for each in report.get("profile", {}).values() if each.get("facts", {}).get("columns")]
    profiles = [finding["facts"] for finding in findings]
    if not profiles:
        return None
    told = [tag("li", words) for finding in findings for words in finding.get("sentences", ())[1:SENTENCES]]
    body = [tag("ul", *told, class_="short") if told else None]
    body += [part for facts in profiles for part in (_columns(facts), _more(facts), _pairs(facts))]
    return Section("columns", "The columns", " ".join(map(_lead, profiles)), join(body))


def _lead(facts: Mapping[str, Any]) -> str:
    columns = facts["columns"]
    gaps = sum(1 for column in columns if column["missing"])
    words = (
        f"{plural(facts['rows'], 'row')} of {plural(len(columns), 'column')}, {count(gaps)} of them with gaps"
    )
    repeated = f"; {plural(facts['duplicates'], 'row')} repeated in full" if facts.get("duplicates") else ""
    sample = f" Spreads are of {plural(facts['sample'], 'row')}." if facts.get("sample") else ""
    return f"{words}{repeated}.{sample}"


def _columns(facts: Mapping[str, Any]) -> Html:
    rows = [
        (
            code(column["name"]),
            tag("small", _kind(column)),
            _spread(column),
            _values(column, facts["rows"]),
            share(column["missing"], facts["rows"]) if column["missing"] else "",
            ("" if column.get("distinct_exact", True) else "about ") + count(column["distinct"]),
        )
        for column in facts["columns"][:COLUMNS]
    ]
    return table(("column", "type", "", "values", "missing", "distinct"), rows, 2)


def _kind(column: Mapping[str, Any]) -> str:
    """The type, and what the values are beyond it."""
    meaning = column.get("meaning")
    return column["type"].lower() + (f" · {meaning}" if meaning else "")


def _spread(column: Mapping[str, Any]) -> Html | None:
    found = column.get("histogram")
    counts = found["counts"] if found else [rows for _, rows in column.get("top") or []]
    return histogram(_fewer(counts)) if len(counts) > 1 else None


def _fewer(counts: list[int]) -> list[int]:
    """Neighbouring bars put together, so that each can be seen."""
    step = -(-len(counts) // BARS)
    return [sum(counts[start : start + step]) for start in range(0, len(counts), step)]


def _values(column: Mapping[str, Any], rows: int) -> str:
    """From least to most, or the most frequent; nothing of a column that names its row."""
    if column.get("identifier"):
        return "names its row, or free text: not shown"
    if column.get("low") is not None and column.get("quantiles"):
        middle = column["quantiles"].get("0.5")
        return f"{_shown(column['low'])} … {_shown(middle)} … {_shown(column['high'])}"
    known = max(rows - column["missing"], 1)
    top = column.get("top") or []
    of = known if not column.get("sampled") else None
    told = [f"{_shown(value)} {share(n, of)}" if of else _shown(value) for value, n in top[:TOP]]
    return ", ".join(told) + (", …" if len(top) > TOP else "")


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return count(value) if value.is_integer() and abs(value) < 1e6 else decimal(value)
    words = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _more(facts: Mapping[str, Any]) -> Html | None:
    rest = len(facts["columns"]) - COLUMNS
    return (
        paragraph(f"and {plural(rest, 'more column')}, in report.json", class_="note") if rest > 0 else None
    )


def _pairs(facts: Mapping[str, Any]) -> Html | None:
    pairs = facts.get("pairs")
    if not pairs:
        return None
    rows = [
        (code(pair["one"]), code(pair["other"]), pair["measure"].replace("_", " "), decimal(pair["value"]))
        for pair in pairs
    ]
    return details("What goes together", table(("column", "column", "measure", "value"), rows, 1))
