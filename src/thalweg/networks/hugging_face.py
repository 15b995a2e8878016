"""A network in a folder as Hugging Face writes it: its configuration, its weights, without code of others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.core.errors import ComponentError, MissingExtra, TrainingError
from thalweg.core.files import read_json
from thalweg.core.fingerprint import fingerprint, fingerprint_file

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
UNREAD = "pooler"  # the part for the task that it was trained on, which is not asked


def digest_of(folder: Path) -> str:
    """What the files of a folder are. Raises ComponentError where one of them is lacking."""
    for name in (CONFIG, WEIGHTS, TOKENIZER):
        if not (folder / name).is_file():
            raise ComponentError(
                f"expected the files {CONFIG}, {WEIGHTS} and {TOKENIZER} in {folder}, found no {name}",
                hint="save the network and its tokenizer there with Hugging Face's save_pretrained(FOLDER)",
            )
    return fingerprint([fingerprint_file(folder / name) for name in (CONFIG, WEIGHTS, TOKENIZER)])


def config_of(folder: Path) -> dict[str, Any]:
    """What config.json holds."""
    return read_json(folder / CONFIG)


def new(config: Mapping[str, Any]) -> PreTrainedModel:
    """A network of a configuration, with weights drawn from torch's global generator.

    Raises TrainingError where transformers does not know it, and where it needs more than a text, as decoders do.
    """
    _require()
    from huggingface_hub.errors import StrictDataclassError
    from transformers import AutoConfig, AutoModel

    settings = dict(config)
    name = settings.pop("model_type", None)
    try:
        known = AutoConfig.for_model(name, **settings)
        if known.is_encoder_decoder:
            raise TrainingError(
                f"{name!r} is an encoder with a decoder; expected an encoder alone, such as BERT"
            )
        model = AutoModel.from_config(known, trust_remote_code=False)
    except (ValueError, StrictDataclassError) as error:
        raise TrainingError(
            f"expected a configuration that the installed transformers reads, received one of model_type {name!r}: "
            f"{str(error).splitlines()[0]}"
        ) from error
    if hasattr(model, UNREAD):
        setattr(model, UNREAD, None)
    return model.float()


def pretrained(folder: Path) -> PreTrainedModel:
    """The network of a folder with its weights. Raises TrainingError where weights are lacking or of another shape."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    model = new(config_of(folder))
    try:
        found = load_file(folder / WEIGHTS)
    except SafetensorError as error:
        raise TrainingError(f"{folder / WEIGHTS} can't be read: {error}") from error
    own, prefix = model.state_dict(), f"{model.base_model_prefix}."
    weights = {name.removeprefix(prefix): value for name, value in found.items()}
    for name, value in own.items():
        if name not in weights:
            raise TrainingError(f"{folder / WEIGHTS} lacks the weights {name!r} that {CONFIG} asks for")
        if weights[name].shape != value.shape:
            shapes = f"{tuple(weights[name].shape)}, expected {tuple(value.shape)}"
            raise TrainingError(f"{folder / WEIGHTS} holds {name!r} of shape {shapes} by {CONFIG}")
    model.load_state_dict({name: weights[name] for name in own})
    return model


def _require() -> None:
    try:
        import transformers  # noqa: F401
    except ImportError as error:
        raise MissingExtra("transformers", "text") from error
