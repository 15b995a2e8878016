"""The report: `report.json` with every number, and `index.html` made from it alone.

The structure of `report.json` (whatever is not known is left out):

    format          1; grows when a reader of older reports would misunderstand
    name, question, table, made, bundle        as in `facts`
    rows            totals {in, kept, merged, dropped, quarantined} of the main table; entries of the ledger
    quarantine, cleaning, profile, split, inputs, leaks, training, provenance        as in `facts`
    outputs         by output, see `judge`: models, differences, pictures, slices
    importance      see `importance`: by output, columns with loss, low, high
    leakage         duplicates, see `leakage`
    seconds         the evaluation took
    sentences       what was learnt
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.core.files import atomic, write_json, write_text
from thalweg.evaluation.facts import Facts
from thalweg.evaluation.summary import sentences

FORMAT = 1
JSON, PAGE, SCRIPT = "report.json", "index.html", "plotly.min.js"
EXAMPLES, GROUPS, CELLS, LONGEST = 5, 40, 24, 200  # of quarantine: the only raw rows in a report
AS_THEY_ARE = (
    *("name", "question", "table", "made", "bundle"),
    *("cleaning", "profile", "split", "inputs", "leaks", "training", "provenance"),
)


def assemble(facts: Facts, outputs: Mapping[str, Any], **judgement: Any) -> dict[str, Any]:
    """One report of JSON values from what earlier stages know and what the evaluation found."""
    known: Mapping[str, Any] = {key: value for key, value in facts.items() if value}
    report = {"format": FORMAT, **{key: known[key] for key in AS_THEY_ARE if key in known}}
    if "ledger" in known:
        report["rows"] = {"totals": totals(known["ledger"], known.get("table")), "entries": known["ledger"]}
    if "quarantine" in known:
        report["quarantine"] = [_few_examples(group) for group in known["quarantine"][:GROUPS]]
    report |= {"outputs": dict(outputs), **judgement}
    report = in_json(report)
    return {**report, "sentences": sentences(report)}


def totals(entries: Sequence[Mapping[str, Any]], table: str | None) -> dict[str, int]:
    """Rows of the main table from its source to the dataset: in = kept + merged + dropped + quarantined."""
    chain = [entry for entry in entries if table in (None, entry["table"])]
    lost = {fate: sum(entry[fate] for entry in chain) for fate in ("merged", "dropped", "quarantined")}
    came = chain[0]["rows_in"] + sum(entry["added"] for entry in chain) if chain else 0
    return {"in": came, "kept": came - sum(lost.values()), **lost}


def _few_examples(group: Mapping[str, Any]) -> dict[str, Any]:
    examples = [
        {
            str(name)[:LONGEST]: None if cell is None else str(cell)[:LONGEST]
            for name, cell in list(row.items())[:CELLS]
        }
        for row in group.get("examples", [])[:EXAMPLES]
    ]
    return {**group, "examples": examples}


def in_json(value: Any) -> Any:
    """The same value of JSON types: arrays as lists, numbers that are not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): in_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [in_json(each) for each in value]
    if isinstance(value, np.ndarray | np.generic):
        return in_json(value.tolist())
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value


def write(report: Mapping[str, Any], folder: Path) -> Path:
    """Write `report.json` and the page; returns the path of the page."""
    write_json(folder / JSON, report)
    return render(report, folder)


def render(report: Mapping[str, Any], folder: Path) -> Path:
    """Write `index.html`, and the script of its charts beside it, from a report alone."""
    from thalweg.evaluation.pages.page import page

    with atomic(folder / SCRIPT) as temporary, as_file(files("plotly") / "package_data" / SCRIPT) as script:
        shutil.copyfile(script, temporary)
    write_text(folder / PAGE, page(report))
    return folder / PAGE
