"""Sounds: brought to one rate and length, from bytes or paths; what is broken is told."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import soundfile
from pydantic import ValidationError

from tests.features.conftest import column_of, tone
from thalweg.core.errors import DataError, MissingExtra
from thalweg.features.audio import Audio, AudioEncoder

FILES = [tone(300), tone(1200), tone(3000)]


def fitted(values: list[Any], type: str = "BLOB", **settings: Any) -> AudioEncoder:
    return Audio(column="sound", **settings).fit(column_of("sound", type, values))


def encoded(encoder: AudioEncoder, *values: Any) -> np.ndarray:
    return encoder.encode(pa.array(values)).slots["sound"]


def test_frames_lie_at_the_end_and_the_last_channel_tells_where() -> None:
    encoder = fitted(FILES, seconds=0.5)
    (slot,) = encoder.slots
    assert (slot.block, slot.shape) == ("series", (50, 41))
    frames = encoded(encoder, tone(300, seconds=0.2))[0]
    assert frames[:, -1].tolist() == [0.0] * 30 + [1.0] * 20
    assert not frames[:30].any()
    assert frames[30:, :-1].any(axis=1).all()


def test_a_longer_sound_is_cut_and_counted() -> None:
    encoder = fitted(FILES, seconds=0.1)
    found = encoder.encode(pa.array([tone(300, seconds=0.3), tone(300, seconds=0.1)]))
    assert found.slots["sound"].shape == (2, 10, 41)
    assert found.counts == {"cut": 1}
    assert np.abs(found.slots["sound"][0, :7] - found.slots["sound"][1, :7]).max() < 1e-5


def test_numbers_are_standardised_over_training_sounds() -> None:
    rng = np.random.default_rng(0)
    noises = [tone(300, noise=rng.normal(0, 0.1, 1600)) for _ in range(20)]
    frames = encoded(fitted(noises), *noises)[..., :-1].reshape(-1, 40)
    assert np.abs(frames.mean(0)).max() < 1e-4
    assert np.abs(frames.std(0) - 1).max() < 1e-3


def test_length_and_rate_are_those_of_most_sounds() -> None:
    encoder = fitted([*FILES, tone(300, rate=48_000)])
    assert encoder.spectrogram.rate == 8_000
    assert encoder.seconds == pytest.approx(0.2)
    assert fitted([tone(300, rate=48_000)]).spectrogram.rate == 16_000
    assert fitted([tone(300, seconds=12)]).seconds == 10


def test_another_rate_and_two_channels_come_to_the_same() -> None:
    encoder = fitted(FILES, seconds=0.2)
    plain, fast, both, flac = encoded(
        encoder, tone(1200), tone(1200, rate=44_100), tone(1200, channels=2), tone(1200, form="FLAC")
    )
    inside = slice(3, -3)  # the ends ring when a rate is changed
    strongest = plain[inside, :-1].argmax(1)
    assert (fast[inside, :-1].argmax(1) == strongest).all()
    assert (both == plain).all()
    assert (flac == plain).all()


def test_cepstral_coefficients() -> None:
    encoder = fitted(FILES, form="mfcc", coefficients=13)
    assert encoder.slots[0].shape == (20, 14)
    with pytest.raises(
        ValidationError, match=r"expected at most as many coefficients as bands \(10\), found 20"
    ):
        Audio(column="sound", form="mfcc", bands=10)


def test_paths_are_read_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(FILES[0])
    (tmp_path / "b.FLAC").write_bytes(tone(300, form="FLAC"))
    (tmp_path / "c.raw").write_bytes(FILES[0])
    paths = [str(tmp_path / "a.wav"), str(tmp_path / "b.FLAC")]
    column = column_of("sound", "VARCHAR", paths)
    assert Audio.refuses(column) is None
    encoder = Audio(column="sound").fit(column)
    found = encoder.encode(pa.array([*paths, str(tmp_path / "none.wav"), str(tmp_path / "c.raw"), None]))
    assert (found.slots["sound"][0] == found.slots["sound"][1]).all()
    assert found.bad is not None
    assert found.bad.tolist() == [False, False, True, True, False]


def wav(values: np.ndarray, rate: int, subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, values, rate, format="WAV", subtype=subtype)
    return file.getvalue()


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no sound",
        FILES[0][:20],
        wav(np.zeros(0), 8_000),
        wav(np.array([0.1, np.nan]), 8_000, "FLOAT"),
        wav(np.zeros(9), 2**31 - 1),
        tone(300, form="FLAC")[:60],
    ],
    ids=["nothing", "text", "header", "empty", "nan", "rate", "cut"],
)
def test_a_broken_or_empty_sound_is_told(broken: bytes) -> None:
    found = fitted(FILES).encode(pa.array([FILES[0], broken]))
    assert found.bad is not None
    assert found.bad.tolist() == [False, True]
    assert found.why == "is no sound that can be read, or an empty one"


def test_missing_sounds_have_no_frames_and_are_told() -> None:
    encoder = fitted([*FILES, None])
    assert [slot.name for slot in encoder.slots] == ["sound", "sound:missing"]
    found = encoder.encode(pa.array([None, FILES[0]]))
    assert found.slots["sound:missing"].tolist() == [1.0, 0.0]
    assert not found.slots["sound"][0].any()
    assert found.counts == {"missing": 1}


def test_columns_without_sounds_are_refused() -> None:
    assert Audio.refuses(column_of("name", "VARCHAR", ["UA", "AA"])) == "holds no paths of sounds"
    broken = column_of("sound", "BLOB", [b"x", b"y"])
    assert Audio.refuses(broken) == "holds no sounds that can be read"
    assert Audio.refuses(column_of("sound", "BLOB", FILES)) is None
    for bad in (broken, column_of("sound", "BLOB", [wav(np.array([np.nan]), 8_000, "FLOAT")])):
        with pytest.raises(
            DataError, match="column 'sound' has no sound that can be read in the first 256 looked at"
        ):
            Audio(column="sound").fit(bad)


def test_the_package_that_decodes_is_named_where_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(MissingExtra, match="needs the package 'soundfile'") as raised:
        fitted(FILES)
    assert raised.value.hint == "install it with: pip install 'thalweg[audio]'"


def test_spoken_digits(data: Callable[[str], Path]) -> None:
    paths = [str(path) for path in sorted(data("fsdd/recordings").glob("*_jackson_?.wav"))]
    column = column_of("file", "VARCHAR", paths)
    encoder = Audio(column="file").fit(column)
    assert encoder.spectrogram.rate == 8_000
    frames = encoder.encode(pa.array(paths)).slots["file"]
    lengths = frames[..., -1].sum(1)
    assert len(paths) == 100
    assert 30 < np.median(lengths) < 70  # hundredths of a second
    assert np.abs(frames).max() < 12
