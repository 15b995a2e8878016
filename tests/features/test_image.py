"""Images: decoded once to one size, from bytes or paths; what is broken is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.features.conftest import column_of, png
from thalweg.core.errors import DataError
from thalweg.features.image import Image, ImageEncoder

FILES = [png(shade) for shade in (10, 90, 200)]


def fitted(values: list[Any], type: str = "BLOB", **settings: Any) -> ImageEncoder:
    return Image(column="photo", **settings).fit(column_of("photo", type, values))


def test_pixels_are_those_of_the_file() -> None:
    encoder = fitted(FILES)
    (slot,) = encoder.slots
    assert (slot.block, slot.shape) == ("image", (1, 4, 5))
    pixels = encoder.encode(pa.array(FILES)).slots["photo"]
    assert pixels[:, 0, 1, 1].tolist() == [10, 90, 200]
    assert pixels[:, 0, 0, 0].tolist() == [0, 0, 0]


def test_colours_where_one_image_has_some() -> None:
    encoder = fitted([*FILES, png(200, "RGB")])
    pixels = encoder.encode(pa.array([png(90), png(200, "RGB")])).slots["photo"]
    assert pixels.shape == (2, 3, 4, 5)
    assert pixels[0, :, 2, 2].tolist() == [90, 90, 90]
    assert pixels[1, :, 2, 2].tolist() == [200, 0, 0]
    assert fitted(FILES, colours="rgb").channels == 3


def test_other_sizes_are_brought_to_one() -> None:
    assert fitted([*FILES, png(9, size=(50, 40))]).slots[0].shape == (1, 128, 128)
    assert fitted([png(9, size=(500, 400))]).slots[0].shape == (1, 128, 128)
    assert fitted(FILES, size=8).slots[0].shape == (1, 8, 8)
    wide = png(100, size=(40, 10))
    for resize, corner in (("crop", 100), ("pad", 0), ("stretch", 100)):
        pixels = fitted([wide], size=(20, 20), resize=resize).encode(pa.array([wide])).slots["photo"]
        assert pixels[0, 0, 19, 19] == corner


def test_paths_are_read_where_they_lie(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(90))
    (tmp_path / "b.PNG").write_bytes(png(10))
    column = column_of("photo", "VARCHAR", [str(path), str(tmp_path / "b.PNG")])
    assert Image.refuses(column) is None
    encoder = Image(column="photo").fit(column)
    found = encoder.encode(pa.array([str(path), str(tmp_path / "none.png"), None]))
    assert found.slots["photo"][0, 0, 1, 1] == 90
    assert found.bad is not None
    assert found.bad.tolist() == [False, True, False]


@pytest.mark.parametrize(
    "broken",
    [b"", b"no image", png(3)[:40], png(90, size=(300, 300))[:-200], b"<svg></svg>"],
    ids=["empty", "text", "header", "cut", "svg"],
)
def test_a_broken_image_is_told(broken: bytes) -> None:
    found = fitted(FILES).encode(pa.array([FILES[0], broken]))
    assert found.bad is not None
    assert found.bad.tolist() == [False, True]
    assert found.why == "is no image that can be read"


def test_an_image_as_large_as_a_bomb_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, large = fitted(FILES), png(90, size=(60, 60))
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 3_000)
    found = encoder.encode(pa.array([large]))
    assert found.bad is not None
    assert found.bad.all()


def test_missing_images_are_black_and_told() -> None:
    encoder = fitted([*FILES, None])
    assert [slot.name for slot in encoder.slots] == ["photo", "photo:missing"]
    found = encoder.encode(pa.array([None, FILES[0]]))
    assert found.slots["photo:missing"].tolist() == [1.0, 0.0]
    assert not found.slots["photo"][0].any()
    assert found.counts == {"missing": 1}


def test_columns_without_images_are_refused() -> None:
    assert Image.refuses(column_of("name", "VARCHAR", ["UA", "AA"])) == "holds no paths of images"
    broken = column_of("photo", "BLOB", [b"x", b"y"])
    assert Image.refuses(broken) == "holds no images that can be read"
    with pytest.raises(
        DataError, match="column 'photo' has no image that can be read in the first 64 looked at"
    ):
        Image(column="photo").fit(broken)


def test_handwritten_digits(data: Callable[[str], Path]) -> None:
    images = parquet.read_table(data("mnist/test.parquet"), columns=["image"])["image"].slice(0, 200)
    column = column_of("image", "BLOB", images.combine_chunks())
    assert Image.refuses(column) is None
    encoder = Image(column="image").fit(column)
    assert encoder.slots[0].shape == (1, 28, 28)
    pixels = encoder.encode(images.combine_chunks()).slots["image"]
    assert 20 < pixels.mean() < 50  # white on black
    assert np.unique(pixels.reshape(200, -1), axis=0).shape[0] == 200
