"""Fitted miners that were kept: what is damaged or unknown is refused."""

import json

import pyarrow as pa
import pytest

from thalweg.core.errors import BundleError, DataError
from thalweg.deployment.mined import load_mined, mined_columns, needed, save_mined, signature, with_mined
from thalweg.mine.topic_weights import FittedTopics

TOPICS = FittedTopics(
    inputs={"text": "VARCHAR"},
    name="topic",
    column="text",
    words=("a", "bb"),
    rarity=(1.0, 1.5),
    topics=((0.0, 1.0),),
)


def test_what_is_kept_comes_back(tmp_path):
    save_mined(tmp_path / "mined.json", [TOPICS])
    assert load_mined(tmp_path / "mined.json") == (TOPICS,)


@pytest.mark.parametrize(
    "stored",
    [[{"kind": "tea_leaves"}], [{"kind": "profile"}], [{"kind": "topics", "name": "x"}], [{}], ["x"]],
)
def test_what_is_not_known_is_refused(tmp_path, stored):
    (tmp_path / "mined.json").write_text(json.dumps(stored))
    with pytest.raises(BundleError, match=r"mined.json does not hold fitted miners that this program knows"):
        load_mined(tmp_path / "mined.json")


def test_columns_are_added_and_the_type_is_that_of_training():
    batch = pa.RecordBatch.from_pydict(
        {"text": pa.array(["bb", "x"]).dictionary_encode(), "topic_1": ["old", "old"]}
    )
    assert with_mined([TOPICS], batch)["topic_1"].to_pylist() == [1.0, 0.0]
    assert with_mined([], batch) is batch
    with pytest.raises(DataError, match="column 'text': expected VARCHAR as in training, received int64"):
        mined_columns([TOPICS], pa.RecordBatch.from_pydict({"text": [1, 2]}))
    with pytest.raises(DataError, match=r"no column 'text', of which .* did you mean 'Text'"):
        mined_columns([TOPICS], pa.RecordBatch.from_pydict({"Text": ["a"]}))


def test_only_what_is_used_is_asked_for():
    assert needed([TOPICS], ["km"]) == ()
    assert needed([TOPICS], ["km", "topic_1"]) == (TOPICS,)
    inputs = {"km": "DOUBLE", "topic_1": "DOUBLE"}
    assert signature([TOPICS], inputs) == {"km": "DOUBLE", "text": "VARCHAR"}
