"""Deep plain networks of images: many small convolutions, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from thalweg.features.feature import Block, Slot
from thalweg.networks.augmentations import Augmentation
from thalweg.networks.body import Body, Layers

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


class VGG(Body):
    """Stages of 3 × 3 convolutions, each ended by a pooling that halves the sides (Simonyan & Zisserman, 2014).

    `{vgg: 16}` sets the depth. With batch normalisation, and the mean over what is left of the image in place of the
    paper's two layers of 4,096, so that images may have any size.
    """

    kind = "vgg"
    reads: ClassVar[tuple[Block, ...]] = ("image",)

    depth: Literal[11, 13, 16] = 16
    """The number of layers with weights, as the paper counts them: three more than convolutions."""
    channels: Annotated[int, Field(ge=1)] = 64
    """Of the first stage; they double from stage to stage up to eight times as many."""
    augment: tuple[Augmentation, ...] = ()
    """What is done to images by chance in training."""
    layers: Layers = (512,)
    """The width of each hidden layer between what was read and the outputs."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"depth": value} if isinstance(value, int) else value

    @classmethod
    def example(cls) -> Self:
        return cls(depth=11, channels=8, layers=(32,))

    def reader(self, slot: Slot) -> Reader:
        from thalweg.networks.modules.vgg import Stages

        return Stages(self, slot)
