"""Fitted miners as JSON, and the columns they add to a batch: in training and in prediction, here and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from thalweg.core.component import kind_of, kinds
from thalweg.core.errors import BundleError
from thalweg.core.files import read_json, write_text
from thalweg.features.conform import column_of, conform
from thalweg.mine.feature_miner import FeatureMiner
from thalweg.mine.fitted import Fitted
from thalweg.mine.miner import Miner

MINED_FROM = "of which inputs of the model are mined"


def mined_columns(mined: Iterable[Fitted], batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """The new columns of a batch that has, among others, the inputs of the miners.

    The same row gives the same bits, whatever stands beside it. Raises DataError where a column is missing or has
    another type than in training.
    """
    found: dict[str, pa.Array] = {}
    for each in mined:
        raw = {
            name: conform(name, column_of(batch, name, MINED_FROM), kind)
            for name, kind in each.inputs.items()
        }
        found |= each.apply(pa.RecordBatch.from_pydict(raw))
    return found


def with_mined(mined: Sequence[Fitted], batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with the new columns, which take the place of any that are named like them."""
    if not mined:
        return batch
    raw = dict(zip(batch.schema.names, batch.columns, strict=True))
    return pa.RecordBatch.from_pydict({**raw, **mined_columns(mined, batch)})


def needed(mined: Iterable[Fitted], columns: Iterable[str]) -> tuple[Fitted, ...]:
    """The fitted miners that make some of these columns."""
    wanted = set(columns)
    return tuple(each for each in mined if wanted & set(each.makes))


def signature(mined: Sequence[Fitted], inputs: Mapping[str, str]) -> dict[str, str]:
    """The raw columns, by SQL type, behind these inputs of a network."""
    made = {name for each in mined for name in each.makes}
    raw = {name: kind for name, kind in inputs.items() if name not in made}
    return raw | {name: kind for each in mined for name, kind in each.inputs.items()}


def save_mined(path: Path, mined: Iterable[Fitted]) -> None:
    """Write fitted miners to a JSON file, each with the kind of its miner."""
    named = {kind.fitted: name for name, kind in kinds(Miner).items() if issubclass(kind, FeatureMiner)}
    stored = [{"kind": named[type(each)], **each.model_dump(mode="json")} for each in mined]
    write_text(path, json.dumps(stored, ensure_ascii=False, allow_nan=False) + "\n")


def load_mined(path: Path) -> tuple[Fitted, ...]:
    """Read what `save_mined` wrote. Raises BundleError where it is not such that this program knows."""
    try:
        return tuple(_restored(dict(each)) for each in read_json(path))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(
            f"{path.name} does not hold fitted miners that this program knows: {error}",
            hint="use the version of thalweg that wrote them, or a newer one",
        ) from error


def _restored(fields: dict[str, Any]) -> Fitted:
    kind = cast(type[FeatureMiner], kind_of(Miner, str(fields.pop("kind"))))
    return kind.fitted.model_validate(fields)
