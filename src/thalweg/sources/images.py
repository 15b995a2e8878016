"""A folder of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

from thalweg.sources.media.folder import MediaFolder
from thalweg.sources.media.image_endings import IMAGES


class Images(MediaFolder):
    """Read a folder of images, or a zip or tar archive of one, as a table with a row an image.

        faces: {images: orl-faces}
        cats:  {images: {path: cats.zip, labels: {file: breeds.csv, by: name}}}

    Columns: `path` from the folder; `file`, where the bytes are; `bytes`; `width`, `height` and `mode`, from
    the header alone; `label` and `split`, from the folders' names, such as `train/tabby/1.jpg`; fields of `name`;
    columns of `labels`. No pixel is read. Empty and damaged files go to quarantine; hidden files and those of other
    kinds are counted. Whether a folder has changed is told by names, sizes and times of its files. Needs Pillow.
    """

    kind: ClassVar[str] = "images"
    media: ClassVar[str | None] = "images"
    endings: ClassVar[frozenset[str]] = IMAGES
    facts: ClassVar[dict[str, str]] = {"width": "int32", "height": "int32", "mode": "string"}

    @classmethod
    def example(cls) -> Self:
        return cls(path="faces")

    def read_facts(self, file: Path) -> dict[str, Any]:
        from thalweg.sources.media.image_header import image_header

        return image_header(file)
