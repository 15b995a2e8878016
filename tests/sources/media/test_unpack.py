"""Archives unpacked inside a folder of their own and nowhere else."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.sources.media import pgm
from thalweg.core.component import parse
from thalweg.core.errors import SourceError
from thalweg.engines.engine import Session
from thalweg.sources.load import load
from thalweg.sources.media.unpack import unpacked
from thalweg.sources.source import Place, Source


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return path


def tarred(path: Path, members: dict[str, bytes], link: tuple[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as out:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            out.addfile(info, io.BytesIO(content))
        if link:
            info = tarfile.TarInfo(link[0])
            info.type, info.linkname = tarfile.SYMTYPE, link[1]
            out.addfile(info)
    return path


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["faces.zip", "faces.tar.gz"])
def test_an_archive_is_a_folder(name: str, session: Session, tmp_path: Path) -> None:
    make = zipped if name.endswith("zip") else tarred
    make(tmp_path / name, {"s1/1.pgm": pgm(), "s2/人.pgm": pgm(4, 4), "s2/empty.pgm": b""})
    out = tmp_path / "out"
    out.mkdir()
    place = Place(session, tmp_path, tmp_path / "store")
    loaded = load("t", parse(Source, {"images": name}), place, out)
    rows = [row for batch in session.batches(loaded.table.query) for row in batch.to_pylist()]
    assert [(row["path"], row["label"], row["width"]) for row in rows] == [
        ("s1/1.pgm", "s1", 3),
        ("s2/人.pgm", "s2", 4),
    ]
    assert [Path(row["file"]).read_bytes() for row in rows] == [pgm(), pgm(4, 4)]
    assert all(Path(row["file"]).is_relative_to(tmp_path / "store") for row in rows)
    assert loaded.entry.quarantined == 1


def test_an_archive_is_unpacked_once_and_again_when_damaged(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"1.pgm": pgm()})
    first = unpacked(archive, tmp_path / "store")
    before = (first / "1.pgm").stat().st_ino
    assert unpacked(archive, tmp_path / "store") == first
    assert (first / "1.pgm").stat().st_ino == before
    (first / "1.pgm").write_bytes(b"x")
    assert (unpacked(archive, tmp_path / "store") / "1.pgm").read_bytes() == pgm()
    zipped(archive, {"1.pgm": pgm(4, 4)})
    assert unpacked(archive, tmp_path / "store") != first


@pytest.mark.parametrize(
    "name",
    [
        "../evil.pgm",
        "a/../../evil.pgm",
        "/tmp/evil.pgm",
        "..\\evil.pgm",
        "C:\\evil.pgm",
        "a/..\\..\\evil.pgm",
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_member_that_would_be_written_outside(name: str, kind: str, tmp_path: Path) -> None:
    make = zipped if kind == "zip" else tarred
    archive = make(tmp_path / f"a.{kind}", {"ok.pgm": pgm(), name: pgm()})
    with pytest.raises(
        SourceError, match=r"would be written outside the folder.*nothing of the archive is used\n  if you"
    ):
        unpacked(archive, tmp_path / "deep" / "store")
    assert everything(tmp_path) == {f"a.{kind}"}
    assert not os.path.exists("/tmp/evil.pgm")


def test_links_in_archives(tmp_path: Path) -> None:
    archive = tarred(tmp_path / "a.tgz", {"ok.pgm": pgm()}, link=("out", "/etc"))
    with pytest.raises(SourceError, match="the member 'out' is a link or a device"):
        unpacked(archive, tmp_path / "store")
    info = zipfile.ZipInfo("out")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr(info, "/etc")
    with pytest.raises(SourceError, match="the member 'out' is a link"):
        unpacked(tmp_path / "a.zip", tmp_path / "store")
    assert everything(tmp_path) == {"a.tgz", "a.zip"}


def test_damaged_archives(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"1.pgm": os.urandom(5_000)}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:2_000])
    (tmp_path / "flipped.zip").write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
    packed = tarred(tmp_path / "a.tar.gz", {"1.pgm": os.urandom(5_000)}).read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(packed[:2_000])
    (tmp_path / "text.tar").write_bytes(b"hello")
    for name in ("cut.zip", "flipped.zip", "cut.tar.gz", "text.tar"):
        with pytest.raises(SourceError, match=rf"{name} is damaged, or of a kind that cannot be unpacked"):
            unpacked(tmp_path / name, tmp_path / "store")
    assert everything(tmp_path / "store") == set()


def test_the_same_name_twice(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as out:
        for _ in range(2):
            info = tarfile.TarInfo("1.pgm")
            info.size = len(pgm())
            out.addfile(info, io.BytesIO(pgm()))
    with pytest.raises(SourceError, match="cannot be unpacked"):
        unpacked(tmp_path / "a.tar", tmp_path / "store")
