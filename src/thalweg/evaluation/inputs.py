"""The network's inputs as other models like them: missing numbers as NaN again, categories beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from thalweg.evaluation.judged import Blocks, Judged, Part
from thalweg.features.layout import Layout

INDICATOR = ":missing"  # how the slot is named that tells where a column has no value


def indicators(layout: Layout, columns: Mapping[str, tuple[str, ...]]) -> dict[int, int]:
    """For each slot of `numbers` that is 0 where its column is missing, the slot that is 1 there."""
    place = {slot.name: index for index, slot in enumerate(layout.of("numbers"))}
    found = {}
    for slots in columns.values():
        flags = [place[name] for name in slots if name in place and name.endswith(INDICATOR)]
        if len(flags) == 1:
            found |= {place[name]: flags[0] for name in slots if name in place and place[name] != flags[0]}
    return found


def table(blocks: Blocks, flags: Mapping[int, int]) -> np.ndarray:
    """One float32 array (n, N + C): numbers with NaN where missing, then the codes of categories."""
    joined = np.concatenate([blocks.numbers, blocks.categories], axis=1, dtype=np.float32)
    for slot, flag in flags.items():
        joined[blocks.numbers[:, flag] > 0.5, slot] = np.nan
    return joined


def said_once(judged: Judged) -> Judged:
    """The same, without the categories that repeat a number: trees and linear models are the worse for them."""
    categories = judged.layout.of("categories")
    kept = [place for place, slot in enumerate(categories) if not slot.again]
    if len(kept) == len(categories):
        return judged
    layout = Layout(slots=tuple(slot for slot in judged.layout.slots if not slot.again))

    def part(each: Part) -> Part:
        return replace(each, blocks=each.blocks._replace(categories=each.blocks.categories[:, kept]))

    parts = {name: part(getattr(judged, name)) for name in ("training", "validation", "test")}
    return replace(judged, layout=layout, **parts)
