"""Image files decoded and brought to one size."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from thalweg.core.errors import MissingExtra

if TYPE_CHECKING:
    from PIL.Image import Image

Resize = Literal["crop", "pad", "stretch"]
GREY = ("1", "L", "LA", "I", "I;16", "F")  # Pillow's modes without colours


class Unreadable(Exception):
    """A file is no image, is damaged, or is not there."""


class Look(NamedTuple):
    """What an image's header tells."""

    height: int
    width: int
    grey: bool


def look(value: bytes | str) -> Look | None:
    """The header of an image, given as the bytes of its file or a path; None where it can't be read."""
    try:
        with _opened(value) as image:
            return Look(image.height, image.width, image.mode in GREY)
    except Unreadable:
        return None


def pixels(value: bytes | str, height: int, width: int, channels: int, resize: Resize) -> np.ndarray:
    """The pixels (channels, height, width) uint8 of an image file. Raises Unreadable."""
    with _opened(value) as image:
        mode = "L" if channels == 1 else "RGB"
        image.draft(mode, (width, height))  # a JPEG is decoded at half the size or less, where that is enough
        found = np.asarray(_resized(image.convert(mode), height, width, resize))
    return found[None] if channels == 1 else np.moveaxis(found, -1, 0)


def _resized(image: Image, height: int, width: int, resize: Resize) -> Image:
    from PIL import ImageOps
    from PIL.Image import Resampling

    if image.size == (width, height):
        return image
    if resize == "crop":
        return ImageOps.fit(image, (width, height), Resampling.BILINEAR)
    if resize == "pad":
        return ImageOps.pad(image, (width, height), Resampling.BILINEAR)
    return image.resize((width, height), Resampling.BILINEAR)


@contextmanager
def _opened(value: bytes | str) -> Iterator[Image]:
    """An image while it is looked at; what goes wrong is Unreadable."""
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingExtra("pillow", "vision") from error
    try:
        with warnings.catch_warnings(), Image.open(_file(value)) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield image
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise Unreadable(str(error)) from error
    except Image.DecompressionBombWarning as error:
        raise Unreadable(str(error)) from error


def _file(value: bytes | str) -> io.BytesIO | Path:
    return io.BytesIO(value) if isinstance(value, bytes) else Path(value)
