"""What every kind of task promises."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from thalweg.core.component import kinds
from thalweg.core.errors import DataError
from thalweg.tasks.task import Target, Task

VALUES: dict[str, tuple[list[Any], str]] = {
    "binary": (["yes", "no", "no", "yes", "no"] * 8, "VARCHAR"),
    "category": ([3, 5, 3, 9, 5, 5] * 8, "SMALLINT"),
    "number": ([1.5, 20.0, -3.25, 4.0] * 8, "DOUBLE"),
}
every_kind = pytest.mark.parametrize("kind", kinds(Task).values(), ids=kinds(Task))


@pytest.fixture
def fitted(column):
    def fit(kind: type[Task]) -> tuple[Target, pa.Array]:
        values, sql_type = VALUES[kind.kind]
        made = column(values, sql_type)
        return kind.example().fit(made), made.sample

    return fit


@every_kind
def test_a_target_survives_as_json(kind: type[Task], fitted):
    target, _ = fitted(kind)
    stored = json.loads(json.dumps(target.model_dump(mode="json"), allow_nan=False))
    assert kind.target.model_validate(stored) == target
    assert type(target) is kind.target


@every_kind
def test_values_are_encoded_and_missing_ones_marked(kind: type[Task], fitted):
    target, values = fitted(kind)
    y, unknown = target.encode(values)
    assert y.dtype in (np.int64, np.float32)
    assert y.shape == unknown.shape == (len(values),)
    assert not unknown.any()
    _, unknown = target.encode(pa.array([None, values[0].as_py()], values.type))
    assert unknown.tolist() == [True, False]


@every_kind
def test_encoding_does_not_depend_on_the_company(kind: type[Task], fitted):
    target, values = fitted(kind)
    whole, _ = target.encode(values)
    assert np.array_equal(
        whole, np.concatenate([target.encode(values.slice(i, 1))[0] for i in range(len(values))])
    )


@every_kind
def test_the_loss_falls_as_predictions_come_true(kind: type[Task], fitted):
    """Following the gradient leads to predictions that decode to the values themselves."""
    target, values = fitted(kind)
    y, _ = target.encode(values)
    logits = torch.zeros(len(y), 2, target.width, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.5)
    losses = []
    for _ in range(200):
        loss = target.loss(logits, torch.from_numpy(y))
        assert loss.ndim == 0
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < 0.01 < losses[0]
    p = target.predict(logits.detach())
    assert p.dtype == np.float64
    assert p.shape == (len(y), target.width)
    decoded = target.decode(p)
    assert next(iter(decoded)) == "y"
    found = decoded["y"]
    if pa.types.is_floating(found.type):
        np.testing.assert_allclose(found.to_numpy(), values.to_numpy(), atol=0.05)
    else:
        assert found.to_pylist() == values.to_pylist()


@every_kind
def test_a_member_less_or_more_changes_nothing_when_members_agree(kind: type[Task], fitted):
    target, values = fitted(kind)
    y = torch.from_numpy(target.encode(values)[0])
    one = torch.randn(len(values), 1, target.width, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(target.loss(one.expand(-1, 3, -1), y), target.loss(one, y))
    np.testing.assert_allclose(target.predict(one.expand(-1, 3, -1)), target.predict(one), rtol=1e-12)


@every_kind
def test_metrics_count_a_row_as_often_as_its_weight(kind: type[Task], fitted):
    target, values = fitted(kind)
    y, _ = target.encode(values)
    p = target.predict(torch.randn(len(y), 2, target.width, generator=torch.Generator().manual_seed(0)))
    weight = np.random.default_rng(0).poisson(1.0, len(y)).astype(np.float64)
    times = weight.astype(np.int64)
    repeated = target.metrics(np.repeat(y, times), np.repeat(p, times, axis=0))
    weighted = target.metrics(y, p, weight)
    assert weighted.keys() == repeated.keys()
    for name, value in weighted.items():
        assert value == pytest.approx(repeated[name], rel=1e-9), name
    assert target.monitor.metric in weighted


@every_kind
def test_a_target_without_values_is_refused(kind: type[Task], column):
    with pytest.raises(
        DataError, match=r"expected values in the target 'late', found none: .* all 4 training rows"
    ):
        kind.example().fit(column([None] * 4, VALUES[kind.kind][1], "late"))


@every_kind
def test_a_constant_target_is_refused(kind: type[Task], column):
    values, sql_type = VALUES[kind.kind]
    with pytest.raises(
        DataError, match=r"at least 2 different values in the target 'late', found one: .* in 4 tr"
    ):
        kind.example().fit(column([values[0]] * 4, sql_type, "late"))


@every_kind
def test_values_of_another_type_are_refused_later(kind: type[Task], fitted):
    target, _ = fitted(kind)
    with pytest.raises(DataError, match=r"column 'y', as in training, found list"):
        target.encode(pa.array([[1], [2]]))
