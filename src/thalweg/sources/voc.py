"""Images with boxes, annotated as Pascal VOC does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.sources.found import found
from thalweg.sources.media.image_endings import IMAGES
from thalweg.sources.media.unpack import is_archive
from thalweg.sources.media.walk import digest_of, folder_at, size_of_folder
from thalweg.sources.source import Opened, Place, Source

ANNOTATIONS = frozenset({".xml"})
SETS = frozenset({".txt"})


class Voc(Source):
    """Read images with boxes in Pascal VOC's layout: a row an annotation file, in the order of their names.

        cells: {voc: BCCD}

    Columns: `path` and `file` of the image; `bytes`, `width`, `height`, `mode` from its header; `split`, from
    `ImageSets/Main/train.txt`, `val.txt`, `test.txt` (NULL of an image in none of them; no column without the files);
    `boxes: list<struct<label, x, y, width, height, difficult, truncated>>` in pixels from the upper left corner, where
    x is xmin as it is written and width is xmax - xmin. An image without boxes is a row with an empty list. Boxes over
    the edge are clipped and boxes without area left out, both counted; with `outside: quarantine` their image is set
    aside. Malformed XML, XML with a document type, a missing or broken image, and an image without annotation go to
    quarantine. Needs Pillow.
    """

    kind: ClassVar[str] = "voc"
    media: ClassVar[str | None] = "images"

    path: str
    """The folder that holds the others, or a zip or tar archive of it; from the folder of the pipeline file."""
    images: str = "JPEGImages"
    """The folder of images in it."""
    annotations: str = "Annotations"
    """The folder of XML files in it."""
    sets: str = "ImageSets/Main"
    """The folder of lists in it, a file a split, a name a line. It may be missing."""
    outside: Literal["clip", "quarantine"] = "clip"
    """What becomes of a box that does not lie inside its image."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @classmethod
    def example(cls) -> Self:
        return cls(path="BCCD")

    @classmethod
    def of_folder(cls, folder: Path) -> Source | None:
        found = cls(path=str(folder))
        layout = (found.images, found.annotations)
        return found if all((folder / name).is_dir() for name in layout) else None

    def fingerprint(self, folder: Path) -> str:
        if is_archive(self.path):
            return fingerprint([self.written(), fingerprint_file(found([self.path], folder)[0])])
        root = folder_at(self.path, folder)
        return fingerprint([self.written(), digest_of(root, ANNOTATIONS | SETS | IMAGES)])

    def size(self, folder: Path) -> int | None:
        return None if is_archive(self.path) else size_of_folder(folder_at(self.path, folder), ANNOTATIONS)

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.media.folder import root_of
        from thalweg.sources.media.voc_rows import Layout, open_voc

        root = root_of(self.path, place)
        for inside in (self.annotations, self.images):
            if not (root / inside).is_dir():
                deeper = next((path for path in sorted(root.glob(f"*/{inside}")) if path.is_dir()), None)
                said = (
                    f"it is in {deeper.parent}: name that"
                    if deeper
                    else "name it, with images: or annotations:"
                )
                raise SourceError(
                    f"{root} is not in Pascal VOC's layout: it has no folder {inside!r}", hint=said
                )
        layout = Layout(self.images, self.annotations, self.sets)
        return open_voc(root, layout, self.outside == "quarantine", place.session)
