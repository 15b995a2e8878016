"""A network without inputs, or with inputs it can't read, is refused before it is built."""

from __future__ import annotations

from thalweg.core.errors import TrainingError
from thalweg.features.layout import Layout
from thalweg.networks.network import Network


def require_inputs(network: Network, layout: Layout) -> None:
    """Raises TrainingError where no column is left to learn from, or one that the network does not read."""
    if not layout.slots:
        raise TrainingError(
            "expected at least one input column, found none: every column was excluded or refused",
            hint="see which columns were refused, and why, with: thalweg plan FILE; then shorten `exclude`",
        )
    for slot in layout.tensors:
        if slot.block not in network.reads:
            read = " and ".join(["numbers", "categories", *network.reads])
            raise TrainingError(
                f"the network {network.kind!r} reads {read}; input {slot.name!r} is {slot.block}",
                hint="give each input a body of its own: network: {fusion: {bodies: {COLUMN: KIND}}}",
            )
