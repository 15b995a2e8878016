"""A pretrained encoder of texts, and one vector of what it says of each token."""

from __future__ import annotations

from typing import Any, Self

import torch
from torch import Tensor, nn

from thalweg.core.errors import TrainingError
from thalweg.features.feature import Slot
from thalweg.features.text import FIRST
from thalweg.networks.hugging_face import new, pretrained
from thalweg.networks.modules.reader import Reader
from thalweg.networks.modules.sequences import pooled
from thalweg.networks.pretrained_text import PretrainedText


class Pretrained(Reader):
    """Tokens (B, L) → (B, width)."""

    def __init__(self, settings: PretrainedText, slot: Slot, tokens: int):
        super().__init__()
        model = pretrained(settings.folder) if settings.folder is not None else new(settings.config or {})
        _require_room(slot, tokens, model.config)
        self.model: nn.Module = model.requires_grad_(settings.fine_tune)
        self.learns, self.pool = settings.fine_tune, settings.pool
        self.width: int = model.config.hidden_size
        self.padding = int(getattr(model.config, "pad_token_id", None) or 0)
        self.train()

    def train(self, mode: bool = True) -> Self:
        """What is not learnt on does not forget by dropout either."""
        super().train(mode)
        self.model.train(mode and self.learns)
        return self

    def forward(self, x: Tensor) -> Tensor:
        there = x >= FIRST
        longest = int((there * torch.arange(1, x.shape[1] + 1, device=x.device)).amax().clamp(min=1))
        x, there = x[:, :longest], there[:, :longest]
        ids = torch.where(there, x - FIRST, self.padding)
        read = there.clone()
        read[:, 0] |= ~there.any(1)  # of a text without tokens the room behind it, for there is nothing else
        with torch.set_grad_enabled(self.learns and torch.is_grad_enabled()):
            states = self.model(input_ids=ids.long(), attention_mask=read.long()).last_hidden_state
        return states[:, 0] if self.pool == "cls" else pooled(states, read, "mean")


def _require_room(slot: Slot, tokens: int, config: Any) -> None:
    """Raises TrainingError where a token has no vector, or a text no room."""
    if tokens > config.vocab_size:
        raise TrainingError(
            f"input {slot.name!r} has {tokens:,} different tokens, the pretrained network {config.vocab_size:,}"
        )
    most = getattr(config, "max_position_embeddings", None)
    if most is not None and slot.shape[0] > most:
        raise TrainingError(
            f"input {slot.name!r} is {slot.shape[0]:,} tokens long; the pretrained network reads {most:,} at most",
            hint=f"cut it: inputs: [{{text: {{column: {slot.name}, length: {most}, pretrained: FOLDER}}}}]",
        )
