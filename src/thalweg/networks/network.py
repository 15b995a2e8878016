"""A network: from the blocks of a batch to logits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Self

from thalweg.core.component import Component, kinds
from thalweg.core.errors import TrainingError
from thalweg.features.feature import Block
from thalweg.features.layout import Layout, Per

if TYPE_CHECKING:
    from torch import nn


class Network(Component, ABC):
    """The part of a model between features and tasks.

    A file of settings is read to check a pipeline, so it does not import torch: `build` does.
    """

    reads: ClassVar[tuple[Block, ...]] = ()
    """The blocks of tensors of their own that it reads, besides numbers and categories."""

    gives: ClassVar[tuple[Per, ...]] = ("row",)
    """What of a row it can answer for."""

    def bundled(self) -> Self:
        """The settings that go into a bundle: they build the network where nothing but the bundle is."""
        return self

    @abstractmethod
    def build(self, layout: Layout, width: int) -> nn.Module:
        """A module from a batch (see `Layout`) to logits (B, M, width).

        M is the number of members of an ensemble, 1 for a plain network; each member is trained on its own
        loss and their predictions are averaged. Initial weights are drawn from torch's global generator.
        """

    def build_per(self, per: Per, layout: Layout, width: int) -> nn.Module:
        """A module that answers for each token, (B, L, width), pixel, (B, width, H, W), or anchor, (B, A, width).

        Raises TrainingError where the network answers for rows alone.
        """
        raise TrainingError(
            f"the network {self.kind!r} answers once for a row; this output asks for an answer for each {per}",
            hint=f"choose a network that gives one: {', '.join(who_gives(per))}",
        )


def who_gives(per: Per) -> list[str]:
    """The kinds of networks that answer for each token, pixel or anchor."""
    return [name for name, kind in kinds(Network).items() if per in kind.gives]
