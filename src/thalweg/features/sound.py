"""Sound files decoded to samples of one rate."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, gcd
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.core.errors import MissingExtra

if TYPE_CHECKING:
    from soundfile import SoundFile

SLOWEST, FASTEST = 1_000, 384_000  # samples a second that a file may have; others are taken for damage
MARGIN = 0.05  # seconds read beyond the end, so that the filter of the new rate has what follows


class Unreadable(Exception):
    """A file is no sound, is damaged or empty, or is not there."""


class Look(NamedTuple):
    """What a sound's header tells."""

    rate: int
    """Samples a second."""
    seconds: float


def look(value: bytes | str) -> Look | None:
    """The header of a sound, given as the bytes of its file or a path; None where it can't be read."""
    try:
        with _opened(value) as sound:
            return Look(sound.samplerate, sound.frames / sound.samplerate)
    except Unreadable:
        return None


def samples(value: bytes | str, rate: int, seconds: float) -> tuple[np.ndarray, bool]:
    """The first `seconds` of a sound file as float64 (n,) in [-1, 1], all channels' mean, `rate` a second.

    Also whether there was more. Raises Unreadable.
    """
    with _opened(value) as sound:
        theirs = sound.samplerate
        found = sound.read(ceil((seconds + MARGIN) * theirs), dtype="float64", always_2d=True).mean(axis=1)
        cut = sound.frames > seconds * theirs
    if len(found) == 0 or not np.isfinite(found).all():
        raise Unreadable("no samples, or samples that are no numbers")
    return _resampled(found, theirs, rate)[: ceil(seconds * rate)], cut


def _resampled(found: np.ndarray, theirs: int, rate: int) -> np.ndarray:
    if theirs == rate:
        return found
    from scipy.signal import resample_poly

    common = gcd(theirs, rate)
    return resample_poly(found, rate // common, theirs // common)


@contextmanager
def _opened(value: bytes | str) -> Iterator[SoundFile]:
    """A sound while it is read; what goes wrong is Unreadable."""
    try:
        import soundfile
    except ImportError as error:
        raise MissingExtra("soundfile", "audio") from error
    try:
        with soundfile.SoundFile(_file(value)) as sound:
            if sound.frames == 0 or not SLOWEST <= sound.samplerate <= FASTEST:
                raise Unreadable(f"{sound.frames} samples, {sound.samplerate} a second")
            yield sound
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        raise Unreadable(str(error)) from error


def _file(value: bytes | str) -> io.BytesIO | str:
    if isinstance(value, bytes):
        return io.BytesIO(value)
    if Path(value).suffix.lower() == ".raw":  # has no header: libsndfile would ask what it holds
        raise Unreadable("a file without a header")
    return value
