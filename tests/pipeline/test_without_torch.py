"""Torch, slower to import than a file is to check, is imported where a network is made and only there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from thalweg.pipeline.run import run_file

PROGRAM = """
import json, sys
import thalweg.api
from thalweg.cli import app

told = {}
for command in json.loads(sys.argv[1]):
    app(command, standalone_mode=False)
    told[" ".join(command)] = [name for name in json.loads(sys.argv[2]) if name in sys.modules]
print(json.dumps(told), file=sys.stderr)
"""
SLOW = ("torch", "sklearn", "lightgbm", "scipy", "pandas", "transformers")


def test_no_command_needs_torch_before_the_training(course: Callable[..., Path]) -> None:
    file = str(course())
    known = run_file(Path(file))
    training = _facts(known["run"])["train"]
    commands = [
        ["schema"],
        ["plan", file],
        ["run", file],
        ["run", file, "--until", "dataset", "--set", "name=other"],
    ]
    program = [sys.executable, "-c", PROGRAM, json.dumps(commands), json.dumps(SLOW)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    found = json.loads(done.stderr.splitlines()[-1])
    assert len(found) == len(commands)
    assert {command: names for command, names in found.items() if "torch" in names} == {}
    assert found["schema"] == found[f"plan {file}"] == []
    cached = _facts(known["run"])
    assert {stage: facts["why"] for stage, facts in cached.items()} == dict.fromkeys(cached, "cached")
    assert "dataset" in _facts(str(Path(known["run"]).with_name("other")))
    # the device is told though torch was not asked for it
    assert cached["train"]["device"] == training["device"] == "cpu"
    assert cached["train"]["precision"] == training["precision"]


def _facts(folder: str) -> dict[str, dict[str, str]]:
    """What a run says of its stages."""
    return json.loads((Path(folder) / "run.json").read_text())["stages"]
