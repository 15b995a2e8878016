"""Pretrained encoders of texts, on a tiny BERT made here."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save_file

from tests.features.conftest import column_of
from thalweg.core.component import parse
from thalweg.core.errors import MissingExtra, TrainingError
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.features.text import Text, TextEncoder
from thalweg.networks.network import Network
from thalweg.networks.pretrained_text import PretrainedText

transformers = pytest.importorskip("transformers")

FILMS = ["A good film, really good.", "A bad film.", "Good!", "bad bad bad, and long it was too"] * 10


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as Hugging Face writes it: a network for masked words, of random weights, and its tokenizer."""
    folder = tmp_path_factory.mktemp("bert")
    tokenizer = Text(column="review", min_count=1).fit(column_of("review", "VARCHAR", FILMS))
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=tokenizer.vocabulary,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        max_position_embeddings=20,
    )
    transformers.BertForMaskedLM(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_text(tokenizer.tokenizer)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "bert")


def encoder_of(folder: Path) -> TextEncoder:
    return Text(column="review", pretrained=folder).fit(column_of("review", "VARCHAR", [*FILMS, None]))


@pytest.mark.parametrize("pool", ["mean", "cls"])
def test_a_text_is_what_the_network_says_of_it(made: Path, pool: str) -> None:
    encoder = encoder_of(made)
    (slot,) = encoder.slots
    reader = PretrainedText.model_validate({"folder": made, "pool": pool}).reader(slot)
    texts = ["A good film", "bad"]
    tokens = encoder.encode(pa.array(texts)).slots["review"]
    read = reader(torch.from_numpy(tokens))
    alone = transformers.AutoModel.from_pretrained(made).eval()
    for text, found in zip(texts, read, strict=True):
        ids = torch.tensor([encoder._tokenizer.encode(text).ids])
        states = alone(input_ids=ids).last_hidden_state[0].detach()
        expected = states.mean(0) if pool == "mean" else states[0]
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_missing_and_empty_texts_are_read_as_nothing_whatever_stands_beside_them(made: Path) -> None:
    encoder = encoder_of(made)
    reader = PretrainedText(folder=made).reader(encoder.slots[0])
    tokens = torch.from_numpy(encoder.encode(pa.array([None, "", FILMS[3]])).slots["review"])
    beside, alone = reader(tokens), reader(tokens[:1])
    torch.testing.assert_close(beside[:1], alone)
    assert torch.equal(beside[0], beside[1])
    assert beside.isfinite().all()


def test_frozen_weights_stay_and_do_not_drop_out_but_fine_tuned_ones_learn(made: Path) -> None:
    (slot,) = encoder_of(made).slots
    tokens = torch.randint(2, slot.cardinality or 2, (6, *slot.shape))
    frozen, tuned = (
        PretrainedText(folder=made, fine_tune=each).reader(slot).train() for each in (False, True)
    )
    assert torch.equal(frozen(tokens), frozen(tokens))
    assert not frozen(tokens).requires_grad
    assert not any(parameter.requires_grad for parameter in frozen.parameters())
    assert not torch.equal(tuned(tokens), tuned(tokens))  # dropout
    tuned(tokens).pow(2).sum().backward()
    assert all(parameter.grad is not None for parameter in tuned.parameters())
    assert torch.equal(frozen.eval()(tokens), tuned.eval()(tokens).detach())


@pytest.mark.parametrize("fused", [False, True])
def test_a_bundle_needs_the_folder_no_longer(folder: Path, fused: bool) -> None:
    (slot,) = encoder_of(folder).slots
    layout = Layout(slots=(slot,))
    written: object = {"pretrained_text": str(folder)}
    network = parse(Network, {"fusion": {"bodies": {"review": written}}} if fused else written)
    module = network.build(layout, 2).eval()
    kept = json.loads(json.dumps(network.bundled().written()))
    shutil.rmtree(folder)
    again = parse(Network, kept).build(layout, 2).eval()
    again.load_state_dict(module.state_dict())
    tokens = torch.randint(2, slot.cardinality or 2, (4, *slot.shape))
    assert torch.equal(again({slot.key: tokens}), module({slot.key: tokens}))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_is_refused_when_the_file_is_read(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ValidationError, match=rf"in .*bert, found no {name}") as raised:
        parse(Network, {"pretrained_text": str(folder)})
    assert "save_pretrained(FOLDER)" in str(raised.value)


def test_other_weights_in_the_folder_are_another_network(folder: Path) -> None:
    before = parse(Network, {"pretrained_text": str(folder)}).written()
    weights = load_file(folder / "model.safetensors")
    save_file({name: value + 1 for name, value in weights.items()}, folder / "model.safetensors")
    after = parse(Network, before).written()
    assert after["folder"] == before["folder"]
    assert after["digest"] != before["digest"]


def test_either_a_folder_or_a_config_is_needed() -> None:
    with pytest.raises(ValidationError, match="or a config; received neither"):
        parse(Network, "pretrained_text")


def test_weights_that_lack_a_part_or_are_of_another_shape_are_refused(folder: Path) -> None:
    (slot,) = encoder_of(folder).slots
    path, name = folder / "model.safetensors", "bert.encoder.layer.1.output.dense.weight"
    weights = load_file(path)
    save_file({**weights, name: torch.zeros(3, 4)}, path)
    with pytest.raises(TrainingError, match=r"dense.weight' of shape \(3, 4\), expected \(16, 24\)"):
        PretrainedText(folder=folder).reader(slot)
    del weights[name]
    save_file(weights, path)
    with pytest.raises(TrainingError, match=r"lacks the weights 'encoder.layer.1.output.dense.weight'"):
        PretrainedText(folder=folder).reader(slot)
    path.write_bytes(b"no weights")
    with pytest.raises(TrainingError, match=r"model.safetensors can't be read"):
        PretrainedText(folder=folder).reader(slot)


def changed(folder: Path, **settings: object) -> Path:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **settings}))
    return folder


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model_type": "no_such"}, "transformers reads, received one of model_type 'no_such': "),
        (
            {"hidden_size": "wide"},
            "received one of model_type 'bert': Validation error for field 'hidden_size'",
        ),
        ({"model_type": "t5", "classifier_dropout": 0.0}, "'t5' is an encoder with a decoder"),
    ],
)
def test_a_network_that_is_no_encoder_is_refused(folder: Path, settings: dict, message: str) -> None:
    (slot,) = encoder_of(folder).slots
    with pytest.raises(TrainingError, match=message):
        PretrainedText(folder=changed(folder, **settings)).reader(slot)


def test_tokens_of_another_vocabulary_and_texts_too_long_are_refused(made: Path) -> None:
    (slot,) = encoder_of(made).slots
    network = PretrainedText(folder=made)
    other = Slot(name="review", block="tokens", shape=slot.shape, cardinality=9)
    with pytest.raises(TrainingError, match="'review' has 7 different tokens; expected the ") as raised:
        network.reader(other)
    assert "{text: {column: review, pretrained: " in str(raised.value)
    with pytest.raises(TrainingError, match="is 21 tokens long; the pretrained network reads 20 at most"):
        network.reader(slot.model_copy(update={"shape": (21,)}))
    bundled = network.bundled()
    with pytest.raises(TrainingError, match="has 998 different tokens, the pretrained network "):
        bundled.reader(slot.model_copy(update={"cardinality": 1000}))


def test_transformers_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    slot = Slot(name="t", block="tokens", shape=(9,), cardinality=30)
    with pytest.raises(MissingExtra, match=r"pip install 'thalweg\[text\]'") as raised:
        PretrainedText.example().reader(slot)
    assert "needs the package 'transformers'" in str(raised.value)
