"""How steps become one vector, by the names people write."""

from __future__ import annotations

from typing import Literal

Pool = Literal["mean", "max", "attention"]
