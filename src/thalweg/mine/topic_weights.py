"""How much of each topic a text holds, kept as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa

from thalweg.mine.fitted import Fitted
from thalweg.mine.words import texts_of, tokens

SWEEPS = 30  # over the topics; weights hardly change after


class FittedTopics(Fitted):
    """Words with their inverse frequencies (V,), and how much of each word is in each topic (K, V).

    A text is the TF-IDF of the words it holds, of length 1, as in learning; its weights are those of the non-negative
    mixture of topics that is nearest to it. A missing text holds no words, and nothing of any topic.
    """

    name: str
    column: str
    words: tuple[str, ...]
    rarity: tuple[float, ...]
    topics: tuple[tuple[float, ...], ...]

    @property
    def makes(self) -> dict[str, str]:
        return dict.fromkeys(numbered(self.name, len(self.topics)), "DOUBLE")

    def values(self, batch: pa.RecordBatch) -> list[pa.Array]:
        rows, words = self._held(texts_of(batch.column(self.column)))
        rarity, topics, together = self._arrays
        squares = np.bincount(rows, np.square(rarity[words]), batch.num_rows)
        share = rarity[words] / np.sqrt(squares)[rows]
        alike = np.stack([np.bincount(rows, share * topic[words], batch.num_rows) for topic in topics])
        return [pa.array(weights) for weights in nearest_mixture(alike, together)]

    def _held(self, texts: Sequence[str | None]) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of a row and a known word in its text, each once, in order."""
        held = [
            sorted({self._places[word] for word in tokens(text or "") if word in self._places})
            for text in texts
        ]
        rows = np.repeat(np.arange(len(held)), np.array([len(each) for each in held], np.int64))
        return rows, np.array([word for each in held for word in each], np.int64)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words)}

    @cached_property
    def _arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        topics = np.array(self.topics, np.float64)
        together = np.stack([(topics * topic).sum(axis=1) for topic in topics])
        return np.array(self.rarity, np.float64), topics, together


def nearest_mixture(alike: np.ndarray, together: np.ndarray) -> np.ndarray:
    """Weights (K, N), none below 0, whose mixture of topics is nearest to each text, by coordinate descent.

    `alike` (K, N) are products of topics and texts, `together` (K, K) of topics with one another. Each text is worked
    out by itself, with a fixed number of sweeps.
    """
    weights = np.zeros(alike.shape)  # floats, though of no rows numpy counts nothing in whole numbers
    for _ in range(SWEEPS):
        for place, row in enumerate(together):
            if row[place] > 0:
                explained = np.zeros(alike.shape[1])
                for other, amount in enumerate(row):
                    if amount and other != place:
                        explained += weights[other] * amount
                weights[place] = np.maximum((alike[place] - explained) / row[place], 0.0)
    return weights


def numbered(name: str, topics: int) -> tuple[str, ...]:
    """Such as `topic_1`, `topic_2`."""
    return tuple(f"{name}_{number}" for number in range(1, topics + 1))
