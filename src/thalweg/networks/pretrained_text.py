"""Texts read by a network that has read many before: BERT and its kin."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import torch
from pydantic import model_validator
from torch import Tensor, nn

from thalweg.core.errors import ComponentError, TrainingError
from thalweg.features.feature import Block, Slot
from thalweg.features.text import FIRST
from thalweg.features.vocabulary import of_folder
from thalweg.networks.body import Body, Reader
from thalweg.networks.hugging_face import config_of, digest_of, new, pretrained
from thalweg.networks.sequences import pooled


class PretrainedText(Body):
    """A pretrained encoder of texts from a folder as Hugging Face writes it (Devlin et al., 2019; Wolf et al., 2020).

        inputs:  [{text: {column: review, pretrained: minilm}}]
        network: {pretrained_text: minilm}

    The folder holds config.json, model.safetensors and tokenizer.json; the text must be cut by its tokenizer. A text
    that is missing is read as an empty one. Needs the extra `text`.
    """

    kind = "pretrained_text"
    reads: ClassVar[tuple[Block, ...]] = ("tokens",)

    folder: Path | None = None
    """Where the network is. A bundle needs it no longer: it has the configuration and all weights."""
    config: dict[str, Any] | None = None
    """Instead of a folder, what its config.json holds: the same network with weights that know nothing yet."""
    digest: str | None = None
    """What the folder's files are: found anew on each reading, so that a run notices when they change."""
    fine_tune: bool = False
    """Whether its weights are learnt on, which wants a learning rate of about 0.00002; else they stay as they are."""
    pool: Literal["mean", "cls"] = "mean"
    """How tokens become one vector: their mean, or the first, which stands for the whole in BERT."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        fields = {"folder": value} if isinstance(value, str | Path) else value
        if isinstance(fields, dict) and isinstance(fields.get("folder"), str | Path):
            return {**fields, "digest": digest_of(Path(fields["folder"]))}
        return fields

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.folder is None) == (self.config is None):
            raise ComponentError(
                "pretrained_text needs a folder with a network, such as {pretrained_text: FOLDER}, or a config; "
                f"received {'neither' if self.folder is None else 'both'}"
            )
        return self

    @classmethod
    def example(cls) -> Self:
        sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
        config = {"model_type": "bert", "vocab_size": 64, "max_position_embeddings": 64, **sizes}
        return cls(config=config, fine_tune=True)

    def bundled(self) -> Self:
        if self.folder is None:
            return self
        return self.model_copy(update={"folder": None, "config": config_of(self.folder), "digest": None})

    def reader(self, slot: Slot) -> Reader:
        tokens = (slot.cardinality or FIRST) - FIRST
        if self.folder is not None and (size := of_folder(self.folder).get_vocab_size()) != tokens:
            raise TrainingError(
                f"input {slot.name!r} has {tokens:,} different tokens; expected the {size:,} of {self.folder}",
                hint=f"cut it as the network does: inputs: [{{text: {{column: {slot.name}, "
                f"pretrained: {self.folder}}}}}]",
            )
        return _Pretrained(self, slot, tokens)


class _Pretrained(Reader):
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
