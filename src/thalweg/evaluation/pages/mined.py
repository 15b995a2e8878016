"""What else the data said by itself, beside the profile of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.evaluation.pages.html import Section, join, paragraph, subtitle, tag
from thalweg.evaluation.wording import plural

SENTENCES = 30


def section(report: Mapping[str, Any]) -> Section | None:
    """The sentences of each finding."""
    mined = report.get("profile", {}).values()
    findings = [each for each in mined if each.get("sentences") and not each.get("facts", {}).get("columns")]
    if not findings:
        return None
    body = []
    for finding in findings:
        told = finding["sentences"]
        body += [
            subtitle(finding["title"]),
            tag("ul", *(tag("li", words) for words in told[:SENTENCES]), class_="short"),
        ]
        if len(told) > SENTENCES:
            body.append(
                paragraph(f"and {plural(len(told) - SENTENCES, 'more')}, in report.json", class_="note")
            )
    return Section("mined", "What the data says by itself", "", join(body))
