import numpy as np
import pytest

from thalweg.core.component import parse
from thalweg.mine.miner import Miner


def three_groups(rows: int = 900) -> dict[str, object]:
    rng = np.random.default_rng(2)
    group = np.arange(rows) % 3
    centres = np.array([[0.0, 0.0, 0.0], [9.0, 9.0, 0.0], [0.0, 9.0, 9.0]])
    points = centres[group] + rng.normal(size=(rows, 3))
    return {
        "x": points[:, 0],
        "y": points[:, 1],
        "z": points[:, 2],
        "colour": np.array(["red", "green", "blue"])[group],
    }


def test_groups_are_found_counted_and_described(make_table):
    finding = parse(Miner, {"clusters": {"most": 5}}).mine(make_table("t", three_groups()))
    means = finding.facts["methods"]["k-means"]
    assert means["found"]
    assert means["clusters"] == 3
    assert means["p"] <= 0.05
    assert means["stability"] > 0.9
    assert sorted(each["rows"] for each in means["described"]) == [300, 300, 300]
    words = {trait["words"] for each in means["described"] for trait in each["traits"]}
    assert "colour = red in 100% (of all 33%)" in words
    assert any(word.startswith("high x (mean 9") for word in words)
    assert sum(sentence.startswith("Cluster ") for sentence in finding.sentences) == 3
    assert finding.facts["methods"]["HDBSCAN"]["clusters"] == 3


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_found_where_columns_are_in_disorder(adult, in_disorder, make_table, seed):
    finding = parse(Miner, {"clusters": {"most": 4, "exclude": ["fnlwgt"]}}).mine(
        make_table("adult", in_disorder(adult, seed))
    )
    assert not any(method["found"] for method in finding.facts["methods"].values())
    assert (finding.charts, finding.grids) == ((), ())
    assert not any(sentence.startswith("Cluster ") for sentence in finding.sentences)


def test_only_training_rows_make_the_groups(make_table):
    columns = three_groups()
    split = (np.arange(900) % 3 == 2).astype(np.int8) * 2
    finding = parse(Miner, {"clusters": {"most": 4}}).mine(make_table("t", {**columns, "__split": split}))
    assert finding.facts["rows"] == 600
    assert finding.facts["methods"]["k-means"]["clusters"] == 2
    assert "600 training rows" in finding.size
