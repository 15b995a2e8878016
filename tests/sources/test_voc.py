"""Pascal VOC: annotation files met with images."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.media import pgm
from thalweg.core.component import parse
from thalweg.core.errors import SourceError
from thalweg.sources.source import Source
from thalweg.sources.voc import Voc

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><annotation>&m;</annotation>"
)
REACHES_OUT = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><object><name>&x;</name></object></annotation>'


def annotation(*boxes: tuple[object, ...], size: tuple[int, int] = (100, 80)) -> bytes:
    names = ("xmin", "ymin", "xmax", "ymax")
    objects = "".join(
        f"<object><name>{label}</name><difficult>1</difficult><bndbox>"
        + "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, box, strict=True))
        + "</bndbox></object>"
        for label, *box in boxes
    )
    width, height = size
    return f"<annotation><size><width>{width}</width><height>{height}</height></size>{objects}</annotation>".encode()


@pytest.fixture
def voc(folder: Callable) -> Callable[..., Path]:
    """`voc({"a": xml})`: an image of 100 × 80 and an annotation for each name; None for no image."""

    def make(annotations: dict[str, bytes], without: tuple[str, ...] = (), **sets: str) -> Path:
        files = {f"Annotations/{name}.xml": content for name, content in annotations.items()}
        files |= {f"JPEGImages/{name}.pgm": pgm(100, 80) for name in annotations if name not in without}
        files |= {f"ImageSets/Main/{name}.txt": text.encode() for name, text in sets.items()}
        return folder(files)

    return make


def test_written_forms() -> None:
    assert parse(Source, {"voc": "BCCD"}) == Voc(path="BCCD")
    assert parse(Source, Voc.example().written()) == Voc.example()


def test_blood_cells(read: Callable, data: Callable) -> None:
    found = read({"voc": str(data("bccd/BCCD"))})
    assert len(found.rows) == 364
    assert found.types["boxes"].replace('"', "") == (
        "STRUCT(label VARCHAR, x DOUBLE, y DOUBLE, width DOUBLE, height DOUBLE, difficult BOOLEAN, truncated BOOLEAN)[]"
    )
    assert found.notes == {"boxes": 4886, "boxes without area left out": 2}  # 4,888 are annotated
    assert sum(len(row["boxes"]) for row in found.rows) == 4886
    assert {box["label"] for row in found.rows for box in row["boxes"]} == {"RBC", "WBC", "Platelets"}
    assert Counter(found.column("split")) == {"train": 205, "validation": 87, "test": 72}
    assert found.rows[0]["boxes"][0] == {
        **{"label": "WBC", "x": 260.0, "y": 177.0, "width": 231.0, "height": 199.0},
        **{"difficult": False, "truncated": False},
    }
    for row in found.rows:
        for box in row["boxes"]:
            assert 0 <= box["x"] < box["x"] + box["width"] <= row["width"] == 640
            assert 0 <= box["y"] < box["y"] + box["height"] <= row["height"] == 480


def test_boxes_that_do_not_fit(read: Callable, voc: Callable) -> None:
    boxes = [("in", 0, 0, 100, 80), ("over", -5, 70, 10, 90), ("off", 200, 10, 300, 20), ("none", 7, 7, 7, 9)]
    voc({"a": annotation(*boxes, ("back", 9, 9, 3, 3)), "b": annotation(), "c": annotation(size=(1, 1))})
    found = read({"voc": "media"})
    wanted = ("label", "x", "y", "width", "height", "difficult", "truncated")
    assert [[tuple(box[name] for name in wanted) for box in row["boxes"]] for row in found.rows] == [
        [("in", 0, 0, 100, 80, True, None), ("over", 0, 70, 10, 10, True, None)],
        [],
        [],
    ]
    assert found.notes == {
        **{"boxes": 2, "boxes clipped to the image": 1, "boxes without area left out": 3},
        **{"images without boxes": 2, "sizes corrected to the image's own": 1},
    }
    assert "split" not in found.types
    strict = read({"voc": {"path": "media", "outside": "quarantine"}})
    assert [row["path"] for row in strict.rows] == ["JPEGImages/b.pgm", "JPEGImages/c.pgm"]
    assert strict.rejected[0]["rule"] == "box outside the image"
    assert (
        strict.rejected[0]["reason"]
        == "the box 'over' at (-5, 70), 15 × 20, does not lie inside 100 × 80 pixels"
    )


def test_annotations_that_cannot_be_read(read: Callable, voc: Callable) -> None:
    began = time.monotonic()
    voc(
        {
            **{
                "bomb": BOMB.encode(),
                "cut": annotation(("a", 1, 2, 3, 4))[:-20],
                "empty": b" ",
                "ok": annotation(),
            },
            **{
                "out": REACHES_OUT.encode(),
                "text": annotation(("a", "one", 2, 3, 4)),
                "nan": annotation(("a", "nan", 2, 3, 4)),
            },
            **{"nameless": annotation(("", 1, 2, 3, 4)), "zz": b'<?xml version="1.0" encoding="zz"?><a/>'},
        }
    )
    found = read({"voc": "media"})
    assert [row["path"] for row in found.rows] == ["JPEGImages/ok.pgm"]
    assert [(row["file"].removeprefix("Annotations/"), row["rule"]) for row in found.rejected] == [
        ("bomb.xml", "XML with a document type"),
        ("cut.xml", "damaged file"),
        ("empty.xml", "empty file"),
        ("nameless.xml", "damaged file"),
        ("nan.xml", "damaged file"),
        ("out.xml", "XML with a document type"),
        ("text.xml", "damaged file"),
        ("zz.xml", "damaged file"),
    ]
    reasons = {row["file"]: row["reason"] for row in found.rejected}
    assert reasons["Annotations/text.xml"] == "expected a number at bndbox/xmin, found 'one'"
    assert reasons["Annotations/bomb.xml"] == "it declares 'lolz', which may define entities: refused"
    assert "root:" not in str(found.rejected)
    assert time.monotonic() - began < 5


def test_images_and_annotations_that_lack_each_other(read: Callable, voc: Callable) -> None:
    root = voc(
        {"a": annotation(), "b": annotation(), "d": annotation(), "e": annotation()},
        without=("b",),
        train="a\nd\n",
        val="b\nghost\n",
        test="d\n",
        trainval="e\n",
    )
    (root / "JPEGImages" / "c.pgm").write_bytes(pgm())
    found = read({"voc": "media"})
    assert [(row["path"], row["split"]) for row in found.rows] == [
        ("JPEGImages/a.pgm", "train"),
        ("JPEGImages/e.pgm", None),
    ]
    assert [(row["file"], row["rule"]) for row in found.rejected] == [
        ("Annotations/b.xml", "missing image"),
        ("Annotations/d.xml", "listed in several splits"),
        ("JPEGImages/c.pgm", "image without annotation"),
        ("ImageSets/Main", "listed without annotation"),
    ]


def test_another_layout(read: Callable, folder: Callable) -> None:
    folder({"BCCD/Annotations/a.xml": annotation(), "BCCD/JPEGImages/a.pgm": pgm()})
    with pytest.raises(
        SourceError, match=r"it has no folder 'Annotations'\n  it is in .*/media/BCCD: name that"
    ):
        read({"voc": "media"})
    with pytest.raises(
        SourceError, match=r"it has no folder 'Bilder'\n  name it, with images: or annotations:"
    ):
        read({"voc": {"path": "media/BCCD", "images": "Bilder"}})


def test_a_folder_in_this_layout_shows_itself(tmp_path: Path) -> None:
    (tmp_path / "JPEGImages").mkdir()
    assert Voc.of_folder(tmp_path) is None
    (tmp_path / "Annotations").mkdir()
    assert Voc.of_folder(tmp_path) == Voc(path=str(tmp_path))
