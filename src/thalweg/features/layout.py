"""The tensors of a batch: which slot is which column of which block."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from thalweg.features.feature import Block, Slot

Per = Literal["row", "token", "pixel", "anchor"]
"""What of a row a network answers for."""


class Layout(BaseModel):
    """The slots of all features, in the order in which they are packed.

    A batch is a dict of tensors: `numbers` float32 (B, N), `categories` int64 (B, C), `<block>:<name>` (B, *shape)
    for each slot that is a tensor of its own, and `target:<name>` for each output. A packed block without slots is
    there with width 0.
    """

    model_config = ConfigDict(frozen=True)

    slots: tuple[Slot, ...]

    def of(self, block: Block) -> tuple[Slot, ...]:
        """The slots of one block, in the order of its columns."""
        return tuple(slot for slot in self.slots if slot.block == block)

    @property
    def tensors(self) -> tuple[Slot, ...]:
        """The slots that are tensors of their own."""
        return tuple(slot for slot in self.slots if not slot.packed)
