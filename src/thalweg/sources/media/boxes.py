"""Boxes around the things in an image, checked against the image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any

from thalweg.sources.media.broken import BrokenFile, damaged

if TYPE_CHECKING:
    import pyarrow as pa

OUTSIDE = "box outside the image"
CLIPPED = "boxes clipped to the image"
WITHOUT_AREA = "boxes without area left out"


def boxes_type(flags: Iterable[str]) -> pa.DataType:
    """`list<struct<label, x, y, width, height, …flags>>`: pixels from the upper left corner, flags true or false."""
    import pyarrow as pa

    numbers = [(name, pa.float64()) for name in ("x", "y", "width", "height")]
    return pa.list_(pa.struct([("label", pa.string()), *numbers, *((flag, pa.bool_()) for flag in flags)]))


def checked(
    boxes: Iterable[dict[str, Any]], width: int, height: int, strict: bool, counts: Counter[str]
) -> list[dict[str, Any]]:
    """The boxes that an image of `width` × `height` pixels can hold, in their order.

    A box that reaches over the edge is clipped, one with no area left, or none to begin with, is left out; both are
    counted in `counts`. Raises BrokenFile instead where `strict`, and where a number is none.
    """
    kept = []
    for box in boxes:
        x, y, right, bottom = box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]
        if not all(map(isfinite, (x, y, right, bottom))):
            raise damaged(f"the box {_shown(box)} has a number that is not finite")
        inside = max(x, 0.0), max(y, 0.0), min(right, float(width)), min(bottom, float(height))
        if (x, y, right, bottom) == inside and right > x and bottom > y:
            kept.append(box)
            continue
        if strict:
            raise BrokenFile(OUTSIDE, f"the box {_shown(box)} does not lie inside {width} × {height} pixels")
        left, top, right, bottom = inside
        if right <= left or bottom <= top:
            counts[WITHOUT_AREA] += 1
            continue
        counts[CLIPPED] += 1
        kept.append({**box, "x": left, "y": top, "width": right - left, "height": bottom - top})
    counts["boxes"] += len(kept)
    counts["images without boxes"] += not kept
    return kept


def _shown(box: dict[str, Any]) -> str:
    return f"{box['label']!r} at ({box['x']:g}, {box['y']:g}), {box['width']:g} × {box['height']:g},"
