"""What has to be the same for the same result, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Html, Section, code, columns, details, join, table, tag
from thalweg.evaluation.pages.marks import bar
from thalweg.evaluation.wording import duration, sentence, size

LONGEST = 20_000  # characters of the file that are shown


def section(report: Mapping[str, Any]) -> Section | None:
    """Stages with time and memory, versions, seed, fingerprints, the file in full."""
    known = report.get("provenance")
    if not known:
        return None
    stages = known.get("stages") or []
    body = [
        _stages(stages) if stages else None,
        columns(_pairs("versions", known.get("versions")), _pairs("machine", known.get("machine"))),
        _fingerprints(known),
        details("The file, in full", tag("pre", tag("code", known["pipeline"][:LONGEST])))
        if known.get("pipeline")
        else None,
    ]
    return Section("provenance", "Where it comes from", _lead(report, known), join(body))


def _lead(report: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    words = [f"made {report['made']}"] if report.get("made") else []
    words += [f"seed {known['seed']}"] if known.get("seed") is not None else []
    stages = known.get("stages") or []
    words += [f"{duration(sum(stage.get('seconds') or 0 for stage in stages))} in all"] if stages else []
    return sentence(", ".join(words))


def _stages(stages: list[Mapping[str, Any]]) -> Html:
    longest = max((stage.get("seconds") or 0 for stage in stages), default=0) or 1
    rows = [
        (
            stage["stage"],
            bar((stage.get("seconds") or 0) / longest),
            "found from an earlier run" if stage.get("cached") else duration(stage.get("seconds")),
            size(stage.get("peak_memory")),
        )
        for stage in stages
    ]
    return table(("stage", "", "time", "peak memory"), rows, 2)


def _pairs(title: str, found: Mapping[str, Any] | None) -> Html | None:
    if not found:
        return None
    return table((title, ""), [(name, str(value)) for name, value in found.items()], 0)


def _fingerprints(known: Mapping[str, Any]) -> Html | None:
    found = dict(known.get("fingerprints") or {})
    found |= {
        stage["stage"]: stage["fingerprint"]
        for stage in known.get("stages") or []
        if stage.get("fingerprint")
    }
    if not found:
        return None
    return details(
        "Fingerprints", table(("of", "digest"), [(name, code(digest)) for name, digest in found.items()], 0)
    )
