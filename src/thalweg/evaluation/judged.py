"""What there is to judge: rows the network did not learn from, their inputs and its predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from thalweg.features.layout import Layout
from thalweg.tasks.task import Target


class Blocks(NamedTuple):
    """Encoded inputs: `numbers` float32 (n, N), `categories` int32 (n, C), in the order of the layout.

    `tensors` holds by key the slots (n, *shape) that are tensors of their own.
    """

    numbers: np.ndarray
    categories: np.ndarray
    tensors: Mapping[str, np.ndarray] = MappingProxyType({})

    @classmethod
    def of(cls, layout: Layout, arrays: Mapping[str, np.ndarray]) -> Blocks:
        """The blocks of a layout among some arrays."""
        tensors = {slot.key: arrays[slot.key] for slot in layout.tensors}
        return cls(arrays["numbers"], arrays["categories"], tensors)

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All blocks by their name in a batch."""
        return {"numbers": self.numbers, "categories": self.categories, **self.tensors}

    def take(self, index: np.ndarray | slice) -> Blocks:
        """Some of the rows."""
        tensors = {name: values[index] for name, values in self.tensors.items()}
        return Blocks(self.numbers[index], self.categories[index], tensors)

    @property
    def rows(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True)
class Part:
    """Rows of one part of the split.

    `rows` (n,) are their ids, `total` how many the part has where only n of them were taken. `y` holds the
    encoded values (n,) of each output, `p` the network's predictions (n, K); `p` is empty for training rows.
    """

    rows: np.ndarray
    blocks: Blocks
    y: Mapping[str, np.ndarray]
    p: Mapping[str, np.ndarray] = field(default_factory=dict)
    total: int = 0

    def __post_init__(self) -> None:
        lengths = {len(self.rows), *map(len, self.blocks.arrays.values())}
        lengths |= {len(values) for values in (*self.y.values(), *self.p.values())}
        if len(lengths) != 1:
            raise ValueError(f"expected arrays of one length, received lengths {sorted(lengths)}")
        object.__setattr__(self, "total", max(self.total, len(self.rows)))


@dataclass(frozen=True)
class Judged:
    """A trained network with the rows it is judged on.

    `columns` gives the slots of each input column. `slices` holds columns to slice by, aligned to the rows of
    `test`. `predict` is the network: from blocks to the predictions of each output.
    """

    targets: Mapping[str, Target]
    layout: Layout
    columns: Mapping[str, tuple[str, ...]]
    training: Part
    validation: Part
    test: Part
    slices: pa.Table
    predict: Callable[[Blocks], Mapping[str, np.ndarray]]
    seed: int = 0

    def __post_init__(self) -> None:
        if self.slices.num_columns and self.slices.num_rows != len(self.test.rows):
            raise ValueError(f"expected {len(self.test.rows)} rows to slice, received {self.slices.num_rows}")
