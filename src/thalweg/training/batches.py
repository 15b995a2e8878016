"""What training asks of a loader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from thalweg.training.phase import Batch


class Batches(Protocol):
    """Batches of one split in an order that depends on the seed and the epoch alone.

    Iterating gives the batches of the epoch that was set, or those left of it after `load_state_dict`.
    A batch holds `numbers` (B, N), `categories` (B, C) and `target:<name>` (B,) for each output.
    """

    def __len__(self) -> int:
        """Batches of an epoch."""
        ...

    def __iter__(self) -> Iterator[Batch]: ...

    def set_epoch(self, epoch: int) -> None:
        """Start an epoch, counted from 0, at its first batch."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """The place after the batch that was given last, as JSON values."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go to a place."""
        ...


@dataclass(frozen=True)
class Loaders:
    """The rows to learn from and those that choose the best epoch, where there are any."""

    training: Batches
    validation: Batches | None = None
