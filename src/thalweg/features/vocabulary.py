"""What a text is cut into, and the numbers of the pieces: learnt from texts, kept as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from thalweg.core.errors import DataError, MissingExtra

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Unit = Literal["words", "bpe", "characters"]
UNKNOWN = "[UNK]"


def learnt(texts: Iterable[str], unit: Unit, size: int, min_count: int, lower: bool) -> Tokenizer:
    """A tokenizer with the most frequent tokens of some texts, `size` at most, and one for all others."""
    _require()
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

    special = [UNKNOWN]
    if unit == "bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=min_count,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
    else:
        tokenizer = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
        every = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
        tokenizer.pre_tokenizer = every if unit == "characters" else pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordLevelTrainer(
            vocab_size=size + 1, min_frequency=min_count, special_tokens=special, show_progress=False
        )
    chinese = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=unit == "words", strip_accents=False, lowercase=lower
    )
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), chinese])
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def read(written: str) -> Tokenizer:
    """The tokenizer of a JSON text."""
    _require()
    from tokenizers import Tokenizer

    return Tokenizer.from_str(written)


def of_folder(folder: Path) -> Tokenizer:
    """The tokenizer of a folder of a pretrained network. Raises DataError where it has none."""
    _require()
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        raise DataError(
            f"expected a file tokenizer.json in {folder}, found none",
            hint="save it with Hugging Face's tokenizer.save_pretrained(FOLDER)",
        )
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _require() -> None:
    try:
        import tokenizers  # noqa: F401
    except ImportError as error:
        raise MissingExtra("tokenizers", "text") from error
