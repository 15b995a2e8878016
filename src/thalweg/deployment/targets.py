"""Fitted targets as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.core.component import kind_of
from thalweg.tasks.task import Target, Task


def stored_targets(tasks: Mapping[str, Task], targets: Mapping[str, Target]) -> dict[str, Any]:
    """Fitted targets as JSON values, each with the kind of its task."""
    return {
        name: {"kind": tasks[name].kind, **target.model_dump(mode="json")} for name, target in targets.items()
    }


def restore_targets(stored: Mapping[str, Any]) -> dict[str, Target]:
    """The targets that `stored_targets` wrote."""
    return {
        name: kind_of(Task, fields["kind"]).target.model_validate(
            {k: v for k, v in fields.items() if k != "kind"}
        )
        for name, fields in stored.items()
    }
