"""Shards: what was written is read back, zero-copy, and damage is found and named."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from thalweg.core.errors import StorageError
from thalweg.core.files import atomic_folder, first_damage
from thalweg.dataset.encode import EncodedDataset
from thalweg.dataset.read import read_all
from thalweg.dataset.shards import TargetType, check_shard, open_shard, read_index, row_bytes, write_shard
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout

LAYOUT = Layout(
    slots=(
        Slot(name="a", block="numbers"),
        Slot(name="c", block="categories", cardinality=9),
        Slot(name="b", block="numbers"),
    )
)


def some_rows(layout: Layout, rows: int) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(0)

    def drawn(dtype: type, *width: int) -> np.ndarray:
        return chance.integers(0, 9, (rows, *width)).astype(dtype)

    return {
        "numbers": drawn(np.float32, len(layout.of("numbers"))),
        "categories": drawn(np.int32, len(layout.of("categories"))),
        "target:late": drawn(np.int64),
        "target:delay": drawn(np.float32),
        "__row": drawn(np.int64),
    }


def test_a_shard_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    written = some_rows(LAYOUT, 100)
    (tmp_path / "training").mkdir()
    shard = write_shard(written, tmp_path / "training" / "00000.arrow")
    assert (shard.file, shard.rows) == ("training/00000.arrow", 100)
    found = open_shard(tmp_path, shard)
    assert list(found) == list(written)
    for name, values in found.items():
        assert (values == written[name]).all()
        assert values.dtype == written[name].dtype
        assert not values.flags.owndata
    assert row_bytes(
        LAYOUT, {"late": TargetType(dtype="int64"), "delay": TargetType(dtype="float32")}
    ) == sum(values.nbytes // 100 for values in written.values())
    check_shard(tmp_path, shard)


def test_any_arrow_reader_can_open_a_shard(tmp_path: Path) -> None:
    write_shard(some_rows(LAYOUT, 3), tmp_path / "00000.arrow")
    table = pa.ipc.open_file(tmp_path / "00000.arrow").read_all()
    assert table.schema.field("numbers").type == pa.list_(pa.float32(), 2)
    assert table.schema.field("categories").type == pa.list_(pa.int32(), 1)


def test_blocks_without_slots_are_left_out(tmp_path: Path) -> None:
    only_numbers = Layout(slots=LAYOUT.of("numbers"))
    shard = write_shard(some_rows(only_numbers, 5), tmp_path / "x.arrow")
    assert "categories" not in open_shard(tmp_path.parent, shard)


def test_the_index_says_what_the_dataset_holds(dataset: tuple[Path, EncodedDataset]) -> None:
    folder, made = dataset
    assert read_index(folder) == made.index
    assert made.index.targets == {"income": TargetType(dtype="int64")}
    assert [slot.name for slot in made.index.layout.of("categories")][:2] == ["age:value", "workclass"]


def damaged(dataset: tuple[Path, EncodedDataset], folder: Path, at: int) -> Path:
    """A copy of the dataset with one byte of a shard changed."""
    shutil.copytree(dataset[0], folder)
    path = folder / "training" / "00003.arrow"
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("at", [0, 5_000, -1], ids=["magic", "data", "footer"])
def test_a_changed_byte_is_found_and_the_remedy_told(
    dataset: tuple[Path, EncodedDataset], tmp_path: Path, at: int
) -> None:
    path = damaged(dataset, tmp_path / "copy", at)
    with pytest.raises(StorageError, match=r"00003\.arrow has changed since it was written") as raised:
        read_all(tmp_path / "copy", "training")
    assert str(path) in raised.value.message
    assert raised.value.hint == "make the dataset again with: thalweg run FILE"


def test_a_torn_or_missing_shard_is_found(dataset: tuple[Path, EncodedDataset], tmp_path: Path) -> None:
    folder, made = tmp_path / "copy", dataset[1]
    shutil.copytree(dataset[0], folder)
    shard = made.index.splits["test"][0]
    (folder / shard.file).write_bytes((folder / shard.file).read_bytes()[:1_000])
    with pytest.raises(StorageError, match=r"test/00000\.arrow has changed since it was written"):
        check_shard(folder, shard)
    with pytest.raises(StorageError, match=r"test/00000\.arrow is missing or damaged") as raised:
        open_shard(folder, shard)
    assert "thalweg run" in str(raised.value)
    (folder / shard.file).unlink()
    with pytest.raises(StorageError, match=r"test/00000\.arrow is missing"):
        check_shard(folder, shard)
    with pytest.raises(StorageError, match=r"holds no encoded dataset: dataset\.json is missing"):
        read_index(tmp_path)


def test_a_sealed_dataset_is_whole(dataset: tuple[Path, EncodedDataset], tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "sealed") as folder:
        shutil.copytree(dataset[0], folder, dirs_exist_ok=True)
    assert first_damage(tmp_path / "sealed") is None
    assert not list(tmp_path.glob("sealed/.scatter*"))


def test_a_part_of_a_split_can_be_read(dataset: tuple[Path, EncodedDataset]) -> None:
    folder, made = dataset
    whole, part = read_all(folder, "training"), read_all(folder, "training", limit=700)
    assert len(part["row"]) == 700
    assert {name: values[:700].tobytes() for name, values in whole.items()} == {
        name: values.tobytes() for name, values in part.items()
    }
    assert len(read_all(folder, "test", limit=10**9)["row"]) == made.index.rows("test")


def test_what_codes_stand_for_is_checked_too(dataset: tuple[Path, EncodedDataset], tmp_path: Path) -> None:
    folder, made = tmp_path / "copy", dataset[1]
    shutil.copytree(dataset[0], folder)
    assert made.index.values is not None
    path = folder / made.index.values.file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"values\.arrow has changed since it was written"):
        read_all(folder, "test")
    path.unlink()
    with pytest.raises(StorageError, match=r"values\.arrow is missing"):
        read_all(folder, "test")


def test_shards_hold_codes_of_columns_with_few_values(dataset: tuple[Path, EncodedDataset]) -> None:
    folder, made = dataset
    held = open_shard(folder, made.index.splits["training"][0])
    assert held["codes"].dtype == np.uint16
    assert held["codes"].shape[1] == len(made.index.coded) == 14
    assert "numbers" not in held
    assert "categories" not in held
    coded = [slot for each in made.index.coded for slot in each.slots]
    assert sorted(coded) == sorted(slot.name for slot in made.index.layout.slots)
