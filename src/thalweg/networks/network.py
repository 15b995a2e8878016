"""A network: from the blocks of a batch to logits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Self

from thalweg.core.component import Component
from thalweg.features.feature import Block
from thalweg.features.layout import Layout

if TYPE_CHECKING:
    from torch import nn


class Network(Component, ABC):
    """The part of a model between features and tasks.

    A file of settings is read to check a pipeline, so it does not import torch: `build` does.
    """

    reads: ClassVar[tuple[Block, ...]] = ()
    """The blocks of tensors of their own that it reads, besides numbers and categories."""

    def bundled(self) -> Self:
        """The settings that go into a bundle: they build the network where nothing but the bundle is."""
        return self

    @abstractmethod
    def build(self, layout: Layout, width: int) -> nn.Module:
        """A module from a batch (see `Layout`) to logits (B, M, width).

        M is the number of members of an ensemble, 1 for a plain network; each member is trained on its own
        loss and their predictions are averaged. Initial weights are drawn from torch's global generator.
        """
