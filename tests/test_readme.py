"""The README tells the truth: its YAML is a valid pipeline, its Python runs, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh-CN.md"]


def blocks(readme: str, language: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("readme", READMES)
def test_the_yaml_is_a_valid_pipeline(readme: str, tmp_path: Path) -> None:
    from thalweg.pipeline.read import read

    found = blocks(readme, "yaml")
    assert found
    for number, text in enumerate(found):
        file = tmp_path / f"{number}.yaml"
        file.write_text(text, encoding="utf-8")
        read(file)


@pytest.mark.parametrize("readme", READMES)
def test_the_python_runs(readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.pipeline.conftest import write_tables

    write_tables(tmp_path)
    lines = (tmp_path / "trips.csv").read_text().splitlines()
    (tmp_path / "trips.csv").write_text("\n".join(line for line in lines if line.count(",") == 4))
    monkeypatch.chdir(tmp_path)
    (text,) = blocks(readme, "python")
    exec(compile(text, readme, "exec"), {})
    assert (tmp_path / "runs" / "model" / "report" / "index.html").is_file()


@pytest.mark.parametrize("readme", READMES)
def test_the_commands_exist(readme: str) -> None:
    from thalweg.cli import app

    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join(blocks(readme, "sh"))
    assert set(re.findall(r"^thalweg (\w+)", text, re.MULTILINE)) <= known
    assert set(re.findall(r"^make (\w+)", text, re.MULTILINE)) <= targets
    table = set(re.findall(r"`thalweg (\w+)", (ROOT / readme).read_text(encoding="utf-8")))
    assert table <= known


def test_every_command_is_in_the_readme() -> None:
    from thalweg.cli import app

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        assert f"`{name}`" in text or f"`thalweg {name}" in text, f"{name} is not in the README"
