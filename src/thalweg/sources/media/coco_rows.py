"""Rows of COCO: its annotations brought to their images by the engine, then met with the files one by one."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from thalweg.core.errors import SourceError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.sources.media.boxes import boxes_type, checked
from thalweg.sources.media.broken import EMPTY, BrokenFile, damaged
from thalweg.sources.media.folder import absolute
from thalweg.sources.media.image_header import image_header
from thalweg.sources.media.json_members import members
from thalweg.sources.media.made_rows import MadeRows
from thalweg.sources.media.parts import split_in_name
from thalweg.sources.rejected_file import RejectedFile
from thalweg.sources.source import Opened

BATCH = 10_000
IMAGE = pa.schema([("of", pa.int32()), ("id", pa.string()), ("name", pa.string())])
NUMBERS = [(name, pa.float64()) for name in ("x", "y", "width", "height")]
WORDS = [(name, pa.string()) for name in ("image", "category")]
FAULT = [("crowd", pa.bool_()), ("fault", pa.string()), ("text", pa.string())]
BOX = pa.schema([("of", pa.int32()), *WORDS, *NUMBERS, *FAULT])


def open_coco(files: list[Path], root: Path, strict: bool, session: Session) -> Opened:
    """Open files of annotations; `strict`: an image with a box outside it is set aside. Raises SourceError where one
    is not JSON in COCO's layout."""
    splits = [split_in_name(file.name) for file in files]
    fields = [("path", pa.string()), ("file", pa.string()), ("bytes", pa.int64()), ("width", pa.int32())]
    fields += [("height", pa.int32()), ("mode", pa.string())]
    fields += [("split", pa.string())] if any(splits) else []
    schema = pa.schema([*fields, ("boxes", boxes_type(["crowd"]))])
    read = CocoFiles(strict, files, splits, root, session)
    return MadeRows(session, schema, read.rows, str(root))


@dataclass
class CocoFiles:
    """Files of annotations; categories are held in memory, images and boxes on disk."""

    strict: bool
    files: list[Path]
    splits: list[str | None]
    root: Path
    session: Session

    def __post_init__(self) -> None:
        self.base = self.session.scratch / f"coco_{uuid4().hex}"
        self.categories = [self._take_in(at, file) for at, file in enumerate(self.files)]
        self._join()

    def rows(self, aside: RejectedFile, counts: Counter[str]) -> Iterator[dict[str, Any]]:
        """A row an image; boxes of no image are set aside after them."""
        with pq.ParquetFile(self._named("joined")) as joined:
            for batch in joined.iter_batches(1_024):
                for row in batch.to_pylist():
                    try:
                        yield self._row(row, aside, counts)
                    except BrokenFile as error:
                        aside.add(
                            None, row["name"] or "", error.rule, error.reason, str(self.files[row["of"]])
                        )
        with pq.ParquetFile(self._named("lost")) as lost:
            for batch in lost.iter_batches(1_024):
                for box in batch.to_pylist():
                    reason = f"there is no image of the id {box['image']}"
                    aside.add(
                        None, box["text"], "annotation without an image", reason, str(self.files[box["of"]])
                    )

    def _row(self, row: dict[str, Any], aside: RejectedFile, counts: Counter[str]) -> dict[str, Any]:
        if row["nth"] > 1:
            raise BrokenFile("image described twice", f"the id {row['id']} was used before")
        file = self._image(row["name"])
        size = file.stat().st_size
        if not size:
            raise BrokenFile(EMPTY, "the image has no bytes")
        facts = image_header(file)
        names = self.categories[row["of"]]
        sound = []
        for box in row["boxes"] or ():
            label = names.get(box.pop("category"))
            fault = box.pop("fault") or (None if label else "it is of a category that the file does not name")
            text = box.pop("text")
            if fault:
                aside.add(None, text, "malformed annotation", fault, str(self.files[row["of"]]))
            else:
                sound.append({"label": label, **box})
        boxes = checked(sound, facts["width"], facts["height"], self.strict, counts)
        told = {"path": row["name"], "file": absolute(file), "bytes": size, **facts}
        return {**told, "split": self.splits[row["of"]], "boxes": boxes}

    def _image(self, name: str | None) -> Path:
        if not name:
            raise damaged("an image has no file_name")
        file = self.root / name
        if not Path(os.path.realpath(file)).is_relative_to(self.root.resolve()):
            raise BrokenFile("image outside the folder", f"{name!r} does not lie in {self.root}")
        if not file.is_file():
            raise BrokenFile("missing image", f"there is no image {name!r} in {self.root}")
        return file

    def _take_in(self, at: int, file: Path) -> dict[str, str]:
        """Write a file's images and boxes to disk, in batches; return its categories."""
        categories: dict[str, str] = {}
        found: set[str] = set()
        with (
            _Writer(self._named(f"images{at}"), IMAGE) as images,
            _Writer(self._named(f"boxes{at}"), BOX) as boxes,
        ):
            for key, value in members(file):
                found.add(key)
                if key in ("images", "annotations", "categories") and not isinstance(value, dict):
                    raise SourceError(f"{file}: expected objects in {key!r}, found {value!r}"[:300])
                if key == "images":
                    name = value.get("file_name")
                    told = {"id": str(value.get("id")), "name": name if isinstance(name, str) else None}
                    images.add({"of": at, **told})
                elif key == "annotations":
                    boxes.add({"of": at, **_box(value)})
                elif key == "categories":
                    categories[str(value.get("id"))] = str(value.get("name"))
        lacking = {"images", "annotations", "categories"} - found
        if "images" in lacking:
            raise SourceError(
                f"{file} is not in COCO's layout: it has no images",
                hint="expected an object with images, annotations and categories",
            )
        return categories

    def _join(self) -> None:
        """Bring boxes to images, in the order of the files, and keep those of no image."""
        images, boxes = (
            self.session.scan_parquet([self._named(f"{what}{at}") for at in range(len(self.files))])
            for what in ("images", "boxes")
        )
        order = exp.Order(expressions=[exp.Ordered(this=sql.column("__row"))])
        keys = [sql.column("of"), sql.column("id")]
        nth = exp.Window(this=exp.RowNumber(), partition_by=keys, order=order)
        named = {name: sql.column(name) for name in (*IMAGE.names, "__row")}
        images = sql.select(images, {**named, "nth": nth})
        parts = [
            exp.PropertyEQ(this=exp.to_identifier(n, quoted=True), expression=sql.column(n))
            for n in BOX.names[2:]
        ]
        gathered = exp.ArrayAgg(
            this=exp.Order(this=exp.Struct(expressions=parts), expressions=order.expressions)
        )
        grouped = sql.select(boxes, {"of": sql.column("of"), "image": sql.column("image"), "boxes": gathered})
        grouped = grouped.group_by(sql.column("of"), sql.column("image"))
        columns = [sql.column(name, "i") for name in (*IMAGE.names, "nth")]
        joined = exp.select(*columns, sql.column("boxes", "b")).from_(sql.relation(images, "i"))
        joined = joined.join(sql.relation(grouped, "b"), on=_same("i", "b"), join_type="left")
        self.session.write_parquet(joined.order_by(sql.column("__row", "i")), self._named("joined"))
        lost = exp.select(*(sql.column(name, "b") for name in ("of", "image", "text"))).from_(
            sql.relation(boxes, "b")
        )
        known = exp.select("1").from_(sql.relation(images, "i")).where(_same("i", "b"))
        lost = lost.where(exp.not_(exp.Exists(this=known))).order_by(sql.column("__row", "b"))
        self.session.write_parquet(lost, self._named("lost"))

    def _named(self, what: str) -> Path:
        return self.base.with_name(f"{self.base.name}_{what}.parquet")


def _same(images: str, boxes: str) -> exp.Expr:
    return exp.and_(
        exp.EQ(this=sql.column("of", images), expression=sql.column("of", boxes)),
        exp.EQ(this=sql.column("id", images), expression=sql.column("image", boxes)),
    )


def _box(value: dict[str, Any]) -> dict[str, Any]:
    """An annotation as a row: its box, or what is wrong with it."""
    told: dict[str, Any] = {"image": str(value.get("image_id")), "category": str(value.get("category_id"))}
    outline = ("segmentation", "keypoints")
    text = json.dumps({key: each for key, each in value.items() if key not in outline})[:1_000]
    told |= {"crowd": bool(value.get("iscrowd")), "text": text, "fault": None}
    numbers = value.get("bbox")
    if not isinstance(numbers, list) or len(numbers) != 4 or not all(_is_number(each) for each in numbers):
        return told | {"fault": f"expected a bbox of four numbers, found {numbers!r}"[:300]}
    return told | dict(zip(("x", "y", "width", "height"), map(float, numbers), strict=True))


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e9
        and isfinite(value)
    )


class _Writer:
    """A Parquet file written in batches of rows."""

    def __init__(self, path: Path, schema: pa.Schema):
        self.schema, self.rows = schema, list[dict[str, Any]]()
        self.writer = pq.ParquetWriter(path, schema)

    def add(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        if len(self.rows) == BATCH:
            self._flush()

    def _flush(self) -> None:
        self.writer.write_table(pa.Table.from_pylist(self.rows, self.schema))
        self.rows = []

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *raised: object) -> None:
        self._flush()
        self.writer.close()
