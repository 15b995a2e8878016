"""Rows of Pascal VOC: annotation files met with their images, and whichever lacks the other set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import pyarrow as pa

from thalweg.engines.engine import Session
from thalweg.sources.media.boxes import boxes_type, checked
from thalweg.sources.media.broken import EMPTY, BrokenFile, damaged
from thalweg.sources.media.folder import absolute
from thalweg.sources.media.image_endings import IMAGES
from thalweg.sources.media.image_header import image_header
from thalweg.sources.media.made_rows import MadeRows
from thalweg.sources.media.parts import SPLITS
from thalweg.sources.media.safe_xml import parse_xml
from thalweg.sources.media.walk import Walk, Walked
from thalweg.sources.rejected_file import RejectedFile
from thalweg.sources.source import Opened

MISSING = "missing image"
FLAGS = ("difficult", "truncated")


class Layout(NamedTuple):
    """The folders of images, annotations and lists, from the root."""

    images: str
    annotations: str
    sets: str


def open_voc(root: Path, layout: Layout, strict: bool, session: Session) -> Opened:
    """Open a folder that has the folders of a layout; `strict`: an image with a box outside it is set aside."""
    found = VocFolder(root, layout, strict, splits_of(root / layout.sets))
    numbers = [("bytes", pa.int64()), ("width", pa.int32()), ("height", pa.int32())]
    fields = [("path", pa.string()), ("file", pa.string()), *numbers, ("mode", pa.string())]
    fields += [("split", pa.string())] if found.splits else []
    schema = pa.schema([*fields, ("boxes", boxes_type(FLAGS))])
    return MadeRows(session, schema, found.rows, str(root))


def splits_of(folder: Path) -> dict[str, str]:
    """The split of each name that a list such as `train.txt` holds; others, such as `trainval.txt`, are not read."""
    splits: dict[str, str] = {}
    for path in sorted(folder.glob("*.txt")) if folder.is_dir() else ():
        split = SPLITS.get(path.stem.casefold())
        for line in path.read_text(encoding="utf-8").splitlines() if split else ():
            if name := line.strip():
                splits[name] = "in several" if splits.get(name, split) != split else str(split)
    return splits


@dataclass
class VocFolder:
    """A folder in VOC's layout. Names and splits of its images are held in memory; nothing else is."""

    root: Path
    layout: Layout
    strict: bool
    splits: dict[str, str]

    def rows(self, aside: RejectedFile, counts: Counter[str]) -> Iterator[dict[str, Any]]:
        """A row an annotation; then what has no annotation, and names of lists that have neither, are set aside."""
        images = {
            found.path.rpartition(".")[0]: found for found in Walk(self.root / self.layout.images, IMAGES)
        }
        seen = set()
        for found in Walk(self.root / self.layout.annotations, {".xml"}):
            name = found.path.rpartition(".")[0]
            seen.add(name)
            try:
                yield self._row(name, found, images.get(name), counts)
            except BrokenFile as error:
                aside.add(None, "", error.rule, error.reason, f"{self.layout.annotations}/{found.path}")
        for name in sorted(images.keys() - seen):
            path = f"{self.layout.images}/{images[name].path}"
            aside.add(
                None,
                "",
                "image without annotation",
                f"there is no {self.layout.annotations}/{name}.xml",
                path,
            )
        for name in sorted(self.splits.keys() - seen - images.keys()):
            aside.add(
                None,
                name,
                "listed without annotation",
                f"{self.splits[name]} lists {name!r}",
                self.layout.sets,
            )

    def _row(self, name: str, found: Walked, image: Walked | None, counts: Counter[str]) -> dict[str, Any]:
        if found.refused is not None:
            raise found.refused
        root = parse_xml(found.file)
        if image is None or image.refused is not None:
            told = f"there is no image {self.layout.images}/{name}.*"
            raise image.refused if image is not None and image.refused else BrokenFile(MISSING, told)
        if self.splits.get(name) == "in several":
            raise BrokenFile(
                "listed in several splits", f"{name!r} is in more than one list of {self.layout.sets}"
            )
        size = image.file.stat().st_size
        if not size:
            raise BrokenFile(EMPTY, f"the image {image.path} has no bytes")
        facts = image_header(image.file)
        said = [(root.findtext(f"size/{side}") or "").strip() for side in ("width", "height")]
        counts["sizes corrected to the image's own"] += said != [str(facts["width"]), str(facts["height"])]
        written = [_box(each) for each in root.iter("object")]
        boxes = checked(written, facts["width"], facts["height"], self.strict, counts)
        row = {
            "path": f"{self.layout.images}/{image.path}",
            "file": absolute(image.file),
            "bytes": size,
            **facts,
        }
        return {**row, "split": self.splits.get(name), "boxes": boxes}


def _box(element: Element) -> dict[str, Any]:
    left, top, right, bottom = (
        _number(element, f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")
    )
    label = (element.findtext("name") or "").strip()
    if not label:
        raise damaged("an object has no name")
    box: dict[str, Any] = {"label": label, "x": left, "y": top, "width": right - left, "height": bottom - top}
    return box | {flag: _flag(element, flag) for flag in FLAGS}


def _number(element: Element, path: str) -> float:
    """The number at a path. Raises BrokenFile where there is none."""
    text = (element.findtext(path) or "").strip()
    try:
        return float(text)
    except ValueError as error:
        raise damaged(f"expected a number at {path}, found {text!r}") from error


def _flag(element: Element, name: str) -> bool | None:
    return {"0": False, "1": True}.get((element.findtext(name) or "").strip())
