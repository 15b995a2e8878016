"""One network for rows of several kinds of inputs: a photo, its caption, its price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field

from thalweg.core.component import any_kind, kinds
from thalweg.core.errors import TrainingError
from thalweg.core.suggest import did_you_mean
from thalweg.features.feature import Block, Slot
from thalweg.features.layout import Layout
from thalweg.networks.body import Body, Layers
from thalweg.networks.combining import Combine
from thalweg.networks.inputs import require_inputs
from thalweg.networks.network import Network

if TYPE_CHECKING:
    from torch import nn


class Fusion(Network):
    """Each input that is a tensor of its own by a body, numbers and categories beside them, brought together.

    `{fusion: {bodies: {photo: {convolution: [32, 64]}, review: recurrent}, combine: gated}}`
    """

    kind = "fusion"
    reads: ClassVar[tuple[Block, ...]] = ("tokens", "set", "image", "series", "vector")

    bodies: dict[str, any_kind(Body)] = {}  # type: ignore[valid-type]
    """By input; others are read by the kind that is usual for theirs."""
    combine: Combine = "concat"
    """`concat`: side by side; `gated`: a weighted sum, the weights depending on all; `attention`: each looks at the
    others."""
    layers: Layers = (128,)
    """The width of each hidden layer after that."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of values set to zero in training, before each of these layers and the outputs."""

    def bundled(self) -> Self:
        return self.model_copy(
            update={"bodies": {name: body.bundled() for name, body in self.bodies.items()}}
        )

    def build(self, layout: Layout, width: int) -> nn.Module:
        from thalweg.networks.modules.joined import Joined

        require_inputs(self, layout)
        names = [slot.name for slot in layout.tensors]
        for name in self.bodies:
            if name not in names:
                raise TrainingError(
                    f"there is no input {name!r} that a body could read; {did_you_mean(name, names)}"
                )
        readers = {slot.key: self._body(slot).reader(slot) for slot in layout.tensors}
        return Joined(readers, layout, self.combine, self.layers, self.dropout, width)

    def _body(self, slot: Slot) -> Body:
        named = self.bodies.get(slot.name)
        if named is None:
            return next(
                kind.model_validate({}) for kind in kinds(Body).values() if slot.block in kind.usual_for
            )
        if slot.block not in named.reads:
            raise TrainingError(
                f"the body {named.kind!r} reads {' and '.join(named.reads)}; input {slot.name!r} is {slot.block}"
            )
        return named
