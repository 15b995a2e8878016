import numpy as np
import pytest

from thalweg.core.component import parse
from thalweg.mine.barred import NOTHING
from thalweg.mine.miner import Miner


def two_pairs(rows: int = 800) -> dict[str, np.ndarray]:
    """Two columns that go together, twice; in row 7 one pair does not, each of whose values is usual."""
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, rows))
    first[7] = 1.0
    columns = {
        "a": first,
        "b": first + 0.05 * rng.normal(size=rows),
        "c": second,
        "d": -second + 0.05 * rng.normal(size=rows),
    }
    columns["b"][7] = -1.5
    return columns


def test_a_row_that_does_not_follow_is_found_with_the_reason(make_table):
    miner = parse(Miner, {"anomalies": {"method": "autoencoder"}})
    finding, fitted = miner.learn(make_table("t", two_pairs()), NOTHING)  # type: ignore[attr-defined]
    first = finding.facts["anomalies"][0]
    assert first["row"] == 7
    assert first["score"] > finding.facts["threshold"]
    assert {reason["column"] for reason in first["reasons"][:2]} <= {"a", "b", "c"}
    assert sum(reason["fall"] for reason in first["reasons"]) <= 1.0
    assert finding.sentences[1].startswith("Row 7 (score ")
    again = type(fitted).model_validate_json(fitted.model_dump_json())
    assert again == fitted


@pytest.mark.parametrize("seed", [1])
def test_nothing_is_found_where_columns_are_in_disorder(make_table, in_disorder, seed):
    table = make_table("t", in_disorder(two_pairs(), seed))
    finding = parse(Miner, {"anomalies": {"method": "autoencoder"}}).mine(table)
    assert (finding.facts["found"], finding.charts, finding.grids) == (0, (), ())
    assert finding.facts["method"] == "autoencoder"


def test_the_same_seed_gives_the_same_weights(make_table):
    columns = {name: values[:60] for name, values in two_pairs().items()}
    once, twice, other = (
        parse(Miner, {"anomalies": {"method": "autoencoder", "seed": seed}})
        .learn(make_table(f"t{place}", columns), NOTHING)[1]  # type: ignore[attr-defined]
        .model_dump_json()
        for place, seed in enumerate((1, 1, 2))
    )
    assert once == twice
    assert once != other


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="'isolation_forest' or 'autoencoder'"):
        parse(Miner, {"anomalies": {"method": "pca"}})
