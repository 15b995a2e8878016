"""Which columns know the target, because both were computed from the same source column."""

from __future__ import annotations

from thalweg.engines.table import Table


def derived_from(table: Table, target: str) -> dict[str, str]:
    """The visible columns that share a source column with the target, each with a sentence that says why.

    None of them may be an input unless the user insists: it holds the answer, or a part of it. The target
    is not listed. Raises ComponentError where the table has no such target.
    """
    sources = table.lineage.get(table.require(target, "target column"), frozenset())
    shared = {
        name: sorted(sources & table.lineage.get(name, frozenset()))
        for name in table.columns
        if name != target
    }
    return {
        name: f"{name} and the target {target} were both computed from {' and '.join(common)}"
        for name, common in shared.items()
        if common
    }
