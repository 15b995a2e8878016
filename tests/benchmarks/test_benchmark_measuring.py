"""Commands are timed and weighed from outside; sides take turns; rivals are set up once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import environment
from benchmarks.alternate import alternated, middle
from benchmarks.process import run

MIB = 2**20


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_command_gives_its_output_and_time() -> None:
    done = run(python("import time; time.sleep(0.3); print('there')"))
    assert done.output == "there\n"
    assert 0.3 <= done.seconds < 5


def test_the_environment_and_folder_are_handed_on(tmp_path: Path) -> None:
    done = run(python("import os; print(os.environ['WORD'], os.getcwd())"), tmp_path, {"WORD": "yes"})
    assert done.output.split() == ["yes", str(tmp_path)]


def test_a_failing_command_says_why() -> None:
    with pytest.raises(RuntimeError, match=r"ended with 3:\n.*no such luck"):
        run(python("import sys; print('no such luck', file=sys.stderr); sys.exit(3)"))


def test_memory_of_the_whole_tree_counts() -> None:
    hold = "import time; x = bytearray(100 * 2**20); time.sleep(0.6)"
    child = f"import subprocess, sys; one = subprocess.Popen([sys.executable, '-c', {hold!r}]); {hold}; one.wait()"
    assert run(python(child)).peak_memory > 200 * MIB
    assert run(python("")).peak_memory < 100 * MIB


def test_sides_take_turns_and_a_warm_up_is_thrown_away() -> None:
    order: list[str] = []

    def side(name: str, values: list[float]):
        left = iter(values)

        def measured() -> float:
            order.append(name)
            return next(left)

        return measured

    taken = alternated({"a": side("a", [9, 1, 2, 3]), "b": side("b", [9, 4, 5, 9])}, rounds=3, warm_up=1)
    assert order == ["a", "b"] * 4
    assert taken == {"a": [1, 2, 3], "b": [4, 5, 9]}
    assert middle(taken) == {"a": 2, "b": 5}


def test_a_rival_that_is_set_up_runs_its_script_on_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_RIVALS", str(tmp_path))
    script = tmp_path / "echo.py"
    script.write_text(
        "import json, sys\nprint('noise')\nprint(json.dumps({'had': json.loads(sys.argv[1])}))\n"
    )
    rival = environment.Rival("echo", ["nothing==1"], script)
    rival.python.parent.mkdir(parents=True)
    rival.python.symlink_to(sys.executable)
    (tmp_path / "echo" / environment.READY).write_text("nothing==1")
    answer, done = rival.run({"folder": tmp_path})
    assert answer == {"had": {"folder": str(tmp_path)}}
    assert done.output.startswith("noise\n")


def test_a_missing_python_for_the_rivals_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_RIVALS", str(tmp_path))
    monkeypatch.setenv("RIVALS_PYTHON", "no-such-python")
    with pytest.raises(
        SystemExit, match=r"the rivals need Python 3\.12; say where one is with RIVALS_PYTHON="
    ):
        environment.rival("echo", ["nothing==1"]).prepare()
