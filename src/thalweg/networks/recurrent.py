"""Networks that read step by step and remember: RNN, LSTM, GRU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from thalweg.features.feature import Block, Slot
from thalweg.networks.body import Body

if TYPE_CHECKING:
    from thalweg.networks.modules.reader import Reader

Cell = Literal["rnn", "lstm", "gru"]


class Recurrent(Body):
    """Reads the tokens of a text or the steps of a series one after another. `{recurrent: gru}` sets the cell."""

    kind = "recurrent"
    reads: ClassVar[tuple[Block, ...]] = ("tokens", "series")
    usual_for: ClassVar[tuple[Block, ...]] = ("series",)

    cell: Cell = "lstm"
    """`rnn` (Elman, 1990), `lstm` (Hochreiter & Schmidhuber, 1997) or `gru` (Cho et al., 2014)."""
    width: Annotated[int, Field(ge=1)] = 128
    """Of the state, in each direction."""
    depth: Annotated[int, Field(ge=1)] = 1
    """Cells one above the other."""
    both_ways: bool = True
    """Whether a second one reads backwards."""
    embedding: Annotated[int, Field(ge=1)] = 128
    """The width of a token's vector."""
    pool: Literal["last", "mean", "max", "attention"] = "max"
    """How states become one vector: the last of each direction, their mean or greatest values, or their mean weighted
    by learnt attention (Yang et al., 2016)."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"cell": value} if isinstance(value, str) else value

    def reader(self, slot: Slot) -> Reader:
        from thalweg.networks.modules.recurrent import Cells

        return Cells(self, slot)
