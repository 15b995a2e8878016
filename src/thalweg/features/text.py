"""Texts as the numbers of their words, word pieces or characters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field

from thalweg.core.errors import DataError
from thalweg.engines import types
from thalweg.features.feature import Block, Encoded, Encoder, Feature, Slot, TrainingColumn
from thalweg.features.indicator import missing_mark
from thalweg.features.refusal import says_nothing
from thalweg.features.vocabulary import Unit, learnt, of_folder, read

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST, SHORTEST = 512, 8  # tokens that `auto` takes of a text
MISSING, FIRST = 1, 2  # what stands for no text, and for the first token of the vocabulary
MEASURED = 10_000  # training texts whose tokens are counted
AT_ONCE = 10_000
COVERED = 95  # percent of training texts that `auto` takes whole
CHARACTERS = 64  # read of a text for each token that is taken, at most: a text of 10 MB costs no more than one of 32 KB
LONG = 20  # characters on average, from which on a text is more than a name


class TextEncoder(Encoder):
    """A fitted text: slot `column`, a token's number in the vocabulary plus two, 0 after the last, 1 for no text."""

    tokenizer: str
    """As the library `tokenizers` writes it: JSON."""
    length: int
    vocabulary: int
    """How many different tokens there are."""
    missing: bool
    """Whether training rows had missing values."""

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        size = self.vocabulary + FIRST
        return (Slot(name=self.column, block="tokens", shape=(self.length,), cardinality=size),)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return read(self.tokenizer)

    def encode(self, values: pa.Array) -> Encoded:
        texts = [text or "" for text in values.to_pylist()]
        most = CHARACTERS * self.length
        found = self._tokenizer.encode_batch_fast([text[:most] for text in texts])
        tokens = np.zeros((len(texts), self.length), np.int32)
        cut = np.array([len(text) > most for text in texts], bool)
        for row, encoding in enumerate(found):
            ids = encoding.ids
            cut[row] |= len(ids) > self.length
            taken = ids[: self.length]
            tokens[row, : len(taken)] = taken
            tokens[row, : len(taken)] += FIRST
        missing = values.is_null().to_numpy(zero_copy_only=False)
        tokens[missing, 0] = MISSING
        marks = missing_mark(missing, self.missing) | {"empty": tokens[:, 0] == 0, "cut": cut}
        return Encoded({self.column: tokens}, marks)


class Text(Feature):
    """A column of texts as words, pieces of words or characters, in their order.

    The vocabulary is learnt from at most 500,000 training rows. Texts with more tokens than `length` are cut, and
    counted. Chinese characters are words of their own. Needs the extra `text`.
    """

    kind: ClassVar[str] = "text"
    encoder: ClassVar[type[Encoder]] = TextEncoder
    preference: ClassVar[int] = 5
    blocks: ClassVar[tuple[Block, ...]] = ("tokens",)

    tokens: Unit = "words"
    """What a token is: `words`, `bpe` (byte pairs; Sennrich et al., 2016) or `characters`."""
    pretrained: Path | None = None
    """A folder with `tokenizer.json`, as Hugging Face writes it, instead of a vocabulary of one's own."""
    vocabulary: Annotated[int, Field(ge=1)] = 30_000
    """Different tokens, at most: the most frequent."""
    min_count: Annotated[int, Field(ge=1)] = 2
    """Times that a token needs to occur to get a number of its own."""
    length: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    """Tokens taken of a text, from its beginning; `auto`: so many that 95 of 100 texts are whole, 512 at most."""
    lower: bool = True
    """Whether capitals are read as small letters."""

    @classmethod
    def example(cls) -> Self:
        return cls(column="review")

    @classmethod
    def accepts(cls, type: str) -> bool:
        return types.family(type) == "text"

    @classmethod
    def refuses(cls, column: TrainingColumn) -> str | None:
        if reason := says_nothing(column):
            return reason
        known = column.sample.drop_null()
        mean = sum(map(len, known.to_pylist())) / max(1, len(known))
        return None if mean >= LONG else f"holds names rather than texts: {mean:.0f} characters on average"

    def fit(self, column: TrainingColumn) -> TextEncoder:
        self.check(column)
        texts = column.sample.drop_null()
        tokenizer = of_folder(self.pretrained) if self.pretrained else self._learnt(texts)
        size = tokenizer.get_vocab_size()
        if size <= 1:
            raise DataError(f"column {column.name!r} has no {self.tokens} in the training rows")
        return TextEncoder(
            column=column.name,
            type=column.type,
            tokenizer=tokenizer.to_str(),
            length=self._length(tokenizer, texts),
            vocabulary=size,
            missing=column.nulls > 0,
        )

    def _learnt(self, texts: pa.Array) -> Tokenizer:
        every = (text for part in _parts(texts) for text in part)
        return learnt(every, self.tokens, self.vocabulary, self.min_count, self.lower)

    def _length(self, tokenizer: Tokenizer, texts: pa.Array) -> int:
        """As many tokens as were asked for, or as most texts have."""
        if self.length != "auto":
            return self.length
        some = [text[: CHARACTERS * LONGEST] for text in texts[:MEASURED].to_pylist()]
        lengths = [len(encoding.ids) for encoding in tokenizer.encode_batch_fast(some)]
        return int(np.clip(np.percentile(lengths, COVERED), SHORTEST, LONGEST))


def _parts(texts: pa.Array) -> Iterator[list[str]]:
    """Some texts at a time, so that no more are in memory twice."""
    for start in range(0, len(texts), AT_ONCE):
        yield texts[start : start + AT_ONCE].to_pylist()
