"""The columns of a table as vectors of one width, from one table of learnt rows."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.modules.knots import FEWEST_EDGES, Knots


class Fields(nn.Module):
    """Numbers (B, N) and categories (B, C) → vectors (B, N + C, D) with D = `width`.

    A category is a learnt row of the table. A number is a linear function of it plus, where it has bins, a learnt
    function that is linear between their edges and zero at the start (piecewise-linear embeddings, Gorishniy et
    al., NeurIPS 2022): a mean of the rows of two neighbouring edges, so that a thousand bins cost no more than
    ten. `decay` is the decoupled weight decay of them all: it draws to nothing what few rows speak for, which
    columns of many values would otherwise learn by heart.

    In training a share `forget` of rows loses every slot that tells the time itself (`Slot.absolute`), so that
    the network knows what to say of times to come.
    """

    def __init__(self, layout: Layout, width: int, decay: float, forget: float, unseen: float):
        super().__init__()
        self.decay, self.forget, self.unseen = decay, forget, unseen
        numbers, categories = layout.of("numbers"), layout.of("categories")
        order = sorted(range(len(numbers)), key=lambda i: len(numbers[i].bins or ()) < FEWEST_EDGES)
        numbers = [numbers[i] for i in order]  # those with bins first
        binned = [slot for slot in numbers if len(slot.bins or ()) >= FEWEST_EDGES]
        self.knots, self.binned = Knots(binned), len(binned)
        sizes = [slot.cardinality or 1 for slot in categories]
        starting = [torch.zeros(self.knots.rows, width), torch.randn(sum(sizes), width) * 0.1]
        self.table = _parameter(torch.cat(starting))
        self.slope = _parameter(torch.rand(len(numbers), width) * 2 - 1)
        self.shift = _parameter((torch.rand(len(numbers), width) * 2 - 1) * 0.3)
        starts = torch.tensor([self.knots.rows, *sizes]).cumsum(0)[:-1]
        self.register_buffer("order", torch.tensor(order, dtype=torch.int64), persistent=False)
        self.register_buffer("starts", starts, persistent=False)
        self.register_buffer("number_absolute", _absolute(numbers), persistent=False)
        self.register_buffer("category_absolute", _absolute(categories), persistent=False)
        self.timed = any(slot.absolute for slot in layout.slots)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        numbers = batch["numbers"].index_select(1, self.get_buffer("order"))
        known = self._known(numbers)
        rows = batch["categories"] + self.get_buffer("starts")
        if self.training:
            known, rows = self._forgetful(known, rows)
        if self.slope is None or self.shift is None:
            return self._looked_up(rows)
        numbers = numbers.masked_fill(~known, 0.0)
        linear = torch.addcmul(self.shift, numbers.unsqueeze(-1), self.slope)
        if self.table is None:
            return linear
        below, above, share = self.knots(numbers[:, : self.binned], known[:, : self.binned])
        found = self._looked_up(torch.cat([below, above, rows], 1))
        low, high, chosen = found.split([self.binned, self.binned, rows.shape[1]], 1)
        bent = linear[:, : self.binned] + torch.lerp(low, high, share.unsqueeze(-1))
        return torch.cat([bent, linear[:, self.binned :], chosen], 1)

    def _forgetful(self, known: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """What is known of numbers and the rows of categories, some of them forgotten by chance."""
        if self.forget and self.timed:
            forgotten = torch.rand(len(known), 1, device=known.device) < self.forget
            known = known & ~(forgotten & self.get_buffer("number_absolute"))
            rows = self.get_buffer("starts").where(forgotten & self.get_buffer("category_absolute"), rows)
        if self.unseen:
            rows = self.get_buffer("starts").where(
                torch.rand(rows.shape, device=rows.device) < self.unseen, rows
            )
        return known, rows

    def _known(self, numbers: Tensor) -> Tensor:
        """Which numbers (B, N) something was learnt of; those without bins are taken as they are."""
        inside = self.knots.inside(numbers[:, : self.binned])
        return functional.pad(inside, (0, numbers.shape[1] - self.binned), value=True)

    def _looked_up(self, rows: Tensor) -> Tensor:
        """Rows (B, R) of the table, (B, R, D)."""
        assert self.table is not None
        return functional.embedding(rows, self.table)


def _parameter(values: Tensor) -> nn.Parameter | None:
    """A parameter; None where there is nothing to learn."""
    return nn.Parameter(values) if len(values) else None


def _absolute(slots: Sequence[Slot]) -> Tensor:
    return torch.tensor([slot.absolute for slot in slots], dtype=torch.bool)
