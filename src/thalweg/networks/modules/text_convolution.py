"""Filters over windows of tokens, and the strongest answer of each."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from thalweg.features.feature import Slot
from thalweg.networks.modules import activations
from thalweg.networks.modules.reader import Reader
from thalweg.networks.text_convolution import TextConvolution


class Windows(Reader):
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
