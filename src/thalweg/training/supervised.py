"""A network that learns known outputs."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from thalweg.features.layout import Layout
from thalweg.networks.network import Network
from thalweg.tasks.task import Target
from thalweg.training.phase import Batch, Phase

TARGET = "target:"  # a batch holds the encoded values of output `late` under `target:late`


class Supervised(nn.Module):
    """One network whose logits are divided among the outputs, in their order.

    The loss is the sum of the outputs' losses, each a mean over rows and members.
    """

    def __init__(self, network: nn.Module, targets: Mapping[str, Target]):
        super().__init__()
        self.network = network
        self.targets = dict(targets)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The logits (B, M, K) of each output, float32 whatever the network computed in."""
        logits = self.network(batch).float()
        parts = logits.split([target.width for target in self.targets.values()], dim=-1)
        return dict(zip(self.targets, parts, strict=True))

    def loss_of(self, logits: Mapping[str, Tensor], batch: Batch) -> Tensor:
        """The scalar that is made small, from logits already computed."""
        losses = [target.loss(logits[name], batch[TARGET + name]) for name, target in self.targets.items()]
        return losses[0] if len(losses) == 1 else sum(losses[1:], losses[0])

    def loss(self, batch: Batch) -> Tensor:
        """The scalar that is made small."""
        return self.loss_of(self(batch), batch)

    def phases(self) -> tuple[Phase, ...]:
        """The single phase: every parameter follows the loss, but those that are to stay as they are."""
        learnt = tuple(parameter for parameter in self.parameters() if parameter.requires_grad)
        return (Phase("supervised", learnt, self.loss),)


def initial(network: Network, layout: Layout, targets: Mapping[str, Target], seed: int) -> Supervised:
    """A model with the initial weights of a seed; torch's generators are left as they were."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Supervised(network.build(layout, sum(target.width for target in targets.values())), targets)
