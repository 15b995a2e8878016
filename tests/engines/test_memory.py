"""Sizes as people write them, and how much a machine has."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from thalweg.core.errors import ComponentError
from thalweg.engines import memory
from thalweg.engines.memory import GIB, default_limit, machine_memory, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [("2GB", 2 * 10**9), ("1.5 GiB", 3 * 2**29), ("512mib", 2**29), (" 7 ", 7), (4096, 4096), ("0", 0)],
)
def test_sizes(text: str | int, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "2 XB", "1.2.3", ".", "-1", "2GB2"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ComponentError, match=f"expected a size such as 2GB or 512MiB, received '{text}'"):
        parse_size(text)


@pytest.mark.parametrize(("limit", "expected"), [("max", None), (str(3 * GIB), 3 * GIB), ("9" * 19, None)])
def test_a_containers_share_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: str, expected: int | None
) -> None:
    (tmp_path / "max").write_text(limit + "\n")
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "max")
    assert machine_memory() == min(expected or 2**62, psutil.virtual_memory().total)
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "none")
    assert machine_memory() == psutil.virtual_memory().total


@pytest.mark.parametrize(("machine", "limit"), [(8 * GIB, GIB), (64 * GIB, 4 * GIB), (1024 * GIB, 16 * GIB)])
def test_the_default_is_a_sixteenth_within_bounds(
    monkeypatch: pytest.MonkeyPatch, machine: int, limit: int
) -> None:
    monkeypatch.setattr(memory, "machine_memory", lambda: machine)
    assert default_limit() == limit
