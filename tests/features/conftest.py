"""Training columns made of arrays, without an engine."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import soundfile
from PIL import Image

from thalweg.features.feature import TrainingColumn


def column_of(name: str, type: str, values: Any) -> TrainingColumn:
    """A training column whose sample is all its values."""
    array = values if isinstance(values, pa.Array) else pa.array(values)
    known = [] if pa.types.is_nested(array.type) else array.drop_null().to_pylist()
    ranked = sorted(Counter(known).items(), key=lambda pair: (-pair[1], pair[0]))
    return TrainingColumn(
        name=name,
        type=type,
        rows=len(array),
        nulls=array.null_count,
        distinct=len(ranked),
        sample=array,
        counts=lambda most: ranked[:most],
        some=lambda most: array.slice(0, most),
    )


def png(shade: int, mode: str = "L", size: tuple[int, int] = (5, 4), form: str = "PNG") -> bytes:
    """The file of an image of one shade with a black corner; `size` is width and height."""
    image = Image.new(mode, size, shade if mode == "L" else (shade, 0, 0))
    image.putpixel((0, 0), 0 if mode == "L" else (0, 0, 0))
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def tone(
    hertz: float,
    seconds: float = 0.2,
    rate: int = 8_000,
    channels: int = 1,
    form: str = "WAV",
    noise: np.ndarray | float = 0.0,
) -> bytes:
    """The file of a tone."""
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate) + noise
    whole = np.round(wave * 32_767).astype(np.int16)
    file = io.BytesIO()
    soundfile.write(file, np.repeat(whole[:, None], channels, 1), rate, format=form)
    return file.getvalue()


@pytest.fixture(scope="session")
def column() -> Callable[[str, str, Any], TrainingColumn]:
    """`column("temp", "DOUBLE", [1.0, None])`"""
    return column_of
