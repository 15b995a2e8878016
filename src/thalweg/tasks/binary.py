"""Yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
import pyarrow as pa
from pydantic import Field

from thalweg.core.errors import ComponentError, DataError
from thalweg.features.feature import TrainingColumn
from thalweg.tasks import calibrators, scores
from thalweg.tasks.choose import did_you_mean_task
from thalweg.tasks.class_weights import ClassWeights, class_weights
from thalweg.tasks.labels import Label, can_be_labels, chosen, indices, label, same
from thalweg.tasks.learnable import require_values
from thalweg.tasks.task import Monitor, Target, Task

if TYPE_CHECKING:
    from torch import Tensor


class BinaryTarget(Target):
    """Two classes; y and p are of the second, the positive one."""

    outcome = "two classes"

    classes: tuple[Label, Label]
    weights: tuple[float, ...] | None = None
    label_smoothing: float = 0.0
    focal: float = 0.0
    slope: float = 1.0
    """Calibration: p = σ(slope × logit(p averaged over members) + intercept)."""
    intercept: float = 0.0

    @property
    def width(self) -> int:
        return 1

    def encode(self, values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        return indices(values, self.classes, self.column, self.type)

    def loss(self, logits: Tensor, y: Tensor) -> Tensor:
        from torch.nn import functional

        z = logits.squeeze(-1)  # (B, M)
        truth = y.to(z.dtype).unsqueeze(1).expand_as(z)
        goal = (
            truth * (1 - self.label_smoothing) + self.label_smoothing / 2 if self.label_smoothing else truth
        )
        if self.weights is None and not self.focal:
            return functional.binary_cross_entropy_with_logits(z, goal)
        loss = functional.binary_cross_entropy_with_logits(z, goal, reduction="none")
        if self.focal:
            loss = loss * (truth - z.sigmoid()).abs() ** self.focal
        if self.weights is not None:
            negative, positive = self.weights
            loss = loss * (negative + (positive - negative) * truth)
        return loss.mean()

    def predict(self, logits: Tensor) -> np.ndarray:
        p = _averaged(logits)
        if (self.slope, self.intercept) != (1.0, 0.0):
            p = calibrators.sigmoid(self.slope * calibrators.logit(p) + self.intercept)
        return p[:, None]

    def calibrate(self, logits: Tensor, y: np.ndarray) -> Self:
        slope, intercept = calibrators.platt(_averaged(logits), y)
        return self.model_copy(update={"slope": slope, "intercept": intercept})

    def decode(self, p: np.ndarray) -> dict[str, pa.Array]:
        positive = p[:, 0]
        said = chosen(self.classes, (positive >= 0.5).astype(np.int64), self.type)
        return {self.column: said, f"{self.column}_probability": pa.array(positive, pa.float64())}

    def metrics(self, y: np.ndarray, p: np.ndarray, weight: np.ndarray | None = None) -> dict[str, float]:
        """Ranking, decisions at 0.5, probabilities; `ece` over 15 bins of p. NaN where not defined."""
        positive, said = p[:, 0], p[:, 0] >= 0.5
        yes = y == 1
        hits = scores.mean((yes & said).astype(np.float64), weight)
        claims = scores.mean(yes.astype(np.float64) + said, weight)
        return {
            "roc_auc": scores.roc_auc(y, positive, weight),
            "pr_auc": scores.pr_auc(y, positive, weight),
            "accuracy": scores.mean((yes == said).astype(np.float64), weight),
            "f1": scores.ratio(2 * hits, claims),
            "log_loss": scores.log_loss(np.where(yes, positive, 1 - positive), weight),
            "brier": scores.mean((positive - yes) ** 2, weight),
            "ece": scores.calibration_error(positive, yes, weight),
            "positive_rate": scores.mean(yes.astype(np.float64), weight),
        }

    @property
    def monitor(self) -> Monitor:
        return Monitor("roc_auc", "higher")


class Binary(Task):
    """Predict which of two values a column has, as a probability.

    The column is a boolean, or any column with exactly two values in its training rows. Trained by
    cross-entropy, judged by the area under the ROC curve, calibrated on the validation rows.
    """

    kind = "binary"
    target = BinaryTarget
    preference = 30

    positive: Label | None = None
    """The value whose probability is given. Without it: true, else the last of the two in sorted order."""
    weights: ClassWeights = "none"
    """How much rows count: `none` alike, `balanced` both classes alike in sum, or a weight for each value."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Move this share of the truth to both classes evenly, against overconfidence."""
    focal: Annotated[float, Field(ge=0)] = 0.0
    """γ of the focal loss (Lin et al., 2017), which turns to the rows that are hard; 0 is cross-entropy."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        """A value alone is the positive one: `{income: {binary: ">50K"}}`."""
        return value if isinstance(value, dict) else {"positive": value}

    @classmethod
    def suits(cls, column: TrainingColumn) -> tuple[bool, str]:
        if not can_be_labels(column.type):
            return False, f"of type {column.type}"
        return column.distinct == 2, f"a column with {column.distinct:,} different values"

    def fit(self, column: TrainingColumn) -> BinaryTarget:
        require_values(column)
        if column.distinct != 2 or not can_be_labels(column.type):
            raise DataError(
                f"expected exactly 2 values in the target {column.name!r} of a {self.kind} task, found "
                f"{column.distinct:,} of type {column.type}",
                hint=did_you_mean_task(column, self.kind),
            )
        rows = {label(value, column.type): count for value, count in column.counts(2)}
        classes = self._ordered(sorted(rows), column.name)
        return BinaryTarget(
            column=column.name,
            type=column.type,
            classes=classes,
            weights=class_weights(self.weights, classes, rows, column.name),
            label_smoothing=self.label_smoothing,
            focal=self.focal,
        )

    def _ordered(self, values: list[Label], column: str) -> tuple[Label, Label]:
        """The two values, the positive one last."""
        if self.positive is None:
            return values[0], values[1]
        match = [value for value in values if same(self.positive, value)]
        if not match:
            raise ComponentError(
                f"positive: expected one of the two values of column {column!r}, {values[0]!r} or "
                f"{values[1]!r}, received {self.positive!r}"
            )
        (other,) = (value for value in values if value != match[0])
        return other, match[0]


def _averaged(logits: Tensor) -> np.ndarray:
    """The positive class's probability (B,), averaged over members."""
    return calibrators.sigmoid(logits.detach().squeeze(-1).double().cpu().numpy()).mean(axis=1)
