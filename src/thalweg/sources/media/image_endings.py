"""How the names of images end."""

from __future__ import annotations

IMAGES = frozenset(
    {*(".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"), *(".pgm", ".ppm", ".pbm", ".pnm")}
)
