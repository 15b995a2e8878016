"""A loss and the parameters it moves: all that the training loop knows of what it trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn import Parameter

Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Phase:
    """One optimizer of a model.

    `loss` is a scalar of a batch; only `parameters` follow its gradient. On each batch the phases take turns,
    each with `steps` updates: a supervised model has one phase, a GAN a critic's and a generator's.
    """

    name: str
    parameters: tuple[Parameter, ...]
    loss: Callable[[Batch], Tensor]
    steps: int = 1
