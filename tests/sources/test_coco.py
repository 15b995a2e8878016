"""COCO: one JSON file of images and boxes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.media import pgm
from thalweg.core.component import parse
from thalweg.core.errors import SourceError
from thalweg.sources.coco import Coco
from thalweg.sources.media.json_members import members
from thalweg.sources.source import Source

CATEGORIES = [{"id": 1, "name": "cat"}, {"id": 18, "name": "dog"}]


def box(image: Any, numbers: Any, category: Any = 1, **more: Any) -> dict[str, Any]:
    return {"image_id": image, "bbox": numbers, "category_id": category, "segmentation": [[1, 2]], **more}


def image(identity: Any, name: Any) -> dict[str, Any]:
    return {"id": identity, "file_name": name, "width": 100, "height": 80}


@pytest.fixture
def coco(folder: Callable, tmp_path: Path) -> Callable[..., None]:
    def make(name: str, images: list, boxes: list, categories: list = CATEGORIES) -> None:
        tree = {"info": {"year": 2017}, "annotations": boxes, "images": images, "categories": categories}
        (tmp_path / name).write_text(json.dumps(tree, indent=1))
        folder({f"{n}.pgm": pgm(100, 80) for n in "abc"})

    return make


def test_written_forms() -> None:
    assert parse(Source, {"coco": {"path": "a.json", "images": "x"}}) == Coco(path="a.json", images="x")
    assert parse(Source, Coco.example().written()) == Coco.example()


def test_boxes_come_to_their_images(read: Callable, coco: Callable) -> None:
    boxes = [box(7, [1, 2, 3.5, 4]), box(5, [0, 0, 100, 80], 18, iscrowd=1), box(7, [-5, 70, 10, 20], 18)]
    coco("instances_val2017.json", [image(7, "a.pgm"), image(5, "b.pgm"), image(6, "c.pgm")], boxes)
    found = read({"coco": {"path": "instances_val2017.json", "images": "media"}})
    assert [(row["path"], row["width"], row["height"], row["split"]) for row in found.rows] == [
        *[
            ("a.pgm", 100, 80, "validation"),
            ("b.pgm", 100, 80, "validation"),
            ("c.pgm", 100, 80, "validation"),
        ]
    ]
    assert found.column("boxes") == [
        [
            {"label": "cat", "x": 1.0, "y": 2.0, "width": 3.5, "height": 4.0, "crowd": False},
            {"label": "dog", "x": 0.0, "y": 70.0, "width": 5.0, "height": 10.0, "crowd": False},
        ],
        [{"label": "dog", "x": 0.0, "y": 0.0, "width": 100.0, "height": 80.0, "crowd": True}],
        [],
    ]
    assert found.notes == {"boxes": 3, "boxes clipped to the image": 1, "images without boxes": 1}


def test_splits_of_several_files_with_the_same_ids(read: Callable, coco: Callable) -> None:
    coco("train.json", [image(1, "a.pgm")], [box(1, [1, 1, 2, 2])])
    coco("test.json", [image(1, "b.pgm")], [box(1, [3, 3, 2, 2])], [{"id": 1, "name": "cow"}])
    found = read({"coco": {"path": ["train.json", "test.json"], "images": "media"}})
    assert [(r["path"], r["split"], r["boxes"][0]["label"], r["boxes"][0]["x"]) for r in found.rows] == [
        ("a.pgm", "train", "cat", 1.0),
        ("b.pgm", "test", "cow", 3.0),
    ]


def test_what_does_not_fit_is_set_aside(read: Callable, coco: Callable, tmp_path: Path) -> None:
    (tmp_path / "out.pgm").write_bytes(pgm())
    images = [
        image(1, "a.pgm"),
        image(2, "gone.pgm"),
        image(1, "b.pgm"),
        image(3, "../out.pgm"),
        image(4, None),
    ]
    boxes = [
        box(1, [1, 1, 2, 2]),
        box(1, [1, 1, 2]),
        box(1, [1, 1, "2", 2]),
        box(1, [0, 0, 1, 1], 99),
        box(9, [1, 1, 1, 1]),
    ]
    coco("some.json", images, boxes)
    found = read({"coco": {"path": "some.json", "images": "media"}})
    assert [(row["path"], len(row["boxes"])) for row in found.rows] == [("a.pgm", 1)]
    assert "split" not in found.types
    assert [row["rule"] for row in found.rejected] == [
        *(["malformed annotation"] * 3),
        *("missing image", "image described twice", "image outside the folder", "damaged file"),
        "annotation without an image",
    ]
    assert found.rejected[0]["reason"] == "expected a bbox of four numbers, found [1, 1, 2]"
    assert json.loads(found.rejected[0]["text"])["bbox"] == [1, 1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"images": [{"id": 1}', "is not valid JSON: expected , or ], found 'its end', near character 21"),
        ('{"images": [{"id": nope}]}', "is not valid JSON: Expecting value"),
        ('[{"id": 1}]', "is not valid JSON: expected {, found '\\['"),
        ('{"images": [1]}', "expected objects in 'images', found 1"),
        ('{"images": [{"id": NaN}]}', "NaN is no JSON"),
        ('{"annotations": []}', "is not in COCO's layout: it has no images"),
        ("[" * 100_000, "is not valid JSON"),
        ('{"a": ' + "[" * 100_000, "nested too deeply|is not valid JSON"),
    ],
)
def test_files_that_are_none(text: str, message: str, read: Callable, coco: Callable, tmp_path: Path) -> None:
    coco("other.json", [], [])
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(SourceError, match=message):
        read({"coco": {"path": "a.json", "images": "media"}})


def test_members_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thalweg.sources.media.json_members.CHUNK", 3)
    tree = {"a": [1, 234567, {"b": 'é人"]}', "c": [[]]}], "d": [], "e": "x", "f": -12.5e3}
    (tmp_path / "a.json").write_text(json.dumps(tree, ensure_ascii=False))
    assert list(members(tmp_path / "a.json")) == [
        *[("a", each) for each in tree["a"]],  # type: ignore[attr-defined]
        ("e", "x"),
        ("f", -12500.0),
    ]
