"""A number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thalweg.core.errors import DataError
from thalweg.engines.types import is_number
from thalweg.features.feature import TrainingColumn
from thalweg.tasks import scores
from thalweg.tasks.choose import did_you_mean_task
from thalweg.tasks.learnable import require_values
from thalweg.tasks.task import Monitor, Target, Task

if TYPE_CHECKING:
    from torch import Tensor

Error = Literal["mse", "mae", "huber"]
FINEST = 1e-3  # of a standard deviation: float32 must tell values apart to this


class NumberTarget(Target):
    """One value. y and p are in the column's own unit.

    The network learns (y − mean) / scale, or that of log(1 + y), where `log` is set.
    """

    outcome = "value"

    mean: float
    scale: float
    log: bool = False
    error: Error = "mse"

    @property
    def width(self) -> int:
        return 1

    def encode(self, values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        y = as_floats(values, self.column)
        unknown = ~np.isfinite(y) | ((y <= -1) if self.log else False)
        return np.where(unknown, 0.0, y).astype(np.float32), unknown

    def loss(self, logits: Tensor, y: Tensor) -> Tensor:
        from torch.nn import functional

        z = logits.squeeze(-1)  # (B, M)
        goal = (
            (((y.log1p() if self.log else y) - self.mean) / self.scale).to(z.dtype).unsqueeze(1).expand_as(z)
        )
        if self.error == "mse":
            return functional.mse_loss(z, goal)
        return functional.l1_loss(z, goal) if self.error == "mae" else functional.huber_loss(z, goal)

    def predict(self, logits: Tensor) -> np.ndarray:
        """The members' mean, taken before the logarithm is undone."""
        z = logits.detach().double().cpu().numpy().mean(axis=1) * self.scale + self.mean
        return np.expm1(z) if self.log else z

    def decode(self, p: np.ndarray) -> dict[str, pa.Array]:
        return {self.column: pa.array(p[:, 0], pa.float64())}

    def metrics(self, y: np.ndarray, p: np.ndarray, weight: np.ndarray | None = None) -> dict[str, float]:
        """Errors in the column's unit; `mape` is NaN where a value is 0, `r2` where all are equal."""
        y = y.astype(np.float64)
        error = p[:, 0] - y
        spread = scores.mean((y - scores.mean(y, weight)) ** 2, weight)
        share = np.abs(error) / np.where(y == 0, np.nan, np.abs(y))
        return {
            "rmse": float(np.sqrt(scores.mean(error**2, weight))),
            "mae": scores.mean(np.abs(error), weight),
            "r2": 1 - scores.ratio(scores.mean(error**2, weight), spread),
            "mape": scores.mean(share, weight),
        }

    @property
    def monitor(self) -> Monitor:
        return Monitor("mae" if self.error == "mae" else "rmse", "lower")


class Number(Task):
    """Predict a number.

    The network learns the value standardised by the training rows; predictions and metrics are in the
    column's unit.
    """

    kind = "number"
    target = NumberTarget
    preference = 10

    loss: Error = "mse"
    """What is made small: squared error, absolute error, or Huber's: squared up to one standard deviation."""
    log: bool = False
    """Learn log(1 + value): for amounts and counts over orders of magnitude. Needs values above −1."""

    @classmethod
    def suits(cls, column: TrainingColumn) -> tuple[bool, str]:
        if not is_number(column.type):
            return False, f"of type {column.type}"
        return column.distinct >= 2, f"of type {column.type} with {column.distinct:,} different values"

    def fit(self, column: TrainingColumn) -> NumberTarget:
        require_values(column)
        if not is_number(column.type):
            raise DataError(
                f"expected numbers in the target {column.name!r} of a {self.kind} task, found {column.type}",
                hint=did_you_mean_task(column, self.kind),
            )
        y = self._learnable(as_floats(column.sample.drop_null(), column.name), column.name)
        return NumberTarget(
            column=column.name,
            type=column.type,
            mean=float(y.mean()),
            scale=float(y.std()),
            log=self.log,
            error=self.loss,
        )

    def _learnable(self, y: np.ndarray, column: str) -> np.ndarray:
        """The finite values, on the scale they are learnt on."""
        y = y[np.isfinite(y)]
        if self.log and len(y) and y.min() <= -1:
            raise DataError(
                f"expected values above -1 in the target {column!r}, to learn its logarithm, found "
                f"{y.min():g}",
                hint="remove `log: true`, or set such rows aside with an `expect` step",
            )
        if not len(y) or y.min() == y.max():
            raise DataError(
                f"expected at least 2 different finite values in the target {column!r}, found "
                f"{len(np.unique(y))}",
                hint="choose another target, or repair the values that are infinite or not a number",
            )
        if np.spacing(np.float32(np.abs(y).max())) > FINEST * y.std():
            raise DataError(
                f"expected values of the target {column!r} that spread about their mean, found "
                f"{y.mean():g} ± {y.std():g}: too fine to be told apart in 32 bits",
                hint=f'learn a difference: derive: {{{column}_less: "{column} - {y.mean():.0f}"}}',
            )
        return np.log1p(y) if self.log else y


def as_floats(values: pa.Array, column: str) -> np.ndarray:
    """Values (B,) as float64, NaN where missing. Raises DataError where they are not numbers."""
    kind = values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise DataError(
            f"expected numbers in column {column!r}, as in training, found {kind}",
            hint="convert the column with a `types` step, or train again on the new type",
        )
    return pc.cast(values, pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)  # type: ignore[attr-defined]
