"""Residual networks of images: blocks that add to what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from thalweg.features.feature import Block, Slot
from thalweg.networks.augmentations import Augmentation
from thalweg.networks.body import Body

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


class ResNet(Body):
    """Convolutions in blocks whose output is added to their input (He et al., 2015), then the mean over the image.

    `{resnet: 20}` sets the depth. 20 is the narrow one made for images of 32 pixels (0.27 million weights); 18, 34 and
    50 have 11, 21 and 24 million. Images up to 64 pixels a side keep their size in the first convolution; larger ones
    are brought to a quarter of it first. The last norm of a block begins at zero, so a block begins as the identity
    (Goyal et al., 2017).
    """

    kind = "resnet"
    reads: ClassVar[tuple[Block, ...]] = ("image",)

    depth: Literal[18, 20, 34, 50] = 18
    """The number of layers with weights, as the paper counts them."""
    augment: tuple[Augmentation, ...] = ()
    """What is done to images by chance in training."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"depth": value} if isinstance(value, int) else value

    @classmethod
    def example(cls) -> Self:
        return cls(depth=20)

    def reader(self, slot: Slot) -> Reader:
        from thalweg.networks.modules.resnet import Residual

        return Residual(self, slot)
