"""Columns that a miner may not look at, because what it makes of them feeds the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from thalweg.core.errors import ComponentError


@dataclass(frozen=True)
class Barred:
    """`never` has the reason for each column that tells the answer, or is not known when it is asked for; those
    `unasked` are looked at where the miner names them.
    """

    never: Mapping[str, str] = field(default_factory=dict)
    unasked: frozenset[str] = frozenset()

    def check(self, named: Iterable[str]) -> None:
        """Raises ComponentError for the first column that is named and may not be looked at."""
        for name in named:
            if name in self.never:
                raise ComponentError(
                    f"what is mined of column {name!r} can't feed the network: {self.never[name]}; "
                    "leave the column out, or write as_features: false"
                )

    def __contains__(self, name: str) -> bool:
        return name in self.never or name in self.unasked


NOTHING = Barred()
