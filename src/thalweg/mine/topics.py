"""Topics: what a column of texts is about, as words that come together."""

# pyright: reportAttributeAccessIssue=false, reportArgumentType=false
# (scikit-learn's settings and results have the types of their defaults)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from thalweg.core.errors import ComponentError
from thalweg.engines.table import Table
from thalweg.engines.types import family
from thalweg.mine.barred import Barred
from thalweg.mine.chance import ALPHA, beyond, said
from thalweg.mine.exhibit import Chart, Grid, Trace
from thalweg.mine.feature_miner import FeatureMiner
from thalweg.mine.fitted import Fitted
from thalweg.mine.learning_rows import Rows, halves
from thalweg.mine.miner import Finding
from thalweg.mine.topic_weights import FittedTopics, numbered
from thalweg.mine.words import texts_of, tokens

TOP = 8  # words that stand for a topic
SHUFFLES = 19
VOCABULARY = 4_000
FEWEST = 100  # texts


@dataclass(frozen=True)
class Topic:
    """Words by weight, the share of texts in which it weighs most, its coherence on other texts, and the p-value."""

    words: tuple[str, ...]
    texts: int
    share: float
    coherence: float
    p: float


class Factors(NamedTuple):
    """Rarity of words (V,), topics (K, V), the first words of each, and which weighs most in each text, -1 if none."""

    rarity: np.ndarray
    topics: np.ndarray
    top: np.ndarray
    belongs: np.ndarray


class Topics(FeatureMiner):
    """What texts are about: `{topics: review}` or `{topics: {column: review, topics: 12}}`.

    Non-negative factors (Lee & Seung 1999) of TF-IDF; a topic is the words of greatest weight. Its coherence is the
    mean normalised pointwise mutual information (Bouma 2009) of those words in texts it was not learnt from. It is
    told when this exceeds that of every topic learnt from, and checked on, texts with each word shuffled over them.
    `as_features` gives how much of each topic a text holds, told or not, as `topic_1`, `topic_2` …
    """

    kind: ClassVar[str] = "topics"
    fitted: ClassVar[type[Fitted]] = FittedTopics

    column: str
    """The column of texts. Chinese is read by pairs of characters."""
    topics: int = Field(10, ge=2, le=100)
    """How many to look for."""
    stop_words: tuple[str, ...] | None = None
    """Words that mean nothing; by default those of English."""
    rows: int = Field(10_000, ge=FEWEST)
    """Texts to look at; of more, a sample chosen by a hash."""
    seed: int = Field(0, ge=0)
    """Of the factors and the shuffles."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @classmethod
    def example(cls) -> Topics:
        return cls.model_validate({"column": "review"})

    @property
    def makes(self) -> tuple[str, ...]:
        return numbered(self.name or "topic", self.topics)

    def look(self, table: Table, barred: Barred) -> tuple[Finding, Callable[[], Fitted]]:
        from threadpoolctl import threadpool_limits

        barred.check([self.column])
        kind = table.columns[table.require(self.column)]
        if family(kind) != "text":
            raise ComponentError(f"column {self.column!r} is {kind}; topics are of text")
        learnt, kept, which = halves(table, [self.column], self.rows)
        texts, others = _texts(learnt, self.column), _texts(kept, self.column)
        if min(len(texts), len(others)) < FEWEST:
            raise ComponentError(
                f"column {self.column!r} has {len(texts):,} texts to learn from and {len(others):,} {which}; "
                f"topics need at least {FEWEST} of each"
            )
        with threadpool_limits(1):
            names, counts, others_counts = self._counted(texts, others)
            found, factors = self._topics(names, counts, others_counts)
        size = f"{learnt.size}, {len(names):,} words; coherence on {len(others):,} {which}."

        def fit() -> Fitted:
            return FittedTopics(
                inputs={self.column: kind},
                name=self.name or "topic",
                column=self.column,
                words=tuple(names.tolist()),
                rarity=tuple(factors.rarity.tolist()),
                topics=tuple(map(tuple, factors.topics.tolist())),
            )

        return _told(self.column, size, found, self.makes if self.as_features else ()), fit

    def _counted(self, texts: list[str], others: list[str]) -> tuple[np.ndarray, Any, Any]:
        """The words of the learning texts, and in which texts they are, learning and other."""
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

        stop = list(ENGLISH_STOP_WORDS if self.stop_words is None else self.stop_words)
        least = max(5, len(texts) // 1000)
        counter = CountVectorizer(
            tokenizer=tokens, token_pattern=None, lowercase=False, stop_words=stop, min_df=least, max_df=0.5,
            max_features=VOCABULARY, binary=True,
        )  # fmt: skip
        try:
            counts = counter.fit_transform(texts)
        except ValueError as error:
            raise ComponentError(
                f"no word of column {self.column!r} is in at least {least} texts and at most half of them"
            ) from error
        return counter.get_feature_names_out(), counts.tocsc(), counter.transform(others).tocsc()

    def _topics(self, names: np.ndarray, counts: Any, others: Any) -> tuple[list[Topic], Factors]:
        if len(names) <= max(self.topics, TOP):
            raise ComponentError(
                f"column {self.column!r} has {len(names)} words that are common enough; {self.topics} topics need more"
            )
        factors = self._factors(counts)
        coherence = [_npmi(others, words) for words in factors.top]
        rng = np.random.default_rng(self.seed)
        greatest = []
        for _ in range(SHUFFLES):
            mixed, mixed_others = _mixed(counts, rng), _mixed(others, rng)
            greatest.append(max(_npmi(mixed_others, words) for words in self._factors(mixed).top))
        sizes = np.bincount(factors.belongs[factors.belongs >= 0], minlength=len(factors.top))
        told = [
            Topic(
                tuple(names[words]), int(size), float(size / counts.shape[0]), value, beyond(value, greatest)
            )
            for words, size, value in zip(factors.top, sizes, coherence, strict=True)
        ]
        return told, factors

    def _factors(self, counts: Any) -> Factors:
        import warnings

        from sklearn.decomposition import NMF
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.feature_extraction.text import TfidfTransformer

        rarity = TfidfTransformer()
        weights = rarity.fit_transform(counts)
        model = NMF(self.topics, init="nndsvd", random_state=self.seed, max_iter=40, tol=1e-3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the first words of a topic settle early
            texts = model.fit_transform(weights)
        top = np.argsort(-model.components_, axis=1, kind="stable")[:, :TOP]
        belongs = np.where(texts.max(axis=1) > 0, texts.argmax(axis=1), -1)
        return Factors(rarity.idf_, model.components_, top, belongs)


def _texts(rows: Rows, column: str) -> list[str]:
    return [text for text in texts_of(rows.data[column]) if text is not None]


def _npmi(counts: Any, words: np.ndarray) -> float:
    """Mean over pairs of words: near 1 where they are always together, 0 by chance, below where seldom.

    One text more is added to those that hold both and to those that chance would give, so that words too rare to meet
    say nothing.
    """
    held = counts[:, words]
    together = np.asarray((held.T @ held).todense(), dtype=np.float64) / counts.shape[0]
    alone = np.diag(together)
    one, other = np.triu_indices(len(words), 1)
    both, expected = together[one, other], alone[one] * alone[other]
    texts = counts.shape[0]
    excess = np.log((both * texts + 1) / (expected * texts + 1))
    return float((excess / -np.log((both * texts + 1) / (texts + 2))).mean())


def _mixed(counts: Any, rng: np.random.Generator) -> Any:
    """Each word in as many texts as before, but in which is chance."""
    mixed = counts.copy()
    for start, stop in zip(mixed.indptr[:-1], mixed.indptr[1:], strict=True):
        mixed.indices[start:stop] = np.sort(rng.choice(counts.shape[0], stop - start, replace=False))
    return mixed


def _told(column: str, size: str, every: list[Topic], made: tuple[str, ...]) -> Finding:
    found = sorted((each for each in every if each.p <= ALPHA), key=lambda each: (-each.texts, each.words))
    feeding = [f"{name}: {', '.join(each.words)}" for name, each in zip(made, every, strict=False)]
    worth = f"{len(found)} of {len(every)} topics of {column} hold together beyond chance"
    sentences = [
        f"{', '.join(each.words)}: in {each.texts:,} texts ({each.share:.1%}) before all others; coherence "
        f"{each.coherence:.2f} ({said(each.p)})."
        for each in found
    ]
    bars = Trace(
        shape="bars", x=tuple(e.share for e in found), y=tuple(", ".join(e.words[:4]) for e in found)
    )
    rows = tuple((", ".join(e.words), f"{e.texts:,}", f"{e.coherence:.3f}", said(e.p)) for e in found)
    return Finding(
        title=f"What {column} is about",
        size=size,
        guard=f"Each word shuffled over the texts {SHUFFLES} times: a topic must hold together better than every topic "
        "of shuffled words, in texts that it was not learnt from.",
        sentences=(
            f"{worth}.",
            *sentences,
            *([f"What feeds the network is {'; '.join(feeding)}."] if feeding else []),
        ),
        facts={
            "looked_for": len(every),
            "found": len(found),
            "topics": [{**vars(e), "words": list(e.words)} for e in found],
        },
        charts=(Chart(title="Texts by topic", traces=(bars,), x="share of texts", sideways=True),)
        if found
        else (),
        grids=(Grid(title="Topics", head=("words", "texts", "coherence", "chance"), rows=rows, numbers=3),)
        if found
        else (),
    )
