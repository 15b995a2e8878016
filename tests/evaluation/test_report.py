"""The report's files: whole, small, offline, escaped, made from report.json alone."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.evaluation.drawn import EVIL, judged
from thalweg.core.files import read_json
from thalweg.core.progress import Silent
from thalweg.evaluation.facts import Facts
from thalweg.evaluation.pages.page import SECTIONS, page
from thalweg.evaluation.report import assemble, in_json, render, totals, write
from thalweg.evaluation.run import evaluate, headline
from thalweg.evaluation.settings import Evaluate

QUICK = {"resamples": 20, "importance": {"rows": 200, "repeats": 2}}
LIMIT = 6_000_000


class Page(HTMLParser):
    """Reads a page as a browser would: elements, links, the text of scripts."""

    VOID = ("meta",)

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.figures: list[dict[str, Any]] = []
        self.text = ""
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        assert not any(name.startswith("on") for name in named)
        if tag == "script":
            self.scripts.append(named.get("type") or "code")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            if self.scripts[-1] == "application/json":
                self.figures.append(json.loads(data))
        elif "style" not in self.open:
            self.text += data


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each kind of question, evaluated once."""
    from tests.evaluation.conftest import whole_facts

    folders = {}
    for kind in ("binary", "category", "number"):
        folders[kind] = tmp_path_factory.mktemp(kind)
        evaluate(
            Evaluate.model_validate(QUICK), judged(kind, rows=1000), whole_facts(), folders[kind], Silent()
        )
    return folders


@pytest.mark.parametrize("kind", ["binary", "category", "number"])
def test_three_files_under_six_megabytes(reports: dict[str, Path], kind: str) -> None:
    files = {path.name: path.stat().st_size for path in reports[kind].iterdir()}
    assert set(files) == {"index.html", "plotly.min.js", "report.json"}
    assert files["index.html"] + files["plotly.min.js"] < LIMIT


@pytest.mark.parametrize("kind", ["binary", "category", "number"])
def test_the_page_asks_for_nothing_but_the_script_beside_it(reports: dict[str, Path], kind: str) -> None:
    source = (reports[kind] / "index.html").read_text(encoding="utf-8")
    found = Page(source)
    assert [link for link in found.links if not link.startswith("#")] == ["plotly.min.js"]
    assert re.findall(r"(?:https?:)?//[a-z]", source) == []
    assert not re.search(r"url\(|@import", source)


@pytest.mark.parametrize("kind", ["binary", "category", "number"])
def test_every_section_is_there_and_linked(reports: dict[str, Path], kind: str) -> None:
    found = Page((reports[kind] / "index.html").read_text(encoding="utf-8"))
    expected = [
        "short",
        "rows",
        "quarantine",
        "cleaning",
        "joins",
        "columns",
        "mined",
        "split",
        "inputs",
        "training",
    ]
    expected += ["verdict", "pictures", "slices", "importance", "leakage", "use", "provenance"]
    assert len(expected) == len(SECTIONS)
    assert [name for name in found.ids if name != "theme"] == expected
    assert {link[1:] for link in found.links if link.startswith("#")} == set(expected)


@pytest.mark.parametrize("kind", ["binary", "category", "number"])
def test_markup_in_the_data_stays_text(reports: dict[str, Path], kind: str) -> None:
    source = (reports[kind] / "index.html").read_text(encoding="utf-8")
    assert EVIL not in source
    found = Page(source)
    assert found.scripts.count("code") == 2  # plotly, and the page's own
    assert found.text.count(EVIL) >= 8  # in the title, the rows, the quarantine, the inputs …
    drawn = json.dumps(found.figures)
    assert "<script" not in drawn
    assert "<b>" not in drawn


def test_numbers_of_the_page_are_those_of_the_report(reports: dict[str, Path]) -> None:
    report = read_json(reports["binary"] / "report.json")
    text = Page((reports["binary"] / "index.html").read_text(encoding="utf-8")).text
    auc = report["outputs"]["late"]["models"]["network"]["test"]["roc_auc"]
    assert f"{auc['value']:.3f} [{auc['low']:.3f}, {auc['high']:.3f}]" in text
    for words in ("4,000 rows of flights came in", "50 (1.3%)", "delay is missing", "arr late", "1 min 15 s"):
        assert (words in text) is (words != "arr late")
    assert report["rows"]["totals"] == {
        "in": 4000,
        "kept": 3950,
        "merged": 10,
        "dropped": 36,
        "quarantined": 4,
    }
    assert report["sentences"][0].startswith("late: the network reaches ROC AUC")


def test_the_page_is_made_from_the_json_alone(reports: dict[str, Path], tmp_path: Path) -> None:
    for kind, folder in reports.items():
        made = render(read_json(folder / "report.json"), tmp_path / kind)
        assert made.read_bytes() == (folder / "index.html").read_bytes()


def test_the_same_run_gives_the_same_report(facts: Facts, tmp_path: Path) -> None:
    def untimed(report: Any) -> Any:
        if isinstance(report, dict):
            return {key: untimed(value) for key, value in report.items() if key != "seconds"}
        return [untimed(value) for value in report] if isinstance(report, list) else report

    settings = Evaluate.model_validate(QUICK)
    one, two = (evaluate(settings, judged(rows=600), facts, tmp_path / name, Silent()) for name in "ab")
    assert untimed(one) == untimed(two)


def test_without_facts_there_are_no_sections_for_them(tmp_path: Path) -> None:
    settings = Evaluate.model_validate({**QUICK, "baseline": False, "linear": False, "importance": False})
    report = evaluate(settings, judged(rows=600), Facts(), tmp_path, Silent())
    found = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert found.ids == ["theme", "short", "verdict", "pictures", "slices", "leakage"]
    assert "importance" not in report
    assert headline(report)["baseline"] == {"late": {}}


def test_an_empty_report_is_a_page() -> None:
    assert Page(page({"format": 1})).ids == ["theme"]


def test_several_outputs_are_told_apart(facts: Facts, tmp_path: Path) -> None:
    settings = Evaluate.model_validate({**QUICK, "baseline": False, "linear": False})
    report = evaluate(settings, judged("number", 600, ("late", EVIL)), facts, tmp_path, Silent())
    text = Page((tmp_path / "index.html").read_text(encoding="utf-8")).text
    assert "What can be told of 2 outputs?" in text
    assert f"Output {EVIL}" in text
    assert list(headline(report)["metrics"]) == ["late", EVIL]


def test_few_examples_of_quarantine_and_none_too_long(tmp_path: Path) -> None:
    rows = [{f"column {i}": "x" * 5_000 for i in range(100)} for _ in range(50)]
    group = {"stage": "clean", "table": "t", "rule": "r", "rows": 50, "examples": rows}
    found = assemble(Facts(quarantine=[group] * 100), {})["quarantine"]  # type: ignore[list-item]
    assert len(found) == 40
    assert len(found[0]["examples"]) == 5
    assert len(found[0]["examples"][0]) == 24
    assert {len(value) for value in found[0]["examples"][0].values()} == {200}


def test_a_huge_report_is_still_a_small_page(tmp_path: Path) -> None:
    long = "column with a long name " * 8
    column = {"type": "VARCHAR", "family": "text", "missing": 1, "distinct": 9, "top": [[long, 5]] * 10}
    column["histogram"] = {"edges": list(range(51)), "counts": list(range(50))}
    line = {"stage": "clean", "table": long, "step": long, "rows_in": 9, "kept": 8, "added": 0, "notes": {}}
    line |= {"merged": 0, "dropped": 1, "quarantined": 0, "changed": {long: 3}}
    line["reasons"] = [{"fate": "dropped", "rule": long, "rows": 1}]
    example = {f"{long} {i}": long for i in range(100)}
    facts: Any = {
        "table": long,
        "ledger": [line] * 2_000,
        "quarantine": [{"stage": "s", "table": long, "rule": long, "rows": 9, "examples": [example] * 9}]
        * 99,
        "cleaning": {f"{long} {i}": {"log": [long] * 500} for i in range(30)},
        "profile": {"p": {"title": "t", "facts": {"rows": 9, "columns": [{"name": long, **column}] * 500}}},
        "inputs": {
            "used": [{"column": long, "kind": "k", "why": long}] * 1_000,
            "refused": [{"column": long, "why": long}] * 1_000,
        },
        "leaks": {"derived": [{"column": long, "target": "t"}] * 1_000, "suspects": []},
        "training": {"history": [{"epoch": n, "loss": 0.1, "validation_loss": 0.2} for n in range(2_000)]},
        "provenance": {"pipeline": long * 1_000},
    }
    ranked = [{"column": long, "loss": 0.1, "low": 0.1, "high": 0.1}] * 300
    judgement = read_output(tmp_path)
    outputs = {f"{long} {i}": judgement for i in range(20)}
    importance = {"rows": 9, "repeats": 3, "not_measured": 0, "outputs": dict.fromkeys(outputs, ranked)}
    write(assemble(facts, outputs, importance=importance), tmp_path)
    assert (tmp_path / "index.html").stat().st_size + (tmp_path / "plotly.min.js").stat().st_size < LIMIT


def read_output(folder: Path) -> dict[str, Any]:
    settings = Evaluate.model_validate({**QUICK, "importance": False})
    return evaluate(settings, judged(rows=1000), Facts(), folder, Silent())["outputs"]["late"]


def test_json_values() -> None:
    found = in_json(
        {1: np.float32("nan"), "a": (np.int64(3), np.array([1.5, np.inf])), "b": float("-inf"), "c": None}
    )
    assert found == {"1": None, "a": [3, [1.5, None]], "b": None, "c": None}
    assert isinstance(found["a"][0], int)


def test_totals_follow_the_main_table() -> None:
    line = {"merged": 0, "dropped": 0, "quarantined": 0, "added": 0}
    entries = [
        {**line, "table": "other", "rows_in": 99, "kept": 99},
        {**line, "table": "main", "rows_in": 10, "kept": 9, "dropped": 1},
        {**line, "table": "main", "rows_in": 9, "kept": 9, "added": 5},
    ]
    assert totals(entries, "main") == {"in": 15, "kept": 14, "merged": 0, "dropped": 1, "quarantined": 0}
