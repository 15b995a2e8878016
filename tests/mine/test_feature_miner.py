"""Every miner that can feed the network: columns that were told, for any rows, from training rows alone."""

import numpy as np
import pyarrow as pa
import pytest

from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError
from thalweg.mine.barred import NOTHING, Barred
from thalweg.mine.feature_miner import FeatureMiner
from thalweg.mine.miner import Miner

SETTINGS = {
    "clusters": {"most": 2},
    "anomalies": {"trees": 10, "exclude": ["text"]},
    "topics": {"column": "text", "topics": 2},
}


def columns(rows: int = 300) -> dict[str, object]:
    rng = np.random.default_rng(1)
    group = np.arange(rows) % 2
    words = [["sun beach sand swim warm sea", "snow ski cold ice frost hill"][each].split() for each in group]
    texts = [" ".join(rng.choice(each, 4, replace=False)) for each in words]
    return {"x": group * 9 + rng.normal(size=rows), "y": group * 9 + rng.normal(size=rows), "text": texts}


def fit(kind: str, table, barred=NOTHING):
    miner = parse(Miner, {kind: {"as_features": True, **SETTINGS[kind]}})
    assert isinstance(miner, FeatureMiner)
    return miner, miner.learn(table, barred)[1]


def test_these_can():
    assert {name for name, kind in kinds(Miner).items() if issubclass(kind, FeatureMiner)} == set(SETTINGS)


@pytest.mark.parametrize("kind", SETTINGS)
def test_columns_are_those_told_and_learnt_from_training_rows(make_table, kind):
    data = columns(600)
    split = np.arange(600) // 2 % 2  # the others are validation rows, and far off
    miner, fitted = fit(kind, make_table("t", {**data, "__split": split}))
    far = {**data, "x": np.where(split == 0, data["x"], 1e6), "y": np.where(split == 0, data["y"], -1e6)}
    _, same = fit(kind, make_table("u", {**far, "__split": split}))
    assert same == fitted
    assert tuple(fitted.makes) == miner.makes
    assert set(fitted.makes.values()) <= {"DOUBLE", "VARCHAR"}
    assert type(fitted).model_validate_json(fitted.model_dump_json()) == fitted
    empty = pa.RecordBatch.from_pydict({name: pa.array(values)[:0] for name, values in data.items()})
    for name, values in fitted.apply(empty).items():
        assert len(values) == 0
        assert values.type == {"DOUBLE": pa.float64(), "VARCHAR": pa.string()}[fitted.makes[name]]


def test_a_row_is_of_the_cluster_whose_centre_is_nearest(make_table):
    data = columns()
    _, fitted = fit("clusters", make_table("t", data))
    made = fitted.apply(pa.RecordBatch.from_pydict({name: pa.array(values) for name, values in data.items()}))
    numbers = made["cluster"].to_pylist()
    assert numbers[::2] == numbers[:1] * 150
    assert numbers[1::2] == numbers[1:2] * 150
    assert numbers[0] != numbers[1]
    assert 0 < made["cluster_distance"].to_numpy().mean() < 3


def test_barred_columns_are_not_looked_at(make_table):
    table = make_table("t", columns())
    _, fitted = fit("anomalies", table, Barred({"y": "it is the answer"}))
    assert set(fitted.inputs) == {"x"}
    miner = parse(Miner, {"anomalies": {"columns": ["x", "y"], "trees": 10}})
    with pytest.raises(ComponentError, match="column 'y' can't feed the network: it is the answer; leave"):
        miner.learn(table, Barred({"y": "it is the answer"}))
    assert set(miner.learn(table, Barred(unasked=frozenset({"y"})))[1].inputs) == {"x", "y"}


def test_too_few_rows_and_no_groups(make_table):
    few = make_table("t", {"x": [1.0, 2.0, 4.0, 7.0] * 4})
    with pytest.raises(
        ComponentError, match=r"anomalies need at least 20 training rows to feed .*there are 16"
    ):
        parse(Miner, {"anomalies": {"trees": 10}}).learn(few, NOTHING)
    none = make_table("u", {"x": [float(n) for n in range(30)]})
    with pytest.raises(ComponentError, match="k-means finds no groups in 30 training rows"):
        parse(Miner, {"clusters": {"least": 40, "most": 40}}).learn(none, NOTHING)
