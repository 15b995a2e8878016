"""The strongest network of tables: an ensemble trained as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from thalweg.features.layout import Layout
from thalweg.networks.activations import Activation
from thalweg.networks.inputs import require_inputs
from thalweg.networks.network import Network

if TYPE_CHECKING:
    from torch import nn


class Tabular(Network):
    """Several perceptrons over embedded columns, trained side by side and averaged (TabM, ICLR 2025).

    Numbers are embedded by piecewise-linear functions, categories by learnt vectors; both fade unless many rows
    speak for them, which is what keeps columns of many values from being learnt by heart. Wants a learning rate of
    about 0.004 and a cosine schedule with a warm-up.
    """

    kind = "tabular"

    members: Annotated[int, Field(ge=1)] = 8
    """Perceptrons in the ensemble. Time and memory grow with them."""
    sharing: Literal["nothing", "most", "mini"] = "nothing"
    """What members share: nothing, embeddings included; all but scalings in every layer (TabM); or all but one
    scaling before the first layer (TabM-mini). Sharing is faster for many members, and a little worse."""
    blocks: Annotated[int, Field(ge=1)] = 2
    """Hidden layers."""
    width: Annotated[int, Field(ge=1)] = 256
    """Values in a hidden layer."""
    embedding: Annotated[int, Field(ge=1)] = 8
    """Values that stand for one column."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of hidden values set to zero in training."""
    activation: Activation = "relu"
    """The function after each hidden layer."""
    embedding_decay: Annotated[float, Field(ge=0)] = 10.0
    """The decoupled weight decay of embeddings: the share taken off at each step, times the learning rate."""
    forget: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of training rows that lose what tells the time itself, such as days elapsed; 0.5 where the test
    rows come after the training rows."""
    unseen: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of categories taken as unseen in training, to prepare for values that are."""

    def build(self, layout: Layout, width: int) -> nn.Module:
        from thalweg.networks.modules.tabular import Ensemble, Shared

        require_inputs(self, layout)
        return Ensemble(self, layout, width) if self.sharing == "nothing" else Shared(self, layout, width)
