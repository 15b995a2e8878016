from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.modules.fields import Fields
from thalweg.networks.modules.knots import Knots

EDGES = (-1.0, 0.0, 0.5, 2.0)
X = Slot(name="x", block="numbers", bins=EDGES)
SIN = Slot(name="sin", block="numbers")
AGE = Slot(name="age", block="numbers", bins=(0.0, 1.0, 3.0), absolute=True)
DAY = Slot(name="day", block="categories", cardinality=4, absolute=True)
KIND = Slot(name="kind", block="categories", cardinality=3)


def fields(*slots: Slot, width: int = 2, forget: float = 0.0, unseen: float = 0.0) -> Fields:
    torch.manual_seed(0)
    return Fields(Layout(slots=slots), width, decay=1.0, forget=forget, unseen=unseen)


def batch(numbers: list[list[float]], categories: list[list[int]]) -> dict[str, Tensor]:
    return {
        "numbers": torch.tensor(numbers).reshape(len(categories), -1),
        "categories": torch.tensor(categories, dtype=torch.int64).reshape(len(categories), -1),
    }


@given(st.lists(st.floats(-1, 2, width=32), min_size=1, max_size=20))
def test_a_number_is_interpolated_between_its_edges(values: list[float]):
    module = fields(X)
    heights = torch.tensor([9.0, 1.0, -2.0, 4.0, 0.5])  # the first is of unknown values
    with torch.no_grad():
        module.table.copy_(heights.unsqueeze(1).expand(-1, 2))
        module.slope.zero_()
        module.shift.zero_()
    found = module(batch([[v] for v in values], [[]] * len(values)))
    expected = np.interp(values, EDGES, heights[1:].numpy())
    np.testing.assert_allclose(found.detach().numpy()[:, 0, 0], expected, atol=1e-5)


def test_the_start_is_linear():
    module = fields(X)
    values = torch.tensor([-1.0, 0.25, 2.0])
    found = module(batch([[float(v)] for v in values], [[]] * 3)).squeeze(1)
    torch.testing.assert_close(found, values[:, None] * module.slope + module.shift)


def test_a_value_outside_the_training_rows_is_unknown():
    module = fields(X, SIN)
    with torch.no_grad():
        module.table[0] = 7.0
    found = module(batch([[-1.01, 50.0], [2.01, 50.0], [2.0, 50.0]], [[]] * 3))
    torch.testing.assert_close(found[:2, 0], (module.shift[0] + 7.0).expand(2, -1))
    assert not torch.allclose(found[2, 0], found[1, 0])
    assert torch.equal(
        found[:, 1], (50 * module.slope[1] + module.shift[1]).expand(3, -1)
    )  # no range is known


def test_edges_of_several_numbers_are_kept_apart():
    knots = Knots([X, AGE])
    numbers = torch.tensor([[-1.0, 0.0], [0.6, 2.0], [2.0, 3.0]])
    below, above, share = knots(numbers, knots.inside(numbers))
    assert knots.rows == 5 + 4
    assert below.tolist() == [[1, 6], [3, 7], [3, 7]]
    assert above.tolist() == [[2, 7], [4, 8], [4, 8]]
    assert share.tolist() == [[0, 0], [pytest.approx(0.1 / 1.5), 0.5], [1, 1]]
    below, above, share = knots(numbers, torch.zeros(3, 2, dtype=torch.bool))
    assert below.tolist() == above.tolist() == [[0, 5]] * 3
    assert share.tolist() == [[0, 0]] * 3


def test_categories_come_after_numbers_each_with_rows_of_its_own():
    module = fields(KIND, X, DAY)
    found = module(batch([[0.0]] * 3, [[2, 3], [2, 0], [0, 0]]))
    assert found.shape == (3, 3, 2)
    start = module.knots.rows
    assert torch.equal(found[:, 1], module.table[[start + 2, start + 2, start]])
    assert torch.equal(found[:, 2], module.table[[start + 6, start + 3, start + 3]])


def test_what_tells_the_time_is_forgotten_together_and_in_training_only():
    module = fields(X, AGE, SIN, DAY, KIND, forget=0.5)
    given = batch([[0.5, 2.0, 1.0]] * 400, [[3, 2]] * 400)
    whole = module.eval()(given)
    assert (whole == whole[0]).all()
    found = module.train()(given)
    kept = (found == whole[0]).all(2)  # which fields (x, age, sin, day, kind) of each row are as they were
    assert kept[:, [0, 2, 4]].all()
    assert torch.equal(kept[:, 1], kept[:, 3])
    assert 0.4 < kept[:, 1].float().mean() < 0.6
    gone = module.eval()(batch([[0.5, 99.0, 1.0]], [[0, 2]]))[0]
    assert torch.equal(found[~kept[:, 1]][0], gone)  # the same as a time to come


def test_categories_are_taken_as_unseen_one_by_one():
    module = fields(DAY, KIND, unseen=0.3)
    given = batch([], [[3, 2]] * 2000)
    found, unseen = module(given), module.eval()(batch([], [[0, 0]]))[0]
    gone = (found == unseen).all(2)
    assert gone.float().mean(0).tolist() == pytest.approx([0.3, 0.3], abs=0.05)
    assert (gone[:, 0] & gone[:, 1]).float().mean().item() == pytest.approx(0.09, abs=0.03)


def test_embeddings_fade_and_states_say_so():
    module = fields(X, KIND)
    assert module.decay == 1.0
    assert {name for name, _ in module.named_parameters()} == {"table", "slope", "shift"}
