"""The loader: every row once an epoch, in an order that depends on seed, epoch and place alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from thalweg.core.errors import StorageError
from thalweg.dataset import loader as subject
from thalweg.dataset.encode import EncodedDataset
from thalweg.dataset.loader import Loader
from thalweg.dataset.order import permutation, shuffled, windows
from thalweg.dataset.read import read_all
from thalweg.dataset.shards import Shard, read_index

SIZE = 96


@pytest.fixture
def folder(dataset: tuple[Path, EncodedDataset]) -> Path:
    return dataset[0]


def loader(folder: Path, **options: Any) -> Loader:
    """Windows of about three shards and blocks of a few batches, so that batches cross both."""
    return Loader(folder, "training", SIZE, **{"seed": 1, "window_rows": 1_500, **options})


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "BLOCK_ROWS", 5 * SIZE)


def rows_of(batches: list[dict[str, Tensor]]) -> list[int]:
    return torch.cat([batch["row"] for batch in batches]).tolist()


def same(one: list[dict[str, Tensor]], other: list[dict[str, Tensor]]) -> bool:
    return len(one) == len(other) and all(
        torch.equal(a[name], b[name]) for a, b in zip(one, other, strict=True) for name in a
    )


def test_an_epoch_gives_every_row_once_with_its_own_values(folder: Path) -> None:
    batches = list(loader(folder))
    stored = read_all(folder, "training")
    place = {row: i for i, row in enumerate(stored["row"].tolist())}
    order = [place[row] for row in rows_of(batches)]
    assert sorted(order) == list(range(len(place)))
    for name, values in stored.items():
        given = torch.cat([batch[name] for batch in batches]).numpy()
        assert (given == values[order]).all()


def test_batches_are_tensors_of_the_promised_types_and_shapes(folder: Path) -> None:
    batches = list(loader(folder))
    layout = loader(folder).index.layout
    assert [len(batch["row"]) for batch in batches[:-1]] == [SIZE] * (len(batches) - 1)
    assert 0 < len(batches[-1]["row"]) <= SIZE
    batch = batches[0]
    assert batch["numbers"].shape == (SIZE, len(layout.of("numbers")))
    assert batch["numbers"].dtype == torch.float32
    assert batch["categories"].shape == (SIZE, len(layout.of("categories")))
    assert batch["categories"].dtype == batch["target:income"].dtype == batch["row"].dtype == torch.int64


def test_the_order_is_a_function_of_seed_and_epoch(folder: Path) -> None:
    orders = {}
    for seed, epoch in ((1, 0), (1, 1), (2, 0), (2**40 + 1, 0)):
        found = loader(folder, seed=seed)
        found.set_epoch(epoch)
        orders[seed, epoch] = tuple(rows_of(list(found)))
    assert len(set(orders.values())) == 4
    again = loader(folder)
    again.set_epoch(1)
    assert tuple(rows_of(list(again))) == orders[1, 1]


def test_a_batch_is_a_sample_of_the_whole(folder: Path) -> None:
    order = np.array(rows_of(list(loader(folder))))
    assert abs(np.corrcoef(order[:-1], order[1:])[0, 1]) < 0.05
    means = [chunk.mean() for chunk in np.array_split(order, 12)]
    assert max(means) - min(means) < 900


@pytest.mark.parametrize("after", [0, 1, 4, 5, 17, 37, "all"])
def test_an_epoch_is_resumed_at_any_batch(folder: Path, after: int | str) -> None:
    undisturbed = loader(folder)
    undisturbed.set_epoch(3)
    batches = list(undisturbed)
    count = len(batches) if after == "all" else int(after)
    stopped = loader(folder)
    stopped.set_epoch(3)
    for _, batch in zip(range(count), stopped, strict=False):
        assert batch["row"].tolist()
    state = stopped.state_dict()
    assert state == {"epoch": 3, "batch": count}
    resumed = loader(folder)
    resumed.load_state_dict(state)
    assert same(list(resumed), batches[count:])


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("world", [2, 4, 5])
def test_any_number_of_workers_sees_the_same_global_batches(folder: Path, world: int, shuffle: bool) -> None:
    alone = list(loader(folder, shuffle=shuffle))
    parts = [list(loader(folder, shuffle=shuffle, rank=rank, world=world)) for rank in range(world)]
    joined = [
        {name: torch.cat([part[name] for part in step]) for name in step[0]}
        for step in zip(*parts, strict=True)
    ]
    assert same(joined, alone)
    sizes = [[len(batch["row"]) for batch in part] for part in parts]
    assert max(max(step) - min(step) for step in zip(*sizes, strict=True)) <= 1


def test_workers_beyond_the_rows_of_a_batch_get_empty_ones(folder: Path) -> None:
    parts = [list(Loader(folder, "training", 2, rank=rank, world=3)) for rank in range(3)]
    assert len({len(part) for part in parts}) == 1
    assert sum(len(batch["row"]) for part in parts for batch in part) == len(
        read_all(folder, "training")["row"]
    )
    empty = parts[0][0]
    assert (len(empty["row"]), empty["numbers"].shape[0]) == (0, 0)


def test_large_rows_are_gathered_in_small_blocks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, gathered = list(loader(folder)), []
    whole = subject.Stream.take

    def take(self: subject.Stream, places: np.ndarray) -> dict[str, np.ndarray]:
        gathered.append(len(places))
        return whole(self, places)

    monkeypatch.setattr(subject.Stream, "take", take)
    monkeypatch.setattr(subject, "WINDOW_BYTES", 2 * SIZE * read_index(folder).row_bytes)
    assert same(list(loader(folder)), expected)
    assert max(gathered) == 2 * SIZE


def test_without_shuffling_rows_come_as_they_lie(folder: Path) -> None:
    found = loader(folder, shuffle=False)
    assert rows_of(list(found)) == read_all(folder, "training")["row"].tolist()


def test_the_last_batch_can_be_left_out(folder: Path) -> None:
    found = loader(folder, drop_last=True)
    batches = list(found)
    assert len(batches) == len(found) == found.rows // SIZE
    assert same(batches, list(loader(folder))[: len(batches)])


def test_a_changed_shard_is_found_before_it_is_used(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    path = tmp_path / "copy" / "training" / "00002.arrow"
    content = bytearray(path.read_bytes())
    content[3_000] ^= 64
    path.write_bytes(content)
    with pytest.raises(
        StorageError, match=r"training/00002\.arrow has changed since it was written"
    ) as raised:
        list(loader(tmp_path / "copy"))
    assert raised.value.hint == "make the dataset again with: thalweg run FILE"


def test_a_folder_without_a_dataset_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="holds no encoded dataset"):
        Loader(tmp_path, "training", 8)


def test_windows_keep_to_their_size_and_cover_all_shards() -> None:
    shards = [Shard(file=f"training/{i}", rows=rows, digest="") for i, rows in enumerate([5, 5, 9, 30, 1, 1])]
    found = windows(shards, 12)
    assert [[shard.rows for shard in window.shards] for window in found] == [[5, 5], [9], [30], [1, 1]]
    assert [(window.start, window.end) for window in found] == [(0, 10), (10, 19), (19, 49), (49, 51)]
    assert windows([], 12) == []
    assert sorted(shard.file for shard in shuffled(shards, 0, 0)) == sorted(shard.file for shard in shards)


def test_permutations_never_change() -> None:
    """A checkpoint of one version is resumed by another: the order is part of the format."""
    assert permutation(8, 7, 3, 1).tolist() == [0, 2, 7, 6, 4, 3, 1, 5]
    assert sorted(permutation(1_000, 7, 3, 1).tolist()) == list(range(1_000))
