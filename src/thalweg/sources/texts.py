"""A folder of text files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, field_validator

from thalweg.sources.media.broken import BrokenFile, damaged
from thalweg.sources.media.folder import MediaFolder


class Texts(MediaFolder):
    """Read a folder of text files, or a zip or tar archive of one, as a table with a row a file.

        reviews: {texts: aclImdb}

    Columns: `path` from the folder; `file`; `bytes`; `text`; `label` and `split`, from the folders' names, such as
    `train/pos/1.txt`; fields of `name`; columns of `labels`. Empty files, those that are not in the encoding and those
    above `largest` go to quarantine; hidden files and those of other kinds are counted. Whether a folder has changed is
    told by names, sizes and times of its files.
    """

    kind: ClassVar[str] = "texts"
    media: ClassVar[str | None] = "texts"
    endings: ClassVar[frozenset[str]] = frozenset({".txt", ".text", ".md"})
    facts: ClassVar[dict[str, str]] = {"text": "string"}
    told_by_endings: ClassVar[bool] = False

    encoding: str = "utf-8"
    """How the texts are encoded: any of Python's names. A byte order mark is taken off."""
    largest: int = Field(default=16 * 2**20, ge=1)
    """Bytes that a file may have: a text is held in memory."""

    @classmethod
    def example(cls) -> Self:
        return cls(path="reviews")

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, value: str) -> str:
        from thalweg.sources.lines.encoding import known_encoding

        return known_encoding(value)

    def read_facts(self, file: Path) -> dict[str, Any]:
        if (size := file.stat().st_size) > self.largest:
            raise BrokenFile("too large", f"it has {size:,} bytes, more than {self.largest:,}")
        try:
            return {"text": file.read_bytes().decode(self.encoding).removeprefix("\ufeff")}
        except UnicodeDecodeError as error:
            raise damaged(f"it is not {self.encoding}: {error.reason} at byte {error.start:,}") from error
