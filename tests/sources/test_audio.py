"""Folders of sounds as tables."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from tests.sources.media import wav
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.sources.audio import Audio
from thalweg.sources.media.pattern import name_pattern
from thalweg.sources.source import Source


def flac(samples: int = 44_100, rate: int = 22_050, channels: int = 2) -> bytes:
    """The head of a FLAC file: its STREAMINFO alone."""
    packed = rate << 44 | (channels - 1) << 41 | 15 << 36 | samples
    return b"fLaC" + bytes([0x80, 0, 0, 34]) + bytes(10) + packed.to_bytes(8, "big") + bytes(16)


def mp3(body: bytes, frames: int = 10) -> bytes:
    """An ID3 tag, then frames of 417 bytes: MPEG 1, layer III, 128 kbit/s, 44,100 Hz, stereo."""
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)
    frame = b"\xff\xfb\x90\x00"
    return tag + frame + (bytes(32) + body).ljust(413, b"\0") + (frame + bytes(413)) * (frames - 1)


def test_written_forms() -> None:
    assert parse(Source, {"audio": "recordings"}) == Audio(path="recordings")
    assert parse(Source, Audio.example().written()) == Audio.example()


def test_the_spoken_digits(read: Callable, data: Callable) -> None:
    source = {
        "path": str(data("fsdd/recordings")),
        "name": "{digit:int}_{speaker}_{n:int}.wav",
        "label": "digit",
    }
    found = read({"audio": source})
    assert len(found.rows) == 3_000
    assert found.types == {
        **{"path": "VARCHAR", "file": "VARCHAR", "bytes": "BIGINT", "sample_rate": "INTEGER"},
        **{
            "channels": "SMALLINT",
            "seconds": "DOUBLE",
            "label": "BIGINT",
            "speaker": "VARCHAR",
            "n": "BIGINT",
        },
    }
    assert {(row["label"], row["n"]) for row in found.rows} == {(d, n) for d in range(10) for n in range(50)}
    assert {row["speaker"] for row in found.rows} == {
        *("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
    }
    assert {(row["sample_rate"], row["channels"]) for row in found.rows} == {(8_000, 1)}
    for row in found.rows[:100]:  # 16 bits; the rest is the header and what follows the samples
        assert 0 <= row["bytes"] - 44 - round(row["seconds"] * 16_000) <= 64


def test_headers_of_every_kind(read: Callable, folder: Callable) -> None:
    xing = b"Xing" + struct.pack(">II", 1, 1000)
    folder({"a.wav": wav(4_000, 8_000, 2), "b.flac": flac(), "c.mp3": mp3(xing), "d.mp3": mp3(b"")})
    found = read({"audio": "media"})
    assert [(row["sample_rate"], row["channels"]) for row in found.rows] == [
        *[(8_000, 2), (22_050, 2), (44_100, 2), (44_100, 2)]
    ]
    assert found.column("seconds") == pytest.approx([0.5, 2.0, 1000 * 1152 / 44_100, 4170 * 8 / 128_000])


def test_a_chunk_of_odd_length_before_the_samples(read: Callable, folder: Callable) -> None:
    plain = wav()
    odd = plain[:36] + b"LIST" + struct.pack("<I", 3) + b"abc\0" + plain[36:]
    folder({"a.wav": odd})
    assert read({"audio": "media"}).column("seconds") == [0.1]


@pytest.mark.parametrize(
    ("content", "rule", "reason"),
    [
        (b"", "empty file", "no bytes"),
        (b"RIFFxxxxJUNK", "damaged file", "neither WAV, FLAC nor MP3"),
        (wav()[:-100], "cut off", "promises 1,600 bytes of samples, 1,500 are there"),
        (wav()[:30], "damaged file", "ends before its data chunk"),
        (wav(0), "no sound", "holds no samples"),
        (wav(rate=0), "damaged file", "come before their format"),
        (b"fLaC\x00", "damaged file", "no STREAMINFO"),
        (b"\xff\xfb" + bytes(200), "damaged file", "no frame of MPEG audio"),
    ],
)
def test_sounds_that_are_none(
    read: Callable, folder: Callable, content: bytes, rule: str, reason: str
) -> None:
    folder({"a.wav": wav(), "b.wav": content})
    (row,) = read({"audio": "media"}).rejected
    assert (row["file"], row["rule"]) == ("b.wav", rule)
    assert reason in row["reason"]


def test_names_that_do_not_match(read: Callable, folder: Callable) -> None:
    folder({"train/3_ann_x.wav": wav(), "train/3_ann_b_12.wav": wav(), "test/-1_bo_2.wav": wav()})
    found = read({"audio": {"path": "media", "name": "{digit:int}_{speaker}_{n:int}.wav"}})
    assert [(r["digit"], r["speaker"], r["n"], r["split"]) for r in found.rows] == [
        (-1, "bo", 2, "test"),
        (3, "ann_b", 12, "train"),
    ]
    (row,) = found.rejected
    assert row["reason"] == "expected a name such as {digit:int}_{speaker}_{n:int}.wav, found '3_ann_x.wav'"


def test_a_pattern_over_folders(read: Callable, folder: Callable) -> None:
    folder({"dev/ann/1.5.wav": wav()})
    found = read(
        {"audio": {"path": "media", "name": "{part}/{who}/{v:float}.wav", "split": "part", "label": "none"}}
    )
    assert [(r["split"], r["who"], r["v"]) for r in found.rows] == [("validation", "ann", 1.5)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("plain.wav", "expected a pattern with fields in braces"),
        ("{a}{b.wav", "expected a pattern with fields in braces"),
        ("{a:integr}.wav", "unknown kind of field 'integr'"),
        ("{a}_{a}.wav", "found 'a' again or empty"),
        ("{}.wav", "found '' again or empty"),
    ],
)
def test_patterns_that_are_none(text: str, message: str) -> None:
    with pytest.raises(ComponentError, match=message):
        name_pattern(text)
