"""Images as pixels of one size."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field

from thalweg.core.errors import DataError
from thalweg.engines import types
from thalweg.features.feature import Block, Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import indicator_slot, missing_mark
from thalweg.features.pixels import Resize, Unreadable, look, pixels
from thalweg.features.refusal import says_nothing

LOOKED_AT = 64  # training images whose size and colours are looked at
LARGEST = 128  # pixels a side that `auto` takes, where images are larger or of several sizes
ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
Side = Annotated[int, Field(ge=1, le=4096)]


class ImageEncoder(Encoder):
    """A fitted image: slot `column`, uint8 (channels, height, width); `column:missing` where training had none."""

    height: int
    width: int
    channels: Literal[1, 3]
    resize: Resize
    missing: bool
    """Whether training rows had missing values."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        shape = (self.channels, self.height, self.width)
        pixels = Slot(name=self.column, block="image", shape=shape)
        return (pixels, indicator_slot(self.column)) if self.missing else (pixels,)

    def encode(self, values: pa.Array) -> Encoded:
        found = np.zeros((len(values), self.channels, self.height, self.width), np.uint8)
        broken = np.zeros(len(values), bool)
        for row, value in enumerate(values):
            if value.is_valid:
                try:
                    found[row] = pixels(value.as_py(), self.height, self.width, self.channels, self.resize)
                except Unreadable:
                    broken[row] = True
        missing = values.is_null().to_numpy(zero_copy_only=False)
        arrays = {self.column: found}
        if self.missing:
            arrays[f"{self.column}:missing"] = missing.astype(np.float32)
        bad = broken if broken.any() else None
        return Encoded(arrays, missing_mark(missing, self.missing), bad, "is no image that can be read")


class Image(Feature):
    """A column of images: their files' bytes, or paths to files. Needs the extra `vision`.

    Each is decoded once, brought to one size and stored as pixels. A broken image sends its row to quarantine; a
    missing one is black, and counted.
    """

    kind: ClassVar[str] = "image"
    encoder: ClassVar[type[Encoder]] = ImageEncoder
    preference: ClassVar[int] = 15
    blocks: ClassVar[tuple[Block, ...]] = ("image", "numbers")

    size: Side | tuple[Side, Side] | Literal["auto"] = "auto"
    """Height and width in pixels, or one number for both; `auto`: that of the images, where it is the same for all
    and 128 at most."""
    colours: Literal["auto", "grey", "rgb"] = "auto"
    """`grey` has one channel, `rgb` three; `auto`: grey where all images looked at are."""
    resize: Resize = "crop"
    """Of another shape: `crop` its middle, `pad` it with black, or `stretch` it."""

    @classmethod
    def example(cls) -> Self:
        return cls(column="photo")

    @classmethod
    def accepts(cls, type: str) -> bool:
        return types.family(type) in ("bytes", "text")

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        if reason := says_nothing(column):
            return reason
        some = column.some(LOOKED_AT).drop_null().to_pylist()
        if types.family(column.type) == "text" and not all(each.lower().endswith(ENDINGS) for each in some):
            return "holds no paths of images"
        read = sum(look(value) is not None for value in some)
        return None if read else "holds no images that can be read"

    def fit(self, column: TrainingColumn) -> ImageEncoder:
        self.check(column)
        seen = [found for value in column.some(LOOKED_AT).drop_null().to_pylist() if (found := look(value))]
        if not seen:
            raise DataError(
                f"column {column.name!r} has no image that can be read in the first {LOOKED_AT} looked at"
            )
        height, width = self._size({(found.height, found.width) for found in seen})
        grey = all(found.grey for found in seen) if self.colours == "auto" else self.colours == "grey"
        return ImageEncoder(
            column=column.name,
            type=column.type,
            height=height,
            width=width,
            channels=1 if grey else 3,
            resize=self.resize,
            missing=column.nulls > 0,
        )

    def _size(self, seen: set[tuple[int, int]]) -> tuple[int, int]:
        if self.size == "auto":
            (height, width), *others = seen
            return (LARGEST, LARGEST) if others or max(height, width) > LARGEST else (height, width)
        return (self.size, self.size) if isinstance(self.size, int) else self.size
