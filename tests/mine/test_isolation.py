import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from thalweg.mine.isolation import Forest, average_path, kept


@pytest.fixture(scope="module")
def grown():
    rng = np.random.default_rng(3)
    points = rng.normal(size=(500, 4))
    forest = IsolationForest(n_estimators=20, random_state=1).fit(points)
    return points, forest, kept(forest)


def test_scores_are_those_of_scikit_learn(grown):
    points, forest, ours = grown
    others = np.random.default_rng(4).normal(size=(300, 4)) * 3
    for rows in (points, others):
        assert np.allclose(ours.scores(rows), -forest.score_samples(rows), rtol=1e-12)


@pytest.mark.parametrize("size", [1, 7, 256])
def test_the_bits_are_the_same_in_any_batch_and_after_json(grown, size):
    points, _, ours = grown
    again = Forest.model_validate_json(ours.model_dump_json())
    assert again == ours
    parts = [again.scores(points[start : start + size]) for start in range(0, len(points), size)]
    assert np.concatenate(parts).tobytes() == ours.scores(points).tobytes()


def test_paths_that_fail_to_find_a_value():
    # Liu 2008: 2 H(n - 1) - 2 (n - 1) / n, with H(i) about ln(i) + 0.5772
    assert average_path(np.array([0, 1, 2])).tolist() == [0.0, 0.0, 1.0]
    assert average_path(np.array([256]))[0] == pytest.approx(10.2448, abs=1e-3)
