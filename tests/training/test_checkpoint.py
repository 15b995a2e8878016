from __future__ import annotations

import errno
from pathlib import Path

import pytest
import torch

from thalweg.core.errors import StorageError
from thalweg.core.progress import Silent
from thalweg.training.checkpoint import Checkpoint, Checkpoints, load_optimizers, optimizer_tensors


def checkpoint(value: float) -> Checkpoint:
    return Checkpoint({"model": {"w": torch.full((3,), value)}, "optimizer": {}}, {"step": value})


def test_what_is_written_is_read(tmp_path):
    made = Checkpoints(tmp_path, "print", Silent())
    assert made.last() is None
    for step in (1, 2, 3):
        made.write(f"{step:08d}-00", checkpoint(step))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["00000002-00", "00000003-00"]
    found = made.last()
    assert found is not None
    assert found.tensors["model"]["w"].tolist() == [3, 3, 3]
    assert found.tensors["optimizer"] == {}
    assert found.state["step"] == 3
    names = {path.name for path in (tmp_path / "00000003-00").iterdir()}
    assert names == {"model.safetensors", "optimizer.safetensors", "state.json", "manifest.json"}


def test_a_checkpoint_of_another_training_is_removed(tmp_path):
    Checkpoints(tmp_path, "one", Silent()).write("00000001-00", checkpoint(1))
    assert Checkpoints(tmp_path, "other", Silent()).last() is None
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_words(tmp_path, monkeypatch):
    made = Checkpoints(tmp_path, "print", Silent())
    made.write("00000001-00", checkpoint(1))

    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match="the disk is full"):
        made.write("00000002-00", checkpoint(2))
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["00000001-00"]
    found = made.last()
    assert found is not None
    assert found.state["step"] == 1


@pytest.mark.parametrize("kind", [torch.optim.AdamW, torch.optim.SGD])
def test_optimizers_go_on_with_the_same_bits(kind):
    def fresh() -> tuple[torch.nn.Linear, torch.optim.Optimizer]:
        torch.manual_seed(0)
        layer = torch.nn.Linear(3, 2)
        extra = {"momentum": 0.9} if kind is torch.optim.SGD else {}
        return layer, kind(layer.parameters(), lr=0.1, fused=True, **extra)

    def step(layer, optimizer, number: int) -> None:
        optimizer.zero_grad()
        layer(torch.full((4, 3), float(number))).pow(2).sum().backward()
        optimizer.step()

    one, optimizer = fresh()
    for number in range(3):
        step(one, optimizer, number)
    other, resumed = fresh()
    other.load_state_dict(one.state_dict())
    load_optimizers([resumed], {k: v.clone() for k, v in optimizer_tensors([optimizer]).items()})
    for number in range(3, 6):
        step(one, optimizer, number)
        step(other, resumed, number)
    assert torch.equal(one.weight, other.weight)
