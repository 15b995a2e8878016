"""What every kind of feature promises, on every type that it accepts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from tests.features.conftest import column_of, png, tone
from thalweg.core.component import kinds, parse
from thalweg.core.errors import DataError
from thalweg.features.encoders import DTYPES, EncodedBatch, encode_batch, layout_of, restore, stored
from thalweg.features.feature import Encoder, Feature

ROWS = 5_000
CHANCE = np.random.default_rng(0)
START = datetime(2012, 2, 28, 23, 30)


def some(values: list, missing: bool = True, rows: int = ROWS) -> list:
    """Many draws from some values, a tenth of them missing."""
    drawn = [values[i] for i in CHANCE.integers(0, len(values), rows)]
    gone = CHANCE.random(rows) < 0.1
    return [None if missing and lost else value for value, lost in zip(drawn, gone, strict=True)]


MOMENTS = [START + timedelta(minutes=int(m)) for m in CHANCE.integers(0, 10**6, 900)]
VALUES: dict[str, pa.Array] = {
    "DOUBLE": pa.array(some(CHANCE.normal(50, 9, 700).tolist())),
    "FLOAT": pa.array(some([0.0, -0.0, 1.5, 1e30, -7.25]), pa.float32()),
    "BIGINT": pa.array(some([0, 1, 2, 5, 8, 2**53 + 1, -40])),
    "UTINYINT": pa.array(some([0, 7, 255]), pa.uint8()),
    "UBIGINT": pa.array(some([0, 3, 2**64 - 1]), pa.uint64()),
    "HUGEINT": pa.array(some([Decimal(2**70), Decimal(-3), Decimal(9)]), pa.decimal128(38, 0)),
    "DECIMAL(10,2)": pa.array(
        some([Decimal("1.25"), Decimal("-7.00"), Decimal("99.99")]), pa.decimal128(10, 2)
    ),
    "VARCHAR": pa.array(some(["", "a", "Zürich", "深泓线", "a "])),
    "ENUM('x', 'y')": pa.array(some(["x", "y"])).dictionary_encode(),
    "BOOLEAN": pa.array(some([True, False])),
    "DATE": pa.array(some([moment.date() for moment in MOMENTS]), pa.date32()),
    "TIMESTAMP": pa.array(some(MOMENTS), pa.timestamp("us")),
    "TIMESTAMP_NS": pa.array(some(MOMENTS), pa.timestamp("ns")),
    "TIMESTAMP WITH TIME ZONE": pa.array(
        some([m.replace(tzinfo=UTC) for m in MOMENTS]), pa.timestamp("us", "UTC")
    ),
    "DOUBLE[]": pa.array(some([[0.5, None, 2.0], [7.0], [1.0, 2.5], [-3.0] * 4])),
    "UTINYINT[2]": pa.array(some([[0, 255], [3, 3], [3, 4]]), pa.list_(pa.uint8(), 2)),
    'STRUCT("a b" DOUBLE, c BIGINT)[]': pa.array(
        some([[{"a b": 1.5, "c": 3}], [{"a b": None, "c": 4}, {"a b": 0.0, "c": 2}], [{"a b": 9.0, "c": 1}]]),
        pa.list_(pa.struct({"a b": pa.float64(), "c": pa.int64()})),
    ),
    "VARCHAR[]": pa.array(some([["a"], ["b", "a"], [], ["c", "b", "a"]])),
    "BLOB": pa.array(some([png(shade) for shade in (1, 90, 200, 255)]), pa.binary()),
    "blob": pa.array(
        some([tone(hertz, 0.05) for hertz in (200, 900, 3000)], rows=600), pa.binary()
    ),  # other files
}


def foreign(kind: type[Feature], type: str) -> bool:
    """Whether values are another kind's files, or texts that are no paths: test_image and test_audio have some."""
    if "vector" in kind.blocks or "set" in kind.blocks:
        return type == "DOUBLE[]" or not type.endswith(
            "]"
        )  # lists of several lengths, texts without a separator
    return kind.accepts("BLOB") and kind.refuses(column_of("x", type, plain(VALUES[type]))) is not None


def plain(values: pa.Array) -> pa.Array:
    """As training columns give them: without a dictionary."""
    return values.dictionary_decode() if isinstance(values, pa.DictionaryArray) else values


CASES = [
    pytest.param(kind, type, id=f"{name}-{type}")
    for name, kind in kinds(Feature).items()
    for type in VALUES
    if kind.accepts(type) and not foreign(kind, type)
]
every_case = pytest.mark.parametrize(("kind", "type"), CASES)


def fitted(kind: type[Feature], type: str, values: pa.Array | None = None) -> Encoder:
    feature = kind.model_validate({"column": "x"})
    return feature.fit(column_of("x", type, plain(VALUES[type] if values is None else values)))


def encoded(encoder: Encoder, values: pa.Array) -> EncodedBatch:
    return encode_batch([encoder], pa.record_batch([values], names=["x"]))


def bits(batch: EncodedBatch) -> bytes:
    return b"".join(values.tobytes() for values in batch.blocks.values())


def flat(batch: EncodedBatch) -> np.ndarray:
    """All inputs of a row side by side, as floats."""
    return np.hstack([values.reshape(len(values), -1).astype(np.float32) for values in batch.blocks.values()])


def test_every_type_is_read_by_some_kind() -> None:
    assert {case.values[1] for case in CASES} == set(VALUES)


@pytest.mark.parametrize("kind", kinds(Feature).values(), ids=list(kinds(Feature)))
def test_the_example_is_written_in_full_and_read_back(kind: type[Feature]) -> None:
    example = kind.example()
    assert parse(Feature, example.written()) == example
    assert parse(Feature, {kind.kind: example.column}) == kind.model_validate({"column": example.column})


@every_case
def test_blocks_fit_the_layout(kind: type[Feature], type: str) -> None:
    encoder = fitted(kind, type)
    batch, layout = encoded(encoder, VALUES[type]), layout_of([encoder])
    numbers, categories = layout.of("numbers"), layout.of("categories")
    assert batch.blocks["numbers"].shape == (len(VALUES[type]), len(numbers))
    assert batch.blocks["numbers"].dtype == np.float32
    assert batch.blocks["categories"].shape == (len(VALUES[type]), len(categories))
    assert batch.blocks["categories"].dtype == np.int32
    assert layout.slots
    for slot in layout.tensors:
        assert batch.blocks[slot.key].shape == (len(VALUES[type]), *slot.shape)
        assert batch.blocks[slot.key].dtype == DTYPES[slot.block]
    assert np.isfinite(batch.blocks["numbers"]).all()
    assert not batch.bad.any()
    for place, slot in enumerate(categories):
        codes = batch.blocks["categories"][:, place]
        assert slot.cardinality is not None
        assert 0 <= codes.min() <= codes.max() < slot.cardinality
    for slot in numbers:
        assert slot.bins is None or (len(slot.bins) >= 2 and (np.diff(slot.bins) > 0).all())


@every_case
def test_values_that_differ_in_training_differ_when_encoded(kind: type[Feature], type: str) -> None:
    batch = encoded(fitted(kind, type), VALUES[type])
    assert len(np.unique(flat(batch), axis=0)) >= min(3, len(set(map(str, VALUES[type].to_pylist()))))


@every_case
def test_json_round_trip_gives_the_same_encoder_and_bits(kind: type[Feature], type: str) -> None:
    encoder = fitted(kind, type)
    (again,) = restore(json.loads(json.dumps(stored([encoder]), allow_nan=False)))
    assert again == encoder
    assert again.slots == encoder.slots
    assert bits(encoded(again, VALUES[type])) == bits(encoded(encoder, VALUES[type]))


@every_case
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_the_size_of_a_batch_does_not_matter(kind: type[Feature], type: str, size: int) -> None:
    encoder = fitted(kind, type)
    rows = min(len(VALUES[type]), 400 * size)
    parts = [encoded(encoder, VALUES[type].slice(at, min(size, rows - at))) for at in range(0, rows, size)]
    whole = encoded(encoder, VALUES[type].slice(0, rows))
    for block, values in whole.blocks.items():
        assert np.concatenate([part.blocks[block] for part in parts]).tobytes() == values.tobytes()
    for what, count in whole.counts.get("x", {}).items():
        assert sum(part.counts.get("x", {}).get(what, 0) for part in parts) == count


@every_case
def test_a_slice_with_an_offset_is_read_from_its_offset(kind: type[Feature], type: str) -> None:
    encoder = fitted(kind, type)
    slice = VALUES[type].slice(13, 500)
    copied = pa.concat_arrays([plain(slice)])
    assert bits(encoded(encoder, slice)) == bits(encoded(encoder, copied))


@every_case
def test_an_empty_batch_gives_empty_blocks(kind: type[Feature], type: str) -> None:
    encoder = fitted(kind, type)
    batch = encoded(encoder, VALUES[type].slice(0, 0))
    assert {len(values) for values in batch.blocks.values()} == {0}
    assert batch.bad.shape == (0,)
    assert batch.counts == {}


@every_case
def test_a_batch_without_any_value_is_missing_throughout(kind: type[Feature], type: str) -> None:
    encoder = fitted(kind, type)
    typed = encoded(encoder, plain(VALUES[type]).filter(VALUES[type].is_null()).slice(0, 9))
    untyped = encoded(encoder, pa.nulls(9))
    assert bits(typed) == bits(untyped)
    assert typed.counts == untyped.counts == {"x": {"missing": 9}}
    assert np.isfinite(typed.blocks["numbers"]).all()
    assert len(np.unique(flat(typed), axis=0)) == 1


@every_case
def test_missing_is_told_from_every_value(kind: type[Feature], type: str) -> None:
    encoder = fitted(kind, type)
    batch = encoded(encoder, VALUES[type])
    missing = VALUES[type].is_null().to_numpy(zero_copy_only=False)
    rows = flat(batch)
    gone = rows[missing][0]
    assert not (rows[~missing] == gone).all(axis=1).any()


@every_case
def test_missing_that_training_never_saw_is_counted_apart(kind: type[Feature], type: str) -> None:
    whole = plain(VALUES[type]).drop_null()
    encoder = fitted(kind, type, whole)
    batch = encoded(encoder, pa.concat_arrays([whole.slice(0, 20), pa.nulls(4, whole.type)]))
    told = {
        what: n for what, n in batch.counts["x"].items() if what not in ("rare", "empty", "gaps", "hashed")
    }
    assert told == {"missing_unseen": 4}
    assert not batch.bad.any()
    assert not [slot for slot in encoder.slots if slot.name.endswith(":missing")]


@every_case
def test_the_rows_of_other_types_are_refused(kind: type[Feature], type: str) -> None:
    encoder = fitted(kind, type)
    wrong = pa.array([[1, 2]]) if type in ("VARCHAR", "ENUM('x', 'y')") else pa.array(["12"])
    with pytest.raises(DataError, match=r"column 'x': expected .* as in training, received (list|string)"):
        encoded(encoder, wrong)


@pytest.mark.parametrize("kind", kinds(Feature).values(), ids=list(kinds(Feature)))
def test_a_column_of_another_type_or_without_values_is_not_fitted(kind: type[Feature]) -> None:
    with pytest.raises(DataError, match=rf"column 'x' can't be read as a {kind.kind}: it is STRUCT"):
        kind.model_validate({"column": "x"}).fit(column_of("x", "STRUCT(a INTEGER)", pa.nulls(0)))
    type = next(type for type in VALUES if kind.accepts(type))
    empty = column_of("x", type, pa.nulls(5, plain(VALUES[type]).type))
    with pytest.raises(DataError, match="column 'x' has no values in the 5 training rows") as raised:
        kind.model_validate({"column": "x"}).fit(empty)
    assert raised.value.hint == "leave it out with: model: {exclude: [x]}"
    assert kind.refuses(empty) == "has no values in the 5 training rows"


def test_chunked_input_gives_the_same_bits_as_whole() -> None:
    table = pa.table({"x": pa.chunked_array([VALUES["DOUBLE"].slice(0, 11), VALUES["DOUBLE"].slice(11)])})
    encoder = fitted(kinds(Feature)["number"], "DOUBLE")
    parts = [encode_batch([encoder], batch) for batch in table.to_batches()]
    assert len(parts) == 2
    joined = np.concatenate([part.blocks["numbers"] for part in parts])
    assert joined.tobytes() == encoded(encoder, VALUES["DOUBLE"]).blocks["numbers"].tobytes()
