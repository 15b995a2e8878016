"""Files that are whole or not there at all."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

from thalweg.core.errors import StorageError
from thalweg.core.files import (
    MANIFEST,
    DigestedFile,
    atomic,
    atomic_folder,
    first_damage,
    read_json,
    seal,
    storage_errors,
    write_json,
    write_text,
)
from thalweg.core.fingerprint import fingerprint_file


class Stopped(Exception):
    pass


def stop_after(path: Path, text: str) -> None:
    path.write_text(text)
    raise Stopped


def test_a_file_appears_whole(tmp_path: Path) -> None:
    path = tmp_path / "new/a.txt"
    write_text(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    assert [file.name for file in path.parent.iterdir()] == ["a.txt"]


def test_a_file_that_was_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(Stopped), atomic(path) as temporary:
        stop_after(temporary, "half")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_json_is_kept_in_order_and_without_nan(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"b": 1, "a": [Path("x"), None, "é"]})
    assert path.read_text() == '{\n  "b": 1,\n  "a": [\n    "x",\n    null,\n    "é"\n  ]\n}\n'
    assert read_json(path) == {"b": 1, "a": ["x", None, "é"]}
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(path, float("nan"))


@pytest.mark.parametrize("content", [b'{"a": 1', b"\xff"])
def test_damaged_json_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(
        StorageError, match=r"a\.json is damaged: it is not valid JSON\n  remove .* and run again"
    ):
        read_json(tmp_path / "a.json")


def test_a_folder_is_sealed_and_takes_the_place_of_the_old(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    for content in ("old", "new"):
        with atomic_folder(folder, key="k") as inside:
            (inside / "sub").mkdir()
            (inside / "sub" / f"{content}.txt").write_text(content)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        *("manifest.json", "sub", "sub/new.txt")
    ]
    assert read_json(folder / MANIFEST)["key"] == "k"
    assert list(read_json(folder / MANIFEST)["files"]) == ["sub/new.txt"]
    assert first_damage(folder) is None


def test_a_folder_that_was_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with atomic_folder(folder) as inside:
        (inside / "a").write_text("old")
    with pytest.raises(Stopped), atomic_folder(folder) as inside:
        stop_after(inside / "a", "half")
    assert (folder / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_run_left_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / ".out.partial").mkdir()
    (tmp_path / ".out.partial" / "torn").write_text("x")
    with atomic_folder(tmp_path / "out") as inside:
        (inside / "a").write_text("a")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", MANIFEST]


def test_every_kind_of_damage_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "out"

    def damaged(how: str) -> str | None:
        folder.mkdir(exist_ok=True)
        (folder / "a").write_text("abc")
        seal(folder)
        if how == "manifest":
            (folder / MANIFEST).unlink()
        elif how == "gone":
            (folder / "a").unlink()
        elif how:
            (folder / "a").write_text(how)
        return first_damage(folder)

    assert damaged("") is None
    assert damaged("manifest") == f"{folder} has no manifest.json"
    assert damaged("gone") == f"{folder}/a is missing"
    assert damaged("ab") == f"{folder}/a has 2 bytes, not 3"
    assert damaged("abd") == f"{folder}/a has changed since it was written"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, "the disk is full: x could not be written\n  free some space"),
        (errno.EDQUOT, "the disk is full: x could not be written"),
        (errno.EACCES, "no permission to write x\n  choose another folder with: --set output=FOLDER"),
        (errno.EROFS, "no permission to write x"),
    ],
)
def test_errors_of_the_system_in_words(number: int, message: str) -> None:
    with pytest.raises(StorageError, match=message), storage_errors(Path("x")):
        raise OSError(number, os.strerror(number))


def test_other_errors_of_the_system_pass() -> None:
    with pytest.raises(OSError, match="Is a directory"), storage_errors(Path("x")):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))


def test_a_manifest_lists_sizes_and_digests(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("abc")
    seal(tmp_path, seed=1)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    assert manifest["seed"] == 1
    assert manifest["files"]["a"]["bytes"] == 3
    assert len(manifest["files"]["a"]["digest"]) == 32


def test_a_file_digested_while_it_is_written_has_the_digest_of_its_content(tmp_path: Path) -> None:
    with DigestedFile(tmp_path / "a") as file:
        assert file.write(b"deepest ") == 8
        file.write(memoryview(np.arange(5, dtype=np.int64)))
        assert file.tell() == 48
        digest = file.digest()
    assert (tmp_path / "a").read_bytes() == b"deepest " + np.arange(5, dtype=np.int64).tobytes()
    assert digest == fingerprint_file(tmp_path / "a")


def test_digests_known_from_writing_are_taken_over(tmp_path: Path) -> None:
    digests: dict[str, str] = {}
    with atomic_folder(tmp_path / "made", digests) as folder:
        (folder / "known").write_text("one")
        (folder / "other").write_text("two")
        digests["known"] = "as told"
    listed = read_json(tmp_path / "made" / "manifest.json")["files"]
    assert listed["known"] == {"bytes": 3, "digest": "as told"}
    assert listed["other"]["digest"] == fingerprint_file(tmp_path / "made" / "other")
