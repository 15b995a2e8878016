"""Pull the plug anywhere: the next run ends with the same bytes as one that nobody disturbed."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from thalweg.cli import main
from thalweg.core.fingerprint import fingerprint_file
from thalweg.pipeline.run import run_file

ROUNDS = int(os.environ.get("THALWEG_KILLS", "1"))  # kills in each stage; 10 takes some minutes
STAGES = ["sources", "clean", "integrate", "dataset", "train", "evaluate", "bundle"]

WITHIN = {"sources": 0.6, "train": 0.8}
"""Seconds of a stage in which to strike; the other stages take less."""
BEGUN = "begun"
LOADED = ["thalweg.cli", "thalweg.pipeline.run", "torch._inductor.config", "sklearn.linear_model", "lightgbm"]
"""Loaded once, by the process that those to be killed are forked from: it takes longer than what they do."""


def before(stage: str) -> str:
    """What is said when this stage begins: that the one before it is done."""
    told = {"sources": BEGUN, "dataset": "mine"}
    return told.get(stage) or STAGES[STAGES.index(stage) - 1]


def start(file: Path, *settings: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "thalweg", "run", str(file), *(f"--set={each}" for each in settings)]
    return subprocess.Popen(
        arguments, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def command(arguments: list[str], told: Connection) -> None:
    """The command in a group of processes of its own; what it says goes through the pipe."""
    os.setsid()
    os.dup2(told.fileno(), sys.stderr.fileno())
    told.close()
    print(BEGUN, file=sys.stderr, flush=True)
    sys.argv = ["thalweg", *arguments]
    main()


def kill(file: Path, name: str, stage: str, seconds: float) -> None:
    """Run, and kill the run so many seconds after the stage began."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(LOADED)
    heard, told = forks.Pipe(duplex=False)
    process = forks.Process(target=command, args=(["run", str(file), f"--set=name={name}"], told))
    process.start()
    told.close()
    with os.fdopen(os.dup(heard.fileno())) as lines:
        assert any(line.startswith(before(stage)) for line in lines), f"it ended before {stage}"
        time.sleep(seconds)
        assert process.pid is not None
        with suppress(ProcessLookupError):  # it may have ended by now
            os.killpg(process.pid, signal.SIGKILL)
        process.join()
    heard.close()


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
        kill(file, name, stage, chance.uniform(0.0, WITHIN.get(stage, 0.25)))
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
