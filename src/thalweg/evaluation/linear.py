"""A linear model on the same rows and inputs: what the problem gives away without any depth.

Logistic regression for classes, ridge regression for values, on standardised numbers and one column for each
frequent category, and on the words of texts.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.evaluation.judged import Blocks, Judged, Part
from thalweg.evaluation.rival import Rival
from thalweg.evaluation.words import Words
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ROWS = 200_000  # a linear model has learnt what it can by then
CATEGORIES = 100  # of one slot that have a column of their own
STEPS = 300
AT_ONCE = 65_536  # rows asked of at once: as sparse matrices they take several times their memory


@dataclass(frozen=True)
class Columns:
    """Learnt from the training rows: mean and scale of numbers, the column of each frequent category, and words."""

    mean: np.ndarray
    scale: np.ndarray
    codes: tuple[np.ndarray, ...]
    words: Mapping[str, Words]

    @classmethod
    def fit(cls, blocks: Blocks, layout: Layout) -> Columns:
        scale = blocks.numbers.std(axis=0, dtype=np.float64)
        codes = tuple(_frequent(blocks.categories[:, slot]) for slot in range(blocks.categories.shape[1]))
        words = {
            slot.key: Words.fit(blocks.tensors[slot.key], slot.cardinality or 1) for slot in texts_of(layout)
        }
        mean = blocks.numbers.mean(axis=0, dtype=np.float64)
        return cls(mean, np.where(scale > 0, scale, 1.0), codes, words)

    @property
    def width(self) -> int:
        every = [len(known) for known in self.codes] + [each.width for each in self.words.values()]
        return len(self.mean) + sum(every)

    def apply(self, blocks: Blocks) -> csr_matrix:
        """A sparse matrix (n, columns). A category without a column is all zeros."""
        from scipy import sparse

        parts = [sparse.csr_matrix((blocks.numbers - self.mean) / self.scale)]
        parts += [_one_hot(blocks.categories[:, slot], codes) for slot, codes in enumerate(self.codes)]
        parts += [words.apply(blocks.tensors[key]) for key, words in self.words.items()]
        return sparse.csr_matrix(sparse.hstack(parts, format="csr"))


def texts_of(layout: Layout) -> tuple[Slot, ...]:
    """The tensors of their own that a linear model can read."""
    return layout.of("tokens")


def _frequent(codes: np.ndarray) -> np.ndarray:
    counts = np.bincount(codes)
    most = np.argsort(-counts, kind="stable")[:CATEGORIES]
    return np.sort(most[counts[most] > 0])


def _one_hot(codes: np.ndarray, known: np.ndarray) -> csr_matrix:
    from scipy import sparse

    place = np.searchsorted(known, codes).clip(0, len(known) - 1)
    rows = np.flatnonzero(known[place] == codes)
    return sparse.csr_matrix((np.ones(len(rows)), (rows, place[rows])), shape=(len(codes), len(known)))


def linear(judged: Judged, output: str) -> Rival:
    """Train on the training rows (200,000 of them at most), predict both other parts."""
    started, shape = time.perf_counter(), judged.targets[output].outcome
    chosen = _spread(len(judged.training.rows))
    blocks, y = judged.training.blocks.take(chosen), judged.training.y[output][chosen]
    columns = Columns.fit(blocks, judged.layout)
    inputs = columns.apply(blocks)
    model, converged = _ridge(inputs, y) if shape == "value" else _logistic(inputs, y)

    def answered(part: Part, places: np.ndarray) -> np.ndarray:
        rows = columns.apply(part.blocks.take(places))
        if shape == "value":
            return np.asarray(model.predict(rows), dtype=np.float64)[:, None]
        p = np.zeros((len(places), max(judged.targets[output].width, 2)))
        p[:, model.classes_.astype(int)] = model.predict_proba(rows)  # a class the sample lacks keeps 0
        return p[:, 1:] if shape == "two classes" else p

    def predicted(part: Part) -> np.ndarray:
        every = np.arange(len(part.rows))
        return np.concatenate(
            [answered(part, every[at : at + AT_ONCE]) for at in range(0, len(every), AT_ONCE)]
        )

    facts = {
        "rows": len(chosen),
        "of": judged.training.total,
        "columns": columns.width,
        "converged": converged,
    }
    rival = Rival(predicted(judged.validation), predicted(judged.test), facts)
    facts["seconds"] = round(time.perf_counter() - started, 2)
    return rival


def _spread(rows: int) -> np.ndarray:
    """Evenly spaced rows, all of them where there are few."""
    return np.arange(rows) if rows <= ROWS else np.linspace(0, rows - 1, ROWS).astype(np.int64)


def _logistic(inputs: csr_matrix, y: np.ndarray) -> tuple[Any, bool]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # told as a fact of the report instead
        model.fit(inputs, y)
    return model, bool(np.max(model.n_iter_) < STEPS)


def _ridge(inputs: csr_matrix, y: np.ndarray) -> tuple[Any, bool]:
    from sklearn.linear_model import Ridge

    return Ridge(alpha=1.0, solver="sparse_cg", tol=1e-6).fit(inputs, y.astype(np.float64)), True
