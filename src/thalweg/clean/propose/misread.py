"""Texts that were decoded in the wrong way."""

from __future__ import annotations

from thalweg.clean.mojibake import garbled
from thalweg.clean.step import Proposal, Step
from thalweg.core.component import parse
from thalweg.engines.table import Table


def misread(table: Table) -> list[Proposal]:
    """Mend the columns in which UTF-8 was read as Windows-1252 or Latin-1."""
    training = table.training()
    texts = [name for name, sql_type in table.columns.items() if sql_type == "VARCHAR"]
    found = {name: pieces for name in texts if (pieces := garbled(training, name))}
    if not found:
        return []
    shown = {name: next(iter(pieces.items())) for name, pieces in found.items()}
    why = "; ".join(
        f"{name}: {old!r} is {new!r}, decoded in the wrong way" for name, (old, new) in shown.items()
    )
    return [Proposal(parse(Step, {"mojibake": {"columns": list(found)}}), why)]
