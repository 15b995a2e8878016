"""Folders of images as tables."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.sources.media import pgm
from thalweg.core.component import parse
from thalweg.core.errors import DataError, SourceError
from thalweg.sources.images import Images
from thalweg.sources.source import Source


def encoded(kind: str, mode: str = "RGB", size: tuple[int, int] = (5, 4)) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


def test_written_forms() -> None:
    assert parse(Source, {"images": "faces"}) == Images(path="faces")
    assert parse(Source, Images.example().written()) == Images.example()


def test_the_faces_of_orl(read: Callable, data: Callable) -> None:
    found = read({"images": str(data("orl-faces"))})
    assert len(found.rows) == 400
    assert found.types == {
        **{"path": "VARCHAR", "file": "VARCHAR", "bytes": "BIGINT", "width": "INTEGER", "height": "INTEGER"},
        **{"mode": "VARCHAR", "label": "VARCHAR"},
    }
    assert {row["label"] for row in found.rows} == {f"s{n}" for n in range(1, 41)}
    assert {(row["width"], row["height"], row["mode"], row["bytes"]) for row in found.rows} == {
        (92, 112, "L", 10350)
    }
    assert found.rows[0]["path"] == "s1/1.pgm"
    assert all(Path(row["file"]).stat().st_size == row["bytes"] for row in found.rows)


def test_split_and_label_from_folders(read: Callable, folder: Callable) -> None:
    folder(
        {
            "train/cats/1.png": encoded("PNG"),
            "VAL/cats/2.jpg": encoded("JPEG"),
            "test/3.gif": encoded("GIF", "P"),
        }
    )
    found = read({"images": "media"})
    wanted = ["path", "split", "label", "width", "height", "mode"]
    assert [[row[name] for name in wanted] for row in found.rows] == [
        ["VAL/cats/2.jpg", "validation", "cats", 5, 4, "RGB"],
        ["test/3.gif", "test", None, 5, 4, "P"],
        ["train/cats/1.png", "train", "cats", 5, 4, "RGB"],
    ]


def test_folders_that_say_nothing_make_no_columns(read: Callable, folder: Callable) -> None:
    folder({"1.pgm": pgm(), "2.pgm": pgm()})
    assert list(read({"images": "media"}).types) == ["path", "file", "bytes", "width", "height", "mode"]
    folder({"train/dogs/1.pgm": pgm()})
    told = read({"images": {"path": "media", "label": "none", "split": "none"}})
    assert list(told.types) == ["path", "file", "bytes", "width", "height", "mode"]


def test_broken_and_empty_files_are_set_aside(read: Callable, folder: Callable) -> None:
    folder({"a/ok.pgm": pgm(), "a/empty.png": b"", "a/text.jpg": b"hello", "a/cut.png": encoded("PNG")[:12]})
    found = read({"images": "media"})
    assert [row["path"] for row in found.rows] == ["a/ok.pgm"]
    assert [(row["file"], row["rule"], row["line"]) for row in found.rejected] == [
        ("a/cut.png", "damaged file", None),
        ("a/empty.png", "empty file", None),
        ("a/text.jpg", "damaged file", None),
    ]
    assert found.rejected[2]["reason"] == "it is no image of a known format: it begins with b'hello'"
    assert {reason.rule: reason.rows for reason in found.loaded.entry.reasons} == {
        "damaged file": 2,
        "empty file": 1,
    }


def test_nothing_but_broken_files(read: Callable, folder: Callable) -> None:
    folder({"a/text.jpg": b"hello"})
    with pytest.raises(
        DataError, match=r"not one of the 1 rows of source 't'.*the first is a/text.jpg: it is no image"
    ):
        read({"images": "media"})


def test_others_are_counted(read: Callable, folder: Callable) -> None:
    folder(
        {"a/1.pgm": pgm(), "a/Thumbs.db": b"x", "a/.DS_Store": b"x", ".git/2.pgm": pgm(), "notes.txt": b"x"}
    )
    found = read({"images": "media"})
    assert len(found.rows) == 1
    assert found.notes == {"hidden files": 2, "files of other kinds": 2}


def test_links(read: Callable, folder: Callable, tmp_path: Path) -> None:
    root = folder({"a/1.pgm": pgm()})
    (tmp_path / "secret.pgm").write_bytes(pgm())
    (tmp_path / "elsewhere").mkdir()
    (root / "a" / "in.pgm").symlink_to(root / "a" / "1.pgm")
    (root / "a" / "out.pgm").symlink_to(tmp_path / "secret.pgm")
    (root / "a" / "gone.pgm").symlink_to(root / "a" / "none.pgm")
    (root / "a" / "round.pgm").symlink_to(root / "a" / "round.pgm")
    (root / "b").symlink_to(tmp_path / "elsewhere")
    (root / "c").symlink_to(root / "a")
    found = read({"images": "media"})
    assert [row["path"] for row in found.rows] == ["a/1.pgm", "a/in.pgm"]
    rule = "link that leads outside the folder"
    assert [(row["file"], row["rule"]) for row in found.rejected] == [
        *[("a/gone.pgm", rule), ("a/out.pgm", rule), ("a/round.pgm", rule), ("b", rule)]
    ]
    assert found.notes == {"links to folders": 1}


def test_odd_names(read: Callable, folder: Callable) -> None:
    root = folder({"人 脸/ .pgm": pgm(), "人 脸/a'b\";--.pgm": pgm(), "50%/é.PGM": pgm()})
    (root / os.fsdecode(b"bad\xff.pgm")).write_bytes(pgm())
    found = read({"images": "media"})
    assert {row["path"]: row["label"] for row in found.rows} == {
        **{"50%/é.PGM": "50%", "人 脸/ .pgm": "人 脸", "人 脸/a'b\";--.pgm": "人 脸"}
    }
    assert [(row["file"], row["rule"]) for row in found.rejected] == [
        (r"bad\xff.pgm", "name that is not Unicode")
    ]


def test_too_many_pixels(read: Callable, folder: Callable) -> None:
    folder({"a/1.pgm": pgm(), "a/2.pgm": b"P5\n60000 60000\n255\n" + bytes(100)})
    (row,) = read({"images": "media"}).rejected
    assert row["rule"] == "too many pixels"


def test_labels_from_a_file(read: Callable, folder: Callable, tmp_path: Path) -> None:
    folder({"x/1.pgm": pgm(), "x/2.pgm": pgm(), "y/3.pgm": pgm()})
    (tmp_path / "labels.csv").write_text("image,label,age\n3,cat,7\n1,dog,2\n9,cat,1\n3,dog,8\n")
    found = read({"images": {"path": "media", "labels": {"file": "labels.csv", "by": "stem"}}})
    assert [(row["path"], row["label"], row["age"]) for row in found.rows] == [
        ("x/1.pgm", "dog", 2),
        ("x/2.pgm", None, None),
        ("y/3.pgm", "cat", 7),
    ]
    assert [(row["file"], row["line"], row["rule"], row["reason"]) for row in found.rejected] == [
        ("labels.csv", 3, "label without a file", "no file is named '9'"),
        ("labels.csv", 4, "second label of a file", "'3' was named in a line before"),
    ]


def test_labels_that_do_not_fit(read: Callable, folder: Callable, tmp_path: Path) -> None:
    folder({"x/1.pgm": pgm()})
    (tmp_path / "labels.csv").write_text("image,width\nx/1.pgm,7\nx/2.pgm,8\n")
    with pytest.raises(SourceError, match=r"labels\.csv has columns that the files have too: width"):
        read({"images": {"path": "media", "labels": "labels.csv"}})
    with pytest.raises(SourceError, match=r"labels\.csv has no column 'imag'; did you mean 'image'"):
        read({"images": {"path": "media", "labels": {"file": "labels.csv", "column": "imag"}}})
    (tmp_path / "labels.csv").write_text("image,age\nx/1.pgm,7\nx/2.pgm,8,9\n")
    with pytest.raises(
        SourceError, match="a line of the labels cannot be read: line 3: expected 2 fields, found 3"
    ):
        read({"images": {"path": "media", "labels": "labels.csv"}})


def test_no_such_folder(read: Callable, folder: Callable, tmp_path: Path) -> None:
    folder({"x/1.txt": b"x"})
    with pytest.raises(SourceError, match=r"there is no folder .*/medja\n  did you mean 'media'"):
        read({"images": "medja"})
    with pytest.raises(
        SourceError, match=r"holds no files that end in .*\.webp; found 1 files of other kinds"
    ):
        read({"images": "media"})
    with pytest.raises(SourceError, match=r"expected a folder, or a zip or tar archive of one, found a file"):
        read({"images": "media/x/1.txt"})


def test_what_was_written_wrongly() -> None:
    with pytest.raises(
        ValueError, match="label: expected folder, none or a field of `name`, received 'foldr'; did you"
    ):
        Images(path="x", label="foldr")
    with pytest.raises(ValueError, match="the table has a column 'width' of its own"):
        Images(path="x", name="{width:int}.png")


def test_the_fingerprint_follows_the_files(folder: Callable, tmp_path: Path) -> None:
    root = folder({"x/1.pgm": pgm()})
    source = Images(path="media")
    first = source.fingerprint(tmp_path)
    assert source.fingerprint(tmp_path) == first
    (root / "notes.txt").write_text("of another kind")
    assert source.fingerprint(tmp_path) == first
    (root / "x" / "2.pgm").write_bytes(pgm())
    second = source.fingerprint(tmp_path)
    (root / "x" / "2.pgm").write_bytes(pgm(4, 4))
    assert len({first, second, source.fingerprint(tmp_path)}) == 3
    assert source.size(tmp_path) == len(pgm()) + len(pgm(4, 4))


def test_embedded_image_bytes_of_plain_parquet_pass_through(read: Callable, data: Callable) -> None:
    found = read(str(data("mnist/test.parquet")))
    assert len(found.rows) == 10_000
    assert "BLOB" in str(found.types["image"])


def test_a_folder_of_images_shows_itself(tmp_path: Path) -> None:
    for n in range(20):
        (tmp_path / f"c{n % 2}").mkdir(exist_ok=True)
        (tmp_path / f"c{n % 2}" / f"{n}.png").touch()
    assert Images.of_folder(tmp_path) == Images(path=str(tmp_path))
    for n in range(3):  # more than one in ten is something else
        (tmp_path / f"{n}.csv").touch()
    assert Images.of_folder(tmp_path) is None
