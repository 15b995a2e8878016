"""The arrays of a JSON object, an element at a time: annotations of any size in bounded memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from thalweg.core.errors import SourceError

CHUNK = 2**20
LARGEST = 64 * 2**20  # characters of one element
NUMBER = 4  # characters after a number that may still belong to it, such as `e+` before a digit
BLANK = " \t\r\n"


class _Text:
    """A text file with a window that moves forward."""

    def __init__(self, path: Path):
        self.path, self.file = path, path.open("rb")
        self.decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self.window, self.at, self.passed = "", 0, 0
        self.ended = False

    def more(self) -> bool:
        """Read on; whether there was anything. What lies before `at` is forgotten."""
        if self.ended:
            return False
        content = self.file.read(CHUNK)
        self.ended = not content
        try:
            text = self.decoder.decode(content, final=self.ended)
        except UnicodeDecodeError as error:
            raise self.wrong(f"it is not UTF-8: {error.reason}") from error
        if self.ended and not text:
            return False
        self.passed += self.at
        self.window, self.at = self.window[self.at :] + text, 0
        return True

    def sign(self) -> str:
        """The next character that is no blank, not yet taken; empty at the end."""
        while True:
            while self.at < len(self.window) and self.window[self.at] in BLANK:
                self.at += 1
            if self.at < len(self.window):
                return self.window[self.at]
            if not self.more():
                return ""

    def take(self, signs: str) -> str:
        """The next character, which must be one of these."""
        if (sign := self.sign()) not in signs or not sign:
            raise self.wrong(f"expected {' or '.join(signs)}, found {sign or 'its end'!r}")
        self.at += 1
        return sign

    def value(self) -> Any:
        """The next value, whole."""
        self.sign()
        while True:
            try:
                value, end = json.JSONDecoder(parse_constant=self._refuse).raw_decode(self.window, self.at)
            except json.JSONDecodeError as error:
                if len(self.window) - self.at > LARGEST or not self.more():
                    raise self.wrong(error.msg) from error
                continue
            except RecursionError as error:
                raise self.wrong("it is nested too deeply") from error
            cut = isinstance(value, int | float) and len(self.window) - end < NUMBER
            if cut and self.more():
                continue
            self.at = end
            return value

    def wrong(self, what: str) -> SourceError:
        place = self.passed + self.at
        return SourceError(
            f"{self.path} is not valid JSON: {what}, near character {place:,}", hint="write it again"
        )

    def _refuse(self, text: str) -> Any:
        raise self.wrong(f"{text} is no JSON")


def members(path: Path) -> Iterator[tuple[str, Any]]:
    """`(key, element)` for every element of the arrays of the object in a file; other values as they are.

    Raises SourceError where the file is not one JSON object, which may show after some elements.
    """
    text = _Text(path)
    with text.file:
        text.take("{")
        end = text.sign() == "}"
        while not end:
            if text.sign() != '"':
                raise text.wrong(f"expected a key, found {text.sign() or 'its end'!r}")
            key = text.value()
            text.take(":")
            if text.sign() == "[":
                for element in _elements(text):
                    yield key, element
            else:
                yield key, text.value()
            end = text.take(",}") == "}"


def _elements(text: _Text) -> Iterator[Any]:
    text.take("[")
    if text.sign() == "]":
        text.take("]")
        return
    while True:
        yield text.value()
        if text.take(",]") == "]":
            return
