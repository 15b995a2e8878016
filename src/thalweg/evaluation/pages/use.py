"""How to use the bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Section, join, subtitle, tag


def section(report: Mapping[str, Any]) -> Section | None:
    """Commands and lines of Python that work as they stand, once there is new data."""
    bundle = report.get("bundle")
    if not bundle:
        return None
    offline = f"thalweg predict '{bundle}' new.parquet -o predictions.parquet"
    python = f'import thalweg\n\nmodel = thalweg.load("{bundle}")\nanswers = model.predict(frame)'
    body = [
        subtitle("For a file of any size"),
        tag("pre", tag("code", offline)),
        subtitle("In Python: pandas, Polars, Arrow or DuckDB"),
        tag("pre", tag("code", python)),
    ]
    lead = "The bundle holds the fitted encoders and the weights: what is served is what was judged."
    return Section("use", "How to use it", lead, join(body))
