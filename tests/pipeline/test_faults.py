"""Pull the plug anywhere: the next run ends with the same bytes as one that nobody disturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from thalweg.core.fingerprint import fingerprint_file
from thalweg.pipeline.run import run_file

ROUNDS = int(os.environ.get("THALWEG_KILLS", "1"))  # kills in each stage; 10 takes some minutes
STAGES = ["sources", "clean", "integrate", "dataset", "train", "evaluate", "bundle"]

WITHIN = {
    "sources": (0.5, 2.5),
    "train": (0.0, 3.0),
}  # seconds of a stage in which to strike; libraries load first


def before(stage: str) -> str:
    """The stage that is told as done when this one begins."""
    return {"dataset": "mine"}.get(stage, STAGES[STAGES.index(stage) - 1])


def start(file: Path, *settings: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "thalweg", "run", str(file), *(f"--set={each}" for each in settings)]
    return subprocess.Popen(
        arguments, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def results(folder: Path) -> dict[str, str]:
    """Digests of what must be the same to the last bit: shards, weights."""
    files = [*folder.glob("dataset/**/*.arrow"), folder / "bundle" / "weights.safetensors"]
    return {path.relative_to(folder).as_posix(): fingerprint_file(path) for path in files}


@pytest.fixture
def undisturbed(course: Callable[..., Path]) -> tuple[Path, dict[str, str]]:
    file = course(("epochs: 3", "epochs: 8"))
    answer = run_file(file, ["name=undisturbed"])
    return file, results(Path(answer["run"]))


def test_a_kill_in_any_stage(undisturbed: tuple[Path, dict[str, str]]) -> None:
    file, expected = undisturbed
    assert len(expected) >= 4
    chance = random.Random(11)
    for number, stage in enumerate(STAGES * ROUNDS):
        name = f"killed-{number}"
        process = start(file, f"name={name}")
        assert process.stderr is not None
        while stage != STAGES[0] and not process.stderr.readline().startswith(before(stage)):
            pass
        time.sleep(chance.uniform(*WITHIN.get(stage, (0.0, 0.25))))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        run_file(file, [f"name={name}"])
        assert results(file.parent / "runs" / name) == expected, f"killed in {stage}"


def test_ctrl_c_is_told_and_the_next_run_goes_on(undisturbed: tuple[Path, dict[str, str]]) -> None:
    file, expected = undisturbed
    process = start(file, "name=interrupted", "train.epochs=8")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("dataset"):
            break
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; run the same command again to go on from here" in rest
    assert "Traceback" not in rest
    run_file(file, ["name=interrupted", "train.epochs=8"])
    assert results(file.parent / "runs" / "interrupted") == expected
