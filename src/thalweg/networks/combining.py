"""How what several bodies read becomes one vector, by the names people write."""

from __future__ import annotations

from typing import Literal

Combine = Literal["concat", "gated", "attention"]
