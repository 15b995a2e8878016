"""How much a row counts in the loss, by its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.tasks.labels import Label, same

ClassWeights = Literal["none", "balanced"] | dict[Label, float]


def class_weights(
    written: ClassWeights, classes: Sequence[Label], rows: Mapping[Label, int], column: str
) -> tuple[float, ...] | None:
    """A weight for each class, 1 in the mean over training rows so that the learning rate keeps its meaning.

    `balanced` gives every class the same sum; a mapping gives the classes it names their weight, others 1.
    None where all weigh the same. Raises ComponentError where a named class does not exist.
    """
    if written == "none":
        return None
    if isinstance(written, str):
        weights = {value: 1 / rows[value] for value in classes}
    else:
        weights = _named(written, classes, column)
    mean = sum(weights[value] * rows[value] for value in classes) / sum(rows[value] for value in classes)
    return tuple(weights[value] / mean for value in classes)


def _named(written: Mapping[Label, float], classes: Sequence[Label], column: str) -> dict[Label, float]:
    weights = dict.fromkeys(classes, 1.0)
    for name, weight in written.items():
        match = next((value for value in classes if same(name, value)), None)
        if match is None:
            raise ComponentError(
                f"weights: column {column!r} has no value {name!r}; "
                f"{did_you_mean(str(name), map(str, classes))}"
            )
        if weight <= 0:
            raise ComponentError(f"weights: expected a weight above 0 for {name!r}, received {weight}")
        weights[match] = weight
    return weights
