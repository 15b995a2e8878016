"""The page on inputs and networks: what it shows is understood, and it names every kind."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from thalweg.core.component import kinds, parse
from thalweg.features.feature import Feature
from thalweg.networks.network import Network

PAGE = (Path(__file__).parents[2] / "docs" / "inputs-and-networks.md").read_text(encoding="utf-8")


def test_its_examples_are_understood() -> None:
    models = [yaml.safe_load(line)["model"] for line in _examples()]
    networks = [parse(Network, model["network"]) for model in models if "network" in model]
    inputs = [parse(Feature, each) for model in models for each in model.get("inputs", ()) if each != "auto"]
    assert len(networks) == 4
    assert len(inputs) == 2


def _examples() -> list[str]:
    """Each file of the page: a block, or each of its lines that begins one."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    return [part for block in blocks for part in re.split(r"(?m)^(?=model:)", block) if part.strip()]


def test_every_kind_is_named() -> None:
    missing = [name for family in (Feature, Network) for name in kinds(family) if f"`{name}`" not in PAGE]
    assert missing == []
