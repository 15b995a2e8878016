"""Sounds as spectrograms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from thalweg.core.errors import DataError
from thalweg.engines import types
from thalweg.features.feature import Block, Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import indicator_slot, missing_mark
from thalweg.features.refusal import says_nothing
from thalweg.features.sound import FASTEST, SLOWEST, Look, Unreadable, look, samples
from thalweg.features.spectrogram import Spectrogram

LOOKED_AT = 256  # training sounds whose rate, length and loudness are looked at
HIGHEST = 16_000  # samples a second that `auto` takes: what speech needs
LONGEST, COVERED = 10.0, 95  # seconds that `auto` takes, and percent of sounds that are whole then
ENDINGS = (".aif", ".aiff", ".au", ".flac", ".mp3", ".ogg", ".opus", ".wav")
BEGINNINGS = (
    b"RIFF",
    b"RF64",
    b"fLaC",
    b"OggS",
    b"ID3",
    b"FORM",
    b".snd",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf2",
)


class AudioEncoder(Encoder):
    """A fitted sound: slot `column`, float32 (frames, width + 1); `column:missing` where training had none.

    Frames lie at the end, room for longer sounds before them; the last channel is 1 where there is a frame.
    """

    spectrogram: Spectrogram
    seconds: float
    shift: tuple[float, ...]
    scale: tuple[float, ...]
    """Mean and deviation of each number of a frame, over training sounds."""
    missing: bool
    """Whether training rows had missing values."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        sound = Slot(name=self.column, block="series", shape=self._shape)
        return (sound, indicator_slot(self.column)) if self.missing else (sound,)

    @cached_property
    def _shape(self) -> tuple[int, int]:
        return self.spectrogram.frames(self.seconds), self.spectrogram.width + 1

    def encode(self, values: pa.Array) -> Encoded:
        found = np.zeros((len(values), *self._shape), np.float32)
        cut, broken = np.zeros(len(values), bool), np.zeros(len(values), bool)
        for row, value in enumerate(values):
            if value.is_valid:
                frames, cut[row] = _frames(value.as_py(), self.spectrogram, self.seconds)
                broken[row] = len(frames) == 0
                if len(frames):
                    self._put(frames, found[row])
        missing = values.is_null().to_numpy(zero_copy_only=False)
        arrays = {self.column: found}
        if self.missing:
            arrays[f"{self.column}:missing"] = missing.astype(np.float32)
        marks = missing_mark(missing, self.missing) | {"cut": cut}
        bad = broken if broken.any() else None
        return Encoded(arrays, marks, bad, "is no sound that can be read, or an empty one")

    def _put(self, frames: np.ndarray, into: np.ndarray) -> None:
        """Put frames (T, width) at the end of `into` (frames, width + 1)."""
        into[-len(frames) :, :-1] = (frames - np.array(self.shift)) / np.array(self.scale)
        into[-len(frames) :, -1] = 1.0


class Audio(Feature):
    """A column of sounds: their files' bytes, or paths to files (WAV, FLAC, OGG, MP3). Needs the extra `audio`.

    Each is made mono, brought to one rate and turned into a frame of numbers every 10 ms, which are standardised.
    Sounds longer than `seconds` are cut, and counted. A broken or empty file sends its row to quarantine; a missing
    one has no frames.
    """

    kind: ClassVar[str] = "audio"
    encoder: ClassVar[type[Encoder]] = AudioEncoder
    preference: ClassVar[int] = 14
    blocks: ClassVar[tuple[Block, ...]] = ("series", "numbers")

    rate: Annotated[int, Field(ge=SLOWEST, le=FASTEST)] | Literal["auto"] = "auto"
    """Samples a second; `auto`: that of most sounds, 16,000 at most."""
    seconds: Annotated[float, Field(gt=0, le=600)] | Literal["auto"] = "auto"
    """Taken of a sound, from its beginning; `auto`: so many that 95 of 100 are whole, 10 at most."""
    form: Literal["mel", "mfcc"] = "mel"
    """Logarithms of the power in bands of pitch, or their cepstral coefficients."""
    bands: Annotated[int, Field(ge=4, le=256)] = 40
    """Bands of pitch, evenly on the mel scale."""
    coefficients: Annotated[int, Field(ge=2, le=256)] = 20
    """Of `mfcc`: how many are kept, the lowest."""

    @model_validator(mode="after")
    def _fewer_coefficients(self) -> Self:
        if self.form == "mfcc" and self.coefficients > self.bands:
            raise ValueError(
                f"expected at most as many coefficients as bands ({self.bands}), found {self.coefficients}"
            )
        return self

    @classmethod
    def example(cls) -> Self:
        return cls(column="recording")

    @classmethod
    def accepts(cls, type: str) -> bool:
        return types.family(type) in ("bytes", "text")

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        if reason := says_nothing(column):
            return reason
        some = column.some(LOOKED_AT).drop_null().to_pylist()
        if types.family(column.type) == "text":
            return (
                None if all(each.lower().endswith(ENDINGS) for each in some) else "holds no paths of sounds"
            )
        return (
            None if any(each.startswith(BEGINNINGS) for each in some) else "holds no sounds that can be read"
        )

    def fit(self, column: TrainingColumn) -> AudioEncoder:
        self.check(column)
        some = column.some(LOOKED_AT).drop_null().to_pylist()
        seen = [(value, found) for value in some if (found := look(value))]
        headers = [found for _, found in seen]
        spectrogram = self._spectrogram(headers, column.name)
        seconds = self._seconds(headers)
        shift, scale = _moments([value for value, _ in seen], spectrogram, seconds, column.name)
        return AudioEncoder(
            column=column.name,
            type=column.type,
            spectrogram=spectrogram,
            seconds=seconds,
            shift=shift,
            scale=scale,
            missing=column.nulls > 0,
        )

    def _spectrogram(self, headers: Sequence[Look], name: str) -> Spectrogram:
        if not headers:
            raise _none_read(name)
        rates = Counter(each.rate for each in headers)
        usual = min(rates, key=lambda rate: (-rates[rate], rate))
        rate = min(usual, HIGHEST) if self.rate == "auto" else self.rate
        kept = self.coefficients if self.form == "mfcc" else None
        return Spectrogram(rate=rate, bands=self.bands, coefficients=kept)

    def _seconds(self, headers: Sequence[Look]) -> float:
        """As long as was asked for, or as most sounds are."""
        if self.seconds != "auto":
            return self.seconds
        return min(float(np.percentile([each.seconds for each in headers], COVERED)), LONGEST)


def _frames(value: bytes | str, spectrogram: Spectrogram, seconds: float) -> tuple[np.ndarray, bool]:
    """The frames (T, width) of a sound's first `seconds`, none where it can't be read; and whether there was more."""
    try:
        found, cut = samples(value, spectrogram.rate, seconds)
    except Unreadable:
        return np.zeros((0, spectrogram.width)), False
    return spectrogram.of(found), cut


def _moments(
    sounds: Sequence[bytes | str], spectrogram: Spectrogram, seconds: float, name: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation (1 for a constant) of each number of a frame; a sound at a time is in memory."""
    count, total, squares = 0, np.zeros(spectrogram.width), np.zeros(spectrogram.width)
    for value in sounds:
        frames, _ = _frames(value, spectrogram, seconds)
        count, total, squares = count + len(frames), total + frames.sum(0), squares + (frames**2).sum(0)
    if count == 0:
        raise _none_read(name)
    mean = total / count
    variance = squares / count - mean**2
    varies = variance > 1e-9 * (1 + mean**2)
    return tuple(mean.tolist()), tuple(np.sqrt(np.where(varies, variance, 1.0)).tolist())


def _none_read(name: str) -> DataError:
    return DataError(f"column {name!r} has no sound that can be read in the first {LOOKED_AT} looked at")
