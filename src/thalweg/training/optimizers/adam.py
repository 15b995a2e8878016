"""Steps of about equal size for every parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from thalweg.training.optimizers.optimizer import Groups, Optimizer

if TYPE_CHECKING:
    from torch import optim

Beta = Annotated[float, Field(ge=0, lt=1)]


class Adam(Optimizer):
    """Adam (Kingma & Ba, ICLR 2015): the running mean of gradients over the root of that of their squares."""

    kind = "adam"

    betas: tuple[Beta, Beta] = (0.9, 0.999)
    """How long the means of gradients and of squares remember."""
    epsilon: Annotated[float, Field(gt=0)] = 1e-8
    """Added to the root, against division by nothing."""

    def build(self, groups: Groups) -> optim.Optimizer:
        from torch import optim

        return optim.Adam(groups, betas=self.betas, eps=self.epsilon, fused=True)
