"""The words of a text, as topics are learnt of them."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import re
from typing import Any

import pyarrow.compute as pc

LONGEST = 5_000  # characters of a text that are read
WORD = re.compile(r"[^\W\d_]{2,}")
HAN = re.compile(r"[\u4e00-\u9fff]{2,}")


def tokens(text: str) -> list[str]:
    """Words of a text in small letters; of Chinese, each pair of neighbouring characters."""
    found = []
    for word in WORD.findall(text.lower()):
        pairs = [run[i : i + 2] for run in HAN.findall(word) for i in range(len(run) - 1)]
        found += pairs or [word]
    return found


def texts_of(column: Any) -> list[str | None]:
    """The texts of an Arrow column, as far as they are read."""
    return pc.utf8_slice_codeunits(column, 0, LONGEST).to_pylist()
