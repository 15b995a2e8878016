"""One of several classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field

from thalweg.core.errors import DataError
from thalweg.engines.types import family
from thalweg.features.feature import TrainingColumn
from thalweg.tasks import calibrators, scores
from thalweg.tasks.choose import did_you_mean_task
from thalweg.tasks.class_weights import ClassWeights, class_weights
from thalweg.tasks.labels import Label, can_be_labels, chosen, indices, label
from thalweg.tasks.learnable import require_values
from thalweg.tasks.task import Monitor, Target, Task

if TYPE_CHECKING:
    from torch import Tensor

FEW = {"boolean": 2, "integer": 20, "number": 10, "text": 1000}  # distinct values that read as classes
TOP = 5


class CategoryTarget(Target):
    """K classes in sorted order; y is an index, p (B, K) probabilities."""

    outcome = "classes"

    classes: tuple[Label, ...]
    weights: tuple[float, ...] | None = None
    label_smoothing: float = 0.0
    focal: float = 0.0
    watch: Literal["log_loss", "accuracy", "macro_f1"] = "log_loss"
    temperature: float = 1.0
    """Calibration: p ∝ (p averaged over members)^(1 / temperature)."""

    @property
    def width(self) -> int:
        return len(self.classes)

    def encode(self, values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        return indices(values, self.classes, self.column, self.type)

    def loss(self, logits: Tensor, y: Tensor) -> Tensor:
        from torch.nn import functional

        members = logits.shape[1]
        z, truth = logits.flatten(0, 1), y.repeat_interleave(members)  # (B × M, K), (B × M,)
        if self.weights is None and not self.focal:
            return functional.cross_entropy(z, truth, label_smoothing=self.label_smoothing)
        loss = functional.cross_entropy(z, truth, label_smoothing=self.label_smoothing, reduction="none")
        if self.focal:
            right = z.log_softmax(-1).gather(1, truth.unsqueeze(1)).squeeze(1).exp()
            loss = loss * (1 - right).clamp_min(0.0) ** self.focal
        if self.weights is not None:
            loss = loss * z.new_tensor(self.weights)[truth]
        return loss.mean()

    def predict(self, logits: Tensor) -> np.ndarray:
        p = _averaged(logits)
        return p if self.temperature == 1.0 else calibrators.softmax(np.log(_positive(p)) / self.temperature)

    def calibrate(self, logits: Tensor, y: np.ndarray) -> Self:
        return self.model_copy(update={"temperature": calibrators.temperature(_averaged(logits), y)})

    def decode(self, p: np.ndarray) -> dict[str, pa.Array]:
        best = p.argmax(axis=1)
        each = [pa.array(np.ascontiguousarray(column), pa.float64()) for column in p.T]
        return {
            self.column: chosen(self.classes, best, self.type),
            f"{self.column}_probability": pa.array(p[np.arange(len(p)), best], pa.float64()),
            f"{self.column}_probabilities": pa.StructArray.from_arrays(
                each, [str(name) for name in self.classes]
            ),
        }

    def metrics(self, y: np.ndarray, p: np.ndarray, weight: np.ndarray | None = None) -> dict[str, float]:
        """Decisions and probabilities; `ece` of the class said, over 15 bins. NaN where there are no rows."""
        y, said = y.astype(np.int64), p.argmax(axis=1)
        truth, right = p[np.arange(len(y)), y], (y == said).astype(np.float64)
        found = {
            "accuracy": scores.mean(right, weight),
            "macro_f1": scores.macro_f1(y, said, self.width, weight),
            "log_loss": scores.log_loss(truth, weight),
            "ece": scores.calibration_error(p.max(axis=1), right, weight),
        }
        if self.width > TOP:
            near = (p > truth[:, None]).sum(axis=1) < TOP
            found[f"top{TOP}_accuracy"] = scores.mean(near.astype(np.float64), weight)
        return found

    @property
    def monitor(self) -> Monitor:
        return Monitor(self.watch, "lower" if self.watch == "log_loss" else "higher")


class Category(Task):
    """Predict which of several values a column has, with the probability of each.

    The classes are the values in the training rows. Trained by cross-entropy, calibrated on the validation
    rows by a temperature.
    """

    kind = "category"
    target = CategoryTarget
    preference = 20

    most: Annotated[int, Field(ge=2)] = 1000
    """Refuse a column with more values than this: it is likely an identifier or a number."""
    weights: ClassWeights = "none"
    """How much rows count: `none` alike, `balanced` all classes alike in sum, or a weight for each value."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Move this share of the truth to all classes evenly, against overconfidence (Szegedy et al., 2016)."""
    focal: Annotated[float, Field(ge=0)] = 0.0
    """γ of the focal loss (Lin et al., 2017), which turns to the rows that are hard; 0 is cross-entropy."""
    monitor: Literal["log_loss", "accuracy", "macro_f1"] = "log_loss"
    """The validation metric that chooses the best epoch."""

    @classmethod
    def suits(cls, column: TrainingColumn) -> tuple[bool, str]:
        if not can_be_labels(column.type):
            return False, f"of type {column.type}"
        few = column.distinct <= FEW[_family(column)] and column.distinct >= 2
        repeated = column.distinct * 2 <= column.rows - column.nulls
        return few and repeated, f"{_family(column)} with {column.distinct:,} different values"

    def fit(self, column: TrainingColumn) -> CategoryTarget:
        require_values(column)
        self._check(column)
        rows = {label(value, column.type): count for value, count in column.counts(column.distinct)}
        classes = tuple(sorted(rows))
        return CategoryTarget(
            column=column.name,
            type=column.type,
            classes=classes,
            weights=class_weights(self.weights, classes, rows, column.name),
            label_smoothing=self.label_smoothing,
            focal=self.focal,
            watch=self.monitor,
        )

    def _check(self, column: TrainingColumn) -> None:
        if not can_be_labels(column.type):
            raise DataError(
                f"expected text, numbers or booleans in the target {column.name!r} of a {self.kind} task, "
                f"found {column.type}",
                hint="convert it to text with a `types` step, or derive a target from it",
            )
        if column.distinct > self.most:
            raise DataError(
                f"expected at most {self.most:,} values in the target {column.name!r} of a {self.kind} task, "
                f"found {column.distinct:,} in {column.rows - column.nulls:,} rows: it looks like an "
                "identifier or a number",
                hint=f"{did_you_mean_task(column, self.kind)}. To keep them all, raise `most`",
            )


def _averaged(logits: Tensor) -> np.ndarray:
    """Probabilities (B, K), averaged over members."""
    return calibrators.softmax(logits.detach().double().cpu().numpy()).mean(axis=1)


def _positive(p: np.ndarray) -> np.ndarray:
    return np.clip(p, calibrators.SMALLEST, None)


def _family(column: TrainingColumn) -> str:
    return family(column.type)
