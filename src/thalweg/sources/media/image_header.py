"""Size and mode of an image, from the header of its file."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

from thalweg.core.errors import MissingExtra
from thalweg.sources.media.broken import BrokenFile, damaged


def image_header(path: Path) -> dict[str, Any]:
    """`width` and `height` in pixels as they are stored, `mode` as Pillow names it, such as L, RGB or P.

    Raises BrokenFile where the file is no image that Pillow knows, or one of so many pixels that it is an attack;
    MissingExtra where Pillow is not installed.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise MissingExtra("pillow", "vision") from error

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on odd metadata
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:  # reads the header alone
                width, height = image.size
                return {"width": width, "height": height, "mode": image.mode}
    except UnidentifiedImageError as error:
        with path.open("rb") as file:
            start = file.read(12)
        raise damaged(f"it is no image of a known format: it begins with {start!r}") from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise BrokenFile("too many pixels", str(error)) from error
    except (OSError, ValueError, SyntaxError, struct.error, EOFError) as error:
        raise damaged(f"its header cannot be read: {error}") from error
