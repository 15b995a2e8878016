"""The functions between linear layers, by the names people write."""

from __future__ import annotations

from typing import Literal

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh"]
