"""Figures say what was measured, keep it, and judge it as promised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.record import Figure, Published, Result, Target, lines, read, row


def test_a_ratio_is_judged_by_its_target() -> None:
    figure = Figure("run", 4.0, "s", "Ludwig", 10.0, Target("ratio", "at most", 0.5))
    assert figure.judged("ratio") == pytest.approx(0.4)
    assert figure.met is True
    assert Figure("run", 6.0, "s", "Ludwig", 10.0, Target("ratio", "at most", 0.5)).met is False


def test_a_quality_is_judged_by_its_difference() -> None:
    assert Figure("AUC", 0.70, "AUC", "LightGBM", 0.69, Target("difference", "at least", 0.01)).met is True
    assert Figure("AUC", 0.695, "AUC", "LightGBM", 0.69, Target("difference", "at least", 0.01)).met is False


def test_what_nobody_promised_is_neither_met_nor_missed() -> None:
    assert Figure("memory", 1.0, "GiB").met is None


def test_a_ratio_to_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="'memory' has no rival's number to take a ratio to"):
        Figure("memory", 1.0, "GiB").judged("ratio")


def test_cells_read_as_a_person_writes() -> None:
    speed = Figure("loop", 180_000.0, "rows/s", "bare loop", 190_000.0, Target("ratio", "at least", 0.95))
    assert row(speed) == ("loop", "180,000 rows/s", "bare loop 190,000 rows/s", "0.95 ×", "≥ 0.95 ×", "no")
    quality = Figure("AUC", 0.71, "AUC", "LightGBM", 0.7, Target("difference", "at least", -0.003))
    assert row(quality) == ("AUC", "0.7100", "LightGBM 0.7000", "+0.0100", "≥ -0.003", "yes")
    loader = Figure("loader", 3.2e6, "rows/s", target=Target("value", "at least", 3e6))
    assert row(loader) == ("loader", "3.20 M rows/s", "", "", "≥ 3.00 M rows/s", "yes")


def test_the_terminal_shows_a_line_for_each_figure() -> None:
    shown = lines([Figure("a", 1.0, "s"), Figure("longer", 2.0, "s")])
    assert [line.split()[0] for line in shown] == ["what", "a", "longer"]


def test_a_result_is_kept_with_its_machine_and_read_back(tmp_path: Path) -> None:
    figure = Figure(
        "AUC",
        0.7,
        "AUC",
        "trees",
        0.6,
        Target("difference", "at least", 0.0),
        Published(0.9, "somebody"),
        runs={"a": [1]},
    )
    path = Result("quality", [figure], ["a note"], {"ludwig": "0.17"}).save(tmp_path)
    written = json.loads(path.read_text())
    assert path.name == "quality.json"
    assert written["machine"].keys() == {"cores", "memory", "cpu", "system"}
    assert {"python", "thalweg", "torch", "ludwig"} <= written["versions"].keys()
    assert written["figures"][0]["difference"] == pytest.approx(0.1)
    assert written["figures"][0]["met"] is True
    facts, figures = read(path)
    assert facts["notes"] == ["a note"]
    assert figures == [figure]
