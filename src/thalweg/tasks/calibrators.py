"""Probabilities made honest on validation rows, by functions that keep their order.

Guo et al., "On Calibration of Modern Neural Networks", 2017 (temperature); Platt, 1999 (slope and intercept).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SMALLEST = 1e-12  # probabilities are kept this far from 0 and 1
SLOPES = (0.05, 20.0)
INTERCEPTS = (-10.0, 10.0)

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]


def logit(p: np.ndarray) -> np.ndarray:
    """log(p / (1 − p)), finite."""
    p = np.clip(p, SMALLEST, 1 - SMALLEST)
    return np.log(p) - np.log1p(-p)


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(−z)) without overflow."""
    return np.exp(-np.logaddexp(0.0, -z))


def softmax(z: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def platt(p: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and intercept on the logit that make probabilities p (B,) of y (B,) in {0, 1} likeliest.

    The slope stays positive, so ranks are kept. (1, 0) where there is only one class to learn from.
    """
    if len(np.unique(y)) < 2:
        return 1.0, 0.0
    z = logit(p)

    def objective(at: np.ndarray) -> tuple[float, np.ndarray]:
        score = at[0] * z + at[1]
        error = sigmoid(score) - y
        return float(np.mean(np.logaddexp(0.0, score) - y * score)), np.array(
            [np.mean(error * z), np.mean(error)]
        )

    slope, intercept = _minimum(objective, [1.0, 0.0], [SLOPES, INTERCEPTS])
    return slope, intercept


def temperature(p: np.ndarray, y: np.ndarray) -> float:
    """The temperature that makes probabilities p (B, K) of classes y (B,) likeliest. Above 1 softens them."""
    if not len(y):
        return 1.0
    z = np.log(np.clip(p, SMALLEST, None))
    truth = z[np.arange(len(y)), y]

    def objective(at: np.ndarray) -> tuple[float, np.ndarray]:
        scaled = at[0] * z
        top = scaled.max(axis=1)
        total = np.log(np.exp(scaled - top[:, None]).sum(axis=1)) + top
        slope = (softmax(scaled) * z).sum(axis=1) - truth
        return float(np.mean(total - at[0] * truth)), np.array([np.mean(slope)])

    return 1 / _minimum(objective, [1.0], [SLOPES])[0]


def _minimum(
    objective: Objective, start: list[float], bounds: list[tuple[float, float]]
) -> tuple[float, ...]:
    from scipy.optimize import minimize  # slow to import

    found = minimize(objective, np.array(start), jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(float(value) for value in found.x)
