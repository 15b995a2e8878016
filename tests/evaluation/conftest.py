"""What earlier stages would say of a run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evaluation.drawn import EVIL
from thalweg.evaluation.facts import Facts


def entry(stage: str, step: str, rows_in: int, kept: int, **more: Any) -> dict[str, Any]:
    """A line of the ledger as JSON; `reasons` as (fate, rule, rows)."""
    reasons = [{"fate": fate, "rule": rule, "rows": rows} for fate, rule, rows in more.pop("reasons", [])]
    lost = {
        fate: sum(r["rows"] for r in reasons if r["fate"] == fate)
        for fate in ("merged", "dropped", "quarantined")
    }
    whole = {"table": "flights", "added": 0, "changed": {}, "notes": {}, **more}
    return {
        "stage": stage,
        "step": step,
        "rows_in": rows_in,
        "kept": kept,
        **lost,
        **whole,
        "reasons": reasons,
    }


def column(name: str, kind: str, missing: int, distinct: int, **more: Any) -> dict[str, Any]:
    """A column of a profile."""
    return {
        "name": name,
        "type": kind,
        "missing": missing,
        "distinct": distinct,
        "distinct_exact": True,
        **more,
    }


def bins(number: int) -> dict[str, Any]:
    """A histogram."""
    return {"edges": list(range(number + 1)), "counts": list(range(number))}


@pytest.fixture
def facts() -> Facts:
    """What a whole run would say."""
    return whole_facts()


def whole_facts() -> Facts:
    """What a whole run would say, with markup in every kind of name."""
    unmatched = {"matched": 3900, "unmatched": 50, "missing_key": 3, "other_rows": 70, "other_unused": 7}
    return Facts(
        name=f"flights {EVIL}",
        table="flights",
        made="2026-01-02T03:04:05+00:00",
        bundle="runs/flights/bundle",
        ledger=[
            entry("sources", "read csv", 4000, 3996, reasons=[("quarantined", f"broken line {EVIL}", 4)]),
            entry("sources", "read csv", 70, 70, table="weather"),
            entry("clean", "missing", 3996, 3960, reasons=[("dropped", "delay is missing", 36)]),
            entry("clean", "duplicates", 3960, 3950, reasons=[("merged", "same key", 10)]),
            entry("clean", "outliers", 70, 70, table="weather", changed={f"wind {EVIL}": 7}),
            entry("integrate", "left join weather", 3950, 3950, notes=unmatched),
        ],
        quarantine=[
            {
                "stage": "sources",
                "table": "flights",
                "rule": f"broken line {EVIL}",
                "rows": 4,
                "examples": [{"line": n, "text": f"{n},{EVIL}"} for n in range(4)],
            }
        ],
        cleaning={
            "weather": {"steps": [{"kind": "outliers"}], "log": [f"wind: 7 values beyond 3 IQR {EVIL}"]}
        },
        profile={
            "profile": {
                "title": "What the table holds",
                "sentences": [
                    "3,950 rows, 3 columns; no row occurs twice.",
                    f"{EVIL} is missing in 10.0% of rows.",
                ],
                "facts": {
                    "rows": 3950,
                    "duplicates": 0,
                    "sample": None,
                    "columns": [
                        column(EVIL, "VARCHAR", 395, 2, top=[[f"<b>{EVIL}</b>", 3000], ["b", 555]]),
                        column(
                            "hour", "BIGINT", 0, 24, low=0, high=23, quantiles={"0.5": 13}, histogram=bins(24)
                        ),
                        column("id", "BIGINT", 0, 3950, identifier=True),
                    ],
                    "pairs": [{"one": "hour", "other": "id", "measure": "spearman", "value": 0.93}],
                },
            },
            "associations": {"title": f"Associations {EVIL}", "sentences": ["UA goes with EWR"], "facts": {}},
        },
        split={
            "how": "By time",
            "parts": [
                {
                    "name": "training",
                    "rows": 3000,
                    "start": "2013-01-01",
                    "end": "2013-10-01",
                    "target": {"late": 0.2},
                },
                {"name": "validation", "rows": 450},
                {"name": "test", "rows": 500},
            ],
        },
        inputs={
            "used": [
                {
                    "column": EVIL,
                    "kind": "category",
                    "type": "VARCHAR",
                    "why": "9 values",
                    "counts": {"rare": 2},
                }
            ],
            "refused": [{"column": "delay", "why": "the target is derived from it"}],
        },
        leaks={
            "derived": [{"column": "delay", "target": "late"}],
            "suspects": [{"column": EVIL, "target": "late", "metric": "roc_auc", "value": 0.99}],
        },
        training={
            "history": [
                {"epoch": n, "loss": 1 / n, "validation_loss": 1.1 / n, "roc_auc": 0.8} for n in (1, 2, 3)
            ],
            "best_epoch": 2,
            "stopped": "All epochs were run",
            "parameters": 1234,
            "seconds": 75.0,
            "settings": {"epochs": 3, "learning_rate": 0.001},
        },
        provenance={
            "versions": {"thalweg": "0.1.0"},
            "seed": 7,
            "stages": [{"stage": "train", "seconds": 75.0, "peak_memory": 900_000_000, "cached": False}],
            "machine": {"cores": 2},
            "pipeline": f"name: {EVIL}\n",
            "fingerprints": {"train": "ab" * 16},
        },
    )
