"""The functions between linear layers, by the names people write."""

from __future__ import annotations

from typing import Literal

from torch import nn

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh"]

_MODULES: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
}


def module(activation: Activation) -> nn.Module:
    """A new module of an activation."""
    return _MODULES[activation]()


def name_in_torch(activation: Activation) -> str:
    """The name of an activation's class in `torch.nn`, such as `LeakyReLU`."""
    return _MODULES[activation].__name__
