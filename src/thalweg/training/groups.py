"""Which parameters fade: matrices of weights do; biases, scalings, normalisations and tables do not."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.nn import Parameter


def decays(model: nn.Module) -> dict[Parameter, float | None]:
    """The decoupled weight decay of each parameter: None for the optimizer's own, 0 for none.

    A module with an attribute `decay` states that of its own parameters.
    """
    found: dict[Parameter, float | None] = {}
    for module in model.modules():
        stated = getattr(module, "decay", None)
        for name, parameter in module.named_parameters(recurse=False):
            matrix = name == "weight" and parameter.ndim >= 2 and not isinstance(module, nn.Embedding)
            found[parameter] = stated if stated is not None else None if matrix else 0.0
    return found


def groups(parameters: tuple[Parameter, ...], decay: dict[Parameter, float | None]) -> list[dict[str, Any]]:
    """Parameters by their decay, in the order they come, as torch optimizers take them."""
    found: dict[float | None, list[Parameter]] = {}
    for parameter in parameters:
        found.setdefault(decay.get(parameter, 0.0), []).append(parameter)
    return [{"params": members, "decay": value} for value, members in found.items()]
