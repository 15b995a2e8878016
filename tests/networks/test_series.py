"""Networks of series: what they look at, and how far back."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.dlinear import DLinear
from thalweg.networks.temporal import Temporal


def series(values: Tensor) -> Tensor:
    """Values (B, T) as whole series (B, T, 2)."""
    return torch.stack([values, torch.ones_like(values)], 2)


def slot(steps: int) -> Slot:
    return Slot(name="v", block="series", shape=(steps, 2))


@pytest.mark.parametrize(
    ("steps", "kernel"), [(1, 3), (2, 2), (5, 3), (6, 3), (13, 3), (14, 3), (96, 3), (96, 7)]
)
def test_the_latest_step_sees_the_first(steps: int, kernel: int) -> None:
    torch.manual_seed(0)
    reader = Temporal(channels=8, kernel=kernel).reader(slot(steps))
    x = series(torch.randn(4, steps)).requires_grad_()
    reader(x).sum().backward()
    assert x.grad is not None
    assert x.grad[:, :, 0].abs().sum(0).gt(0).all()


def test_levels_double_how_far_back_a_step_sees() -> None:
    """1 + 2 (kernel − 1) (2ⁿ − 1) steps of n levels."""
    torch.manual_seed(0)
    for levels, back in ((1, 5), (2, 13), (3, 29)):
        x = series(torch.randn(16, 40)).requires_grad_()
        Temporal(channels=8, levels=levels).reader(slot(40))(x).sum().backward()
        assert x.grad is not None
        seen = x.grad[:, :, 0].abs().sum(0) > 0
        assert seen.nonzero()[0].item() == 40 - back


def test_a_step_does_not_see_what_comes_after() -> None:
    torch.manual_seed(0)
    reader = Temporal(channels=8).reader(slot(20))
    x = series(torch.randn(3, 20))
    states: list[Tensor] = []
    for level in reader.levels:  # type: ignore[union-attr]
        level.register_forward_hook(lambda _module, _inputs, state: states.append(state))
    reader(x)
    before = states.copy()
    states.clear()
    x[:, 12:, 0] += 1.0
    reader(x)
    for one, other in zip(before, states, strict=True):
        assert torch.equal(one[..., :12], other[..., :12])
        assert not torch.equal(one[..., 12:], other[..., 12:])


def test_a_series_with_room_before_it_is_read_as_a_shorter_one() -> None:
    torch.manual_seed(0)
    reader = Temporal(channels=8, levels=3).reader(slot(10)).eval()
    values = series(torch.randn(2, 10))
    wide = torch.cat([torch.zeros(2, 6, 2), values], 1)
    torch.testing.assert_close(reader(wide), reader(values))


def test_trend_and_rest_are_a_moving_average_and_what_it_leaves() -> None:
    reader = DLinear(window=3).reader(slot(4))
    x = series(torch.tensor([[3.0, 6.0, 0.0, 9.0], [7.0, 7.0, 2.0, 4.0]]))
    x[1, :2, 1] = 0.0  # no steps
    trend, rest, there = reader(x).unflatten(1, (4, 3)).unbind(2)
    assert trend.tolist() == [[4.5, 3.0, 5.0, 4.5], [0.0, 0.0, 3.0, 3.0]]
    assert rest.tolist() == [[-1.5, 3.0, -5.0, 4.5], [0.0, 0.0, -1.0, 1.0]]
    assert there.tolist() == [[1, 1, 1, 1], [0, 0, 1, 1]]


def test_without_layers_outputs_are_linear_in_the_steps() -> None:
    torch.manual_seed(0)
    module = DLinear().build(Layout(slots=(slot(30),)), 5).eval()
    one, other = torch.randn(2, 30), torch.randn(2, 30)
    empty = {"numbers": torch.zeros(2, 0), "categories": torch.zeros(2, 0, dtype=torch.long)}
    at = lambda values: module({**empty, "series:v": series(values)})  # noqa: E731
    torch.testing.assert_close(
        at(one) + at(other) - at(one + other), at(torch.zeros(2, 30)), atol=1e-5, rtol=1e-5
    )
