"""Steps of about equal size for every parameter, with weights that fade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from thalweg.training.optimizers.optimizer import Groups, Optimizer

if TYPE_CHECKING:
    from torch import optim

Beta = Annotated[float, Field(ge=0, lt=1)]


class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov & Hutter, ICLR 2019).

    The decay acts on matrices of weights; biases, scalings and normalisations are left alone.
    """

    kind = "adamw"
    preference = 1

    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    """The share of a weight taken off at each step, times the rate."""
    betas: tuple[Beta, Beta] = (0.9, 0.999)
    """How long the means of gradients and of squares remember."""
    epsilon: Annotated[float, Field(gt=0)] = 1e-8
    """Added to the root, against division by nothing."""

    def build(self, groups: Groups) -> optim.Optimizer:
        from torch import optim

        decayed = [{**group, "decay": 0.0, "weight_decay": self._decay(group["decay"])} for group in groups]
        return optim.AdamW(decayed, betas=self.betas, eps=self.epsilon, fused=True)

    def _decay(self, decay: float | None) -> float:
        return self.weight_decay if decay is None else decay
