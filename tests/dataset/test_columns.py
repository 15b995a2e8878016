"""What is learnt of columns: training rows only, counted exactly, sampled the same on any number of threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from thalweg.core.errors import ComponentError
from thalweg.dataset import columns as subject
from thalweg.dataset.columns import training_column, training_columns
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.table import Table


def test_counts_of_the_census_are_those_of_its_training_rows(
    census: Table, people: dict[str, pa.Array]
) -> None:
    training = np.flatnonzero(people["__split"].to_numpy() == 0)
    found = training_columns(census)
    assert list(found) == list(census.columns)
    for name, column in found.items():
        values = people[name].take(pa.array(training))
        known = Counter(values.drop_null().to_pylist())
        assert (column.rows, column.nulls) == (len(training), values.null_count)
        assert column.distinct == len(known)
        assert Counter(column.sample.to_pylist()) == Counter(values.to_pylist())
        ranked = sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))
        assert column.counts(5) == ranked[:5]
        assert column.counts(10**6) == ranked
    assert found["workclass"].nulls > 100


def test_samples_of_all_columns_are_of_the_same_rows(make_table: Callable[..., Table]) -> None:
    numbers = np.random.default_rng(0).permutation(5_000)
    found = training_columns(
        make_table("t", {"a": numbers, "b": numbers * 2, "c": [f"{n}" for n in numbers]})
    )
    assert found["a"].sample.to_numpy().tolist() != numbers.tolist()
    assert (found["b"].sample.to_numpy() == 2 * found["a"].sample.to_numpy()).all()
    assert [int(text) for text in found["c"].sample.to_pylist()] == found["a"].sample.to_pylist()


def test_a_table_larger_than_the_sample(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "SAMPLE", 1_000)
    monkeypatch.setattr(subject, "FEW", 500)
    rows = np.arange(30_000)
    table = make_table("t", {"few": rows % 7, "many": rows, "__split": rows % 3})
    found = training_columns(table)
    assert len(found["few"].sample) == len(found["many"].sample) == 1_000
    assert (found["many"].sample.to_numpy() % 3 == 0).all()
    assert found["few"].distinct == 7
    assert found["many"].distinct == pytest.approx(10_000, rel=0.1)
    assert found["many"].sample.to_numpy().mean() == pytest.approx(15_000, rel=0.1)


@pytest.mark.parametrize("threads", [1, 4])
def test_the_sample_does_not_depend_on_threads_or_order(
    threads: int, tmp_path: Path, table_of: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "SAMPLE", 2_000)
    rows = np.random.default_rng(threads).permutation(50_000)
    with DuckDB(memory="256MB", threads=threads).open(tmp_path / "scratch") as session:
        table = table_of(session, "t", {"x": rows * 3, "__row": rows})
        sample = training_column(table, "x").sample.to_numpy()
    from thalweg.dataset.sampling import keys

    expected = np.argsort(keys(np.arange(50_000)), kind="stable")[:2_000] * 3
    assert sample.tolist() == expected.tolist()


def test_no_row_of_validation_or_test_is_looked_at(make_table: Callable[..., Table]) -> None:
    part = [0, 1, 2, None] * 50
    seen = make_table("one", {"x": list(range(200)), "__split": part})
    other = [x if split == 0 else 10**6 + x for x, split in zip(range(200), part, strict=True)]
    changed = make_table("two", {"x": other, "__split": part})
    one, two = training_column(seen, "x"), training_column(changed, "x")
    assert one.sample.equals(two.sample)
    assert (one.rows, one.nulls, one.distinct) == (two.rows, two.nulls, two.distinct) == (50, 0, 50)
    assert one.counts(100) == two.counts(100)


def test_types_that_no_encoder_reads_have_no_sample(make_table: Callable[..., Table]) -> None:
    table = make_table(
        "t",
        {
            "bytes": pa.array([b"a", b"b"]),
            "lists": pa.array([[1], [2, 3]]),
            "wide": pa.array([Decimal(2**70), None], pa.decimal128(38, 0)),
            "named": pa.array(["x", None]).dictionary_encode(),
        },
    )
    found = training_columns(table)
    assert len(found["bytes"].sample) == len(found["lists"].sample) == 0
    assert found["lists"].distinct == 0
    assert found["wide"].counts(3) == [(Decimal(2**70), 1)]
    assert found["named"].sample.type == pa.string()
    assert found["named"].counts(3) == [("x", 1)]


def test_an_empty_table_and_an_unknown_column(make_table: Callable[..., Table]) -> None:
    empty = training_column(make_table("none", {"x": pa.array([], pa.int64())}), "x")
    assert (empty.rows, empty.nulls, empty.distinct, len(empty.sample)) == (0, 0, 0, 0)
    assert empty.counts(5) == []
    with pytest.raises(ComponentError, match="table 'one' has no column 'tmep'; did you mean 'temp'"):
        training_column(make_table("one", {"temp": [1]}), "tmep")
