"""Images with boxes, annotated as COCO does."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal, Self

from thalweg.core.fingerprint import fingerprint
from thalweg.sources.found import fingerprint_files, found, size_of
from thalweg.sources.media.image_endings import IMAGES
from thalweg.sources.media.walk import digest_of, folder_at
from thalweg.sources.source import Opened, Place, Source


class Coco(Source):
    """Read images with boxes in COCO's layout: a row an image, in the order of the file.

        things: {coco: {path: [instances_train2017.json, instances_val2017.json], images: .}}

    Columns: `path` and `file` of the image; `bytes`, `width`, `height`, `mode` from its header; `split`, where a file
    of annotations has train, val or test in its name; `boxes: list<struct<label, x, y, width, height, crowd>>` in
    pixels from the upper left corner. An image without annotations is a row with an empty list. Boxes over the edge
    are clipped and boxes without area left out, both counted; with `outside: quarantine` their image is set aside. An
    image that is missing, broken, or described twice, and an annotation of no image, of an unknown category or with
    a malformed box, goes to quarantine. Outlines and key points are not read. The file is read piece by piece; memory
    does not grow with it. Needs Pillow.
    """

    kind: ClassVar[str] = "coco"

    path: str | tuple[str, ...]
    """The JSON file, a pattern, or a list of files; from the folder of the pipeline file."""
    images: str
    """The folder that `file_name` of an image starts from."""
    outside: Literal["clip", "quarantine"] = "clip"
    """What becomes of a box that does not lie inside its image."""

    @classmethod
    def example(cls) -> Self:
        return cls(path="instances_train.json", images="train")

    def fingerprint(self, folder: Path) -> str:
        images = digest_of(folder_at(self.images, folder), IMAGES)
        return fingerprint([self.written(), fingerprint_files(found(self.path, folder)), images])

    def size(self, folder: Path) -> int:
        return size_of(found(self.path, folder))

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.media.coco_rows import open_coco

        root = folder_at(self.images, place.folder)
        return open_coco(found(self.path, place.folder), root, self.outside == "quarantine", place.session)
