"""Texts read by a network that has read many before: BERT and its kin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import model_validator

from thalweg.core.errors import ComponentError, TrainingError
from thalweg.features.feature import Block, Slot
from thalweg.features.text import FIRST
from thalweg.features.vocabulary import of_folder
from thalweg.networks.body import Body
from thalweg.networks.hugging_face import config_of, digest_of

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader


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
        from thalweg.networks.modules.pretrained_text import Pretrained

        tokens = (slot.cardinality or FIRST) - FIRST
        if self.folder is not None and (size := of_folder(self.folder).get_vocab_size()) != tokens:
            raise TrainingError(
                f"input {slot.name!r} has {tokens:,} different tokens; expected the {size:,} of {self.folder}",
                hint=f"cut it as the network does: inputs: [{{text: {{column: {slot.name}, "
                f"pretrained: {self.folder}}}}}]",
            )
        return Pretrained(self, slot, tokens)
