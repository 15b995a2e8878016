"""A network that learns known outputs."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from thalweg.core.errors import TrainingError
from thalweg.features.layout import Layout
from thalweg.networks.network import Network
from thalweg.tasks.task import Target
from thalweg.training.phase import Batch, Phase

TARGET = "target:"  # a batch holds the encoded values of output `late` under `target:late`

HEAD = "head:"  # before the names of the weights of heads


class Supervised(nn.Module):
    """One network whose logits are divided among the outputs, in their order, and the heads that outputs bring along.

    The loss is the sum of the outputs' losses, each a mean over rows and members.
    """

    def __init__(self, network: nn.Module, targets: Mapping[str, Target]):
        super().__init__()
        self.network = network
        self.targets = dict(targets)
        heads = {name: target.head() for name, target in targets.items()}
        self.heads = nn.ModuleList(head for head in heads.values() if head is not None)
        self._headed = [name for name, head in heads.items() if head is not None]

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The logits of each output, float32 whatever the network computed in: (B, M, K), or as `Target` says."""
        logits = self.network(batch).float()
        widths = [target.width for target in self.targets.values()]
        parts = logits.split(widths, dim=-1) if len(widths) > 1 else [logits]
        found = dict(zip(self.targets, parts, strict=True))
        return found | {name: head(found[name]) for name, head in zip(self._headed, self.heads, strict=True)}

    def weights(self) -> dict[str, Tensor]:
        """The weights of the network by name; those of heads begin with `head:`."""
        heads = {f"{HEAD}{name}": value for name, value in self.heads.state_dict().items()}
        return {name: value.contiguous() for name, value in {**self.network.state_dict(), **heads}.items()}

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Take what `weights` gave. Raises RuntimeError where names or shapes differ."""
        heads = {name.removeprefix(HEAD): value for name, value in weights.items() if name.startswith(HEAD)}
        self.heads.load_state_dict(heads)
        self.network.load_state_dict({n: value for n, value in weights.items() if not n.startswith(HEAD)})

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
        return Supervised(built(network, layout, targets), targets)


def built(network: Network, layout: Layout, targets: Mapping[str, Target]) -> nn.Module:
    """The network for some outputs. Raises TrainingError where it can't answer for what they ask."""
    width = sum(target.width for target in targets.values())
    name = next((name for name, target in targets.items() if target.per != "row"), None)
    if name is None:
        return network.build(layout, width)
    if len(targets) > 1:
        raise TrainingError(
            f"output {name!r} asks for an answer for each {targets[name].per}, and so must be a model's only output; "
            f"found {len(targets)} outputs",
            hint="train a model for each: put them into files of their own",
        )
    return network.build_per(targets[name].per, layout, width)
