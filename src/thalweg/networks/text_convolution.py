"""Windows of a few words and the strongest answer of each filter: fast, and strong on texts."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from thalweg.features.feature import Block, Slot
from thalweg.networks import activations
from thalweg.networks.body import Body, Layers, Reader


class TextConvolution(Body):
    """Filters over windows of neighbouring tokens, each filter's greatest value anywhere in the text (Kim, 2014).

    `{text_convolution: [3, 4, 5]}` sets the windows.
    """

    kind = "text_convolution"
    reads: ClassVar[tuple[Block, ...]] = ("tokens",)

    windows: Annotated[Layers, Field(min_length=1)] = (3, 4, 5)
    """How many tokens a filter sees at once."""
    filters: Annotated[int, Field(ge=1)] = 100
    """Of each window."""
    embedding: Annotated[int, Field(ge=1)] = 128
    """The width of a token's vector."""
    activation: activations.Activation = "relu"
    """The function after each filter."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """The share of values set to zero in training, before the hidden layers and the outputs."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"windows": value} if isinstance(value, list | tuple) else value

    def reader(self, slot: Slot) -> Reader:
        return _Windows(self, slot)


class _Windows(Reader):
    """Tokens (B, L) → (B, windows × filters)."""

    def __init__(self, settings: TextConvolution, slot: Slot):
        super().__init__()
        self.table = nn.Embedding(slot.cardinality or 1, settings.embedding, padding_idx=0)
        self.filters = nn.ModuleList(
            nn.Conv1d(settings.embedding, settings.filters, window) for window in settings.windows
        )
        self.activation = activations.module(settings.activation)
        self.width = settings.filters * len(settings.windows)

    def forward(self, x: Tensor) -> Tensor:
        lengths = (x > 0).sum(1)
        steps = self.table(x[:, : int(lengths.max().clamp(min=1))]).transpose(1, 2)  # (B, D, L)
        return torch.cat([self._strongest(each, steps, lengths) for each in self.filters], 1)

    def _strongest(self, filters: nn.Module, steps: Tensor, lengths: Tensor) -> Tensor:
        """Of the windows that lie within the text; one shorter than a window has one, with nothing behind it."""
        (window,) = filters.kernel_size  # type: ignore[misc]
        answers = self.activation(filters(functional.pad(steps, (0, int(window) - 1))))  # (B, filters, L)
        begins = torch.arange(answers.shape[2], device=steps.device)
        whole = (lengths - int(window)).clamp(min=0).unsqueeze(1)  # the last place where a whole window fits
        lowest = torch.finfo(answers.dtype).min
        return answers.masked_fill((begins > whole).unsqueeze(1), lowest).amax(2)
