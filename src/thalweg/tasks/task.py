"""What is learnt: the head's width, the loss, the metrics, and how a prediction reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, Self

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from thalweg.core.component import Component
from thalweg.features.feature import TrainingColumn
from thalweg.features.layout import Per

if TYPE_CHECKING:
    from torch import Tensor, nn


Outcome = Literal[
    "two classes", "classes", "value", "values", "labels", "tags", "boxes", "pixels", "identity"
]


class Monitor(NamedTuple):
    """The metric that decides which epoch was best."""

    metric: str
    better: Literal["higher", "lower"]


class Target(BaseModel, ABC):
    """A fitted task: how one output column is encoded, learnt, judged and read back. Survives as JSON.

    Shapes: `logits` (B, M, K) float32 with K = `width`; `y` (B,) as `encode` gives it; `p` (B, K) float64, what
    `predict` gives: probabilities of classes (binary: K = 1, of the positive class) or values in the column's
    own unit. Where a row has many values (see `StructuredTarget`) `y` and `p` are (B, …), and where the answers
    are `per` token, pixel or anchor, so are the logits: (B, L, K), (B, K, H, W), (B, A, K).
    """

    outcome: ClassVar[Outcome]
    """What an answer is: it decides the rivals and the pictures of the report."""
    per: ClassVar[Per] = "row"
    """What of a row the network answers for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    type: str

    @property
    @abstractmethod
    def width(self) -> int:
        """Logits this output needs."""

    @abstractmethod
    def encode(self, values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Encoded values (B,) or (B, …), int64, float32 or uint8, and a mask (B,) of rows not learnt (unseen class)."""

    def head(self) -> nn.Module | None:
        """A module with weights of its own, from what the network gives to logits; None where these are the same."""
        return None

    @abstractmethod
    def loss(self, logits: Tensor, y: Tensor) -> Tensor:
        """The mean loss over members and rows: a scalar."""

    @abstractmethod
    def predict(self, logits: Tensor) -> np.ndarray:
        """Predictions p, averaged over members."""

    @abstractmethod
    def decode(self, p: np.ndarray) -> dict[str, pa.Array]:
        """The columns a person reads: the label or value, and probabilities."""

    @abstractmethod
    def metrics(self, y: np.ndarray, p: np.ndarray, weight: np.ndarray | None = None) -> dict[str, float]:
        """Metrics of the field by name, `weight` (B,) counting rows more than once or not at all."""

    @property
    @abstractmethod
    def monitor(self) -> Monitor:
        """Which of the metrics chooses the best epoch."""

    def calibrate(self, logits: Tensor, y: np.ndarray) -> Self:
        """The same target with its probabilities calibrated on validation rows, where that means something."""
        return self


class Task(Component, ABC):
    """What the user asks of an output column."""

    target: ClassVar[type[Target]]
    """The class of what `fit` gives, to read it back from JSON."""

    preference: ClassVar[int] = 0
    """Among kinds that suit a column, the one with the highest preference is proposed."""

    @classmethod
    @abstractmethod
    def suits(cls, column: TrainingColumn) -> tuple[bool, str]:
        """Whether a column reads naturally as this kind of output, and why or why not, in words for the user."""

    @abstractmethod
    def fit(self, column: TrainingColumn) -> Target:
        """Learn the classes or the scale from the training rows.

        Raises DataError where there is nothing to learn: a target that is constant or all missing.
        """
