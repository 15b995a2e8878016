"""The plain network of tables: everything side by side, then layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from thalweg.features.layout import Layout
from thalweg.networks.activations import Activation
from thalweg.networks.inputs import require_inputs
from thalweg.networks.network import Network

if TYPE_CHECKING:
    from torch import nn

Layers = tuple[Annotated[int, Field(ge=1)], ...]


class MLP(Network):
    """A multilayer perceptron over numbers and embedded categories, concatenated.

    Fast, and a fair start for any table. For the best quality on a table, see the ensemble kinds.
    """

    kind = "mlp"

    layers: Layers = (256, 256)
    """The width of each hidden layer; an empty list makes a linear model."""
    activation: Activation = "relu"
    """The function after each hidden layer."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of hidden values set to zero in training."""
    norm: Literal["none", "batch", "layer"] = "none"
    """Normalisation before each activation: over the batch, or over the values of a row."""
    embedding: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    """The width of a category's vector; `auto`: min(50, 1.6 × cardinality^0.56)."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        """A list of widths stands for `layers`: `mlp: [256, 256]`."""
        return {"layers": value} if isinstance(value, list | tuple) else value

    def build(self, layout: Layout, width: int) -> nn.Module:
        from thalweg.networks.modules.mlp import Perceptron

        require_inputs(self, layout)
        return Perceptron(self, layout, width)
