"""What may be done to images by chance in training, by the names people write."""

from __future__ import annotations

from typing import Literal

Augmentation = Literal["flip", "crop", "cutout", "randaugment"]
