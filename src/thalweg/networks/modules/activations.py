"""The functions between linear layers, as modules."""

from __future__ import annotations

from torch import nn

from thalweg.networks.activations import Activation

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
