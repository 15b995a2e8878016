"""The recipe of spoken digits from end to end, on few recordings and for one epoch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from thalweg.cli import app

RECIPE = Path(__file__).parents[2] / "recipes" / "digits-audio.yaml"


def test_spoken_digits_in_small(
    data: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recordings").mkdir()
    for digit in (0, 1):
        for n in (0, 1, 5, 6, *range(10, 20)):
            name = f"{digit}_jackson_{n}.wav"
            shutil.copy(data("fsdd/recordings") / name, tmp_path / "recordings" / name)
    (tmp_path / "recordings" / "1_jackson_20.wav").write_bytes(b"no sound")
    written = RECIPE.read_text(encoding="utf-8")
    small = written.replace("width: 96", "width: 8").replace("epochs: 15", "epochs: 1")
    assert small != written
    (tmp_path / "digits.yaml").write_text(small, encoding="utf-8")
    done = CliRunner().invoke(app, ["run", str(tmp_path / "digits.yaml")])
    assert done.exit_code == 0, done.output
    bundle = tmp_path / "runs" / "digits-audio" / "bundle"
    assert 0 <= json.loads((bundle / "metrics.json").read_text())["digit"]["accuracy"] <= 1
    index = json.loads((tmp_path / "runs" / "digits-audio" / "dataset" / "dataset.json").read_text())
    (slot,) = index["layout"]["slots"]
    assert (slot["block"], slot["shape"][1]) == ("series", 41)
    assert [sum(shard["rows"] for shard in shards) for shards in index["splits"].values()] == [20, 4, 4]
