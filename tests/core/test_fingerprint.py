"""What a value or a file is, in 32 digits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.core import fingerprint as module
from thalweg.core.fingerprint import fingerprint, fingerprint_code, fingerprint_file

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_the_order_of_keys_does_not_matter(value: dict) -> None:
    assert fingerprint(dict(reversed(value.items()))) == fingerprint(value)


def test_everything_else_does() -> None:
    values = [1, "1", [1], [1, 2], [2, 1], {"a": 1}, {"a": None}, {}, [], None, True, "é"]
    found = [fingerprint(value) for value in values]
    assert len(set(found)) == len(values)
    assert all(len(digest) == 32 for digest in found)


def test_it_does_not_change_between_versions() -> None:
    assert fingerprint({"b": [1, "é"], "a": None}) == "bccb46da7f8860c9492baa4b6352ae16"


def test_a_file_is_its_content(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"x" * 3_000_000)
    other.write_bytes(b"x" * 3_000_000)
    assert fingerprint_file(one) == fingerprint_file(other)
    with other.open("r+b") as file:
        file.seek(1_500_000)
        file.write(b"y")
    assert fingerprint_file(one) != fingerprint_file(other)


def test_a_large_file_is_its_size_time_and_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WHOLE_FILE", 100)
    monkeypatch.setattr(module, "BLOCK", 4)
    path = tmp_path / "a"
    path.write_bytes(bytes(range(250)) * 40)
    first = fingerprint_file(path)
    assert fingerprint_file(path) == first
    os.utime(path, ns=(0, 0))
    touched = fingerprint_file(path)
    assert touched != first
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"x")  # the end is among the samples
    os.utime(path, ns=(0, 0))
    assert fingerprint_file(path) != touched


def test_code_is_its_folders() -> None:
    assert fingerprint_code("core") == fingerprint_code("core")
    assert fingerprint_code("core") != fingerprint_code("core", "engines")
