"""Folders of texts as tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from thalweg.core.component import parse
from thalweg.sources.source import Source
from thalweg.sources.texts import Texts


def test_written_forms() -> None:
    assert parse(Source, {"texts": "reviews"}) == Texts(path="reviews")
    assert parse(Source, Texts.example().written()) == Texts.example()


def test_a_row_a_file(read: Callable, folder: Callable) -> None:
    folder({"train/pos/1.txt": "好看\r\n".encode(), "test/neg/2.txt": b"\xef\xbb\xbfbad", "README": b"x"})
    found = read({"texts": "media"})
    assert [(r["path"], r["text"], r["label"], r["split"], r["bytes"]) for r in found.rows] == [
        ("test/neg/2.txt", "bad", "neg", "test", 6),
        ("train/pos/1.txt", "好看\r\n", "pos", "train", 8),
    ]
    assert found.notes == {"files of other kinds": 1}


def test_texts_that_cannot_be_read(read: Callable, folder: Callable) -> None:
    folder({"a/1.txt": b"ok", "a/2.txt": b"caf\xe9", "a/3.txt": b"", "a/4.txt": b"12345678901"})
    found = read({"texts": {"path": "media", "largest": 10}})
    assert [(row["file"], row["rule"], row["reason"]) for row in found.rejected] == [
        ("a/2.txt", "damaged file", "it is not utf-8: unexpected end of data at byte 3"),
        ("a/3.txt", "empty file", "it has no bytes"),
        ("a/4.txt", "too large", "it has 11 bytes, more than 10"),
    ]
    assert read({"texts": {"path": "media", "encoding": "latin-1"}}).column("text") == [
        "ok",
        "café",
        "12345678901",
    ]


def test_many_long_texts_come_in_order(read: Callable, folder: Callable) -> None:
    folder({f"{n:03}.txt": bytes([97 + n % 26]) * 300_000 for n in range(60)})  # more than one batch
    found = read({"texts": "media"})
    assert [text[0] for text in found.column("text")] == [chr(97 + n % 26) for n in range(60)]


def test_an_unknown_encoding() -> None:
    with pytest.raises(ValueError, match="utf-9"):
        Texts(path="x", encoding="utf-9")


def test_texts_show_themselves_in_folders_of_labels_alone(tmp_path: Path) -> None:
    (tmp_path / "pos").mkdir()
    for name in ("pos/1.txt", "pos/2.txt"):
        (tmp_path / name).touch()
    assert Texts.of_folder(tmp_path) == Texts(path=str(tmp_path))
    (tmp_path / "table.txt").touch()  # tables end so too
    assert Texts.of_folder(tmp_path) is None
