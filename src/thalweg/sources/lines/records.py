"""The grammar of a delimited record, and a file cut into records by it.

A record is fields between delimiters up to a line end. A field is quoted (it may then hold delimiters, line ends and
escaped quotes) or plain. A line that begins no record, since a quote in it is never closed or is followed by more than
a delimiter, is told as such and the next line is tried: one stray quote costs one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import IO, NamedTuple

BLOCK = 2**20
LONGEST = 2**21  # bytes of a line, its end included: the limit that the engine's reader is given
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Grammar:
    """How fields are told apart. An empty quote means that quotes are ordinary characters."""

    delimiter: str
    quote: str = '"'
    escape: str = '"'

    @property
    def _field(self) -> str:
        if len(self.delimiter.encode()) == 1:
            plain = rf"[^{re.escape(self.delimiter)}\r\n]*+"
        else:
            plain = rf"(?:(?!{re.escape(self.delimiter)})[^\r\n])*+"
        if not self.quote:
            return plain
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        doubled = rf"[^{quote}]|{quote}{quote}" if quote == escape else rf"[^{quote}{escape}]|{escape}."
        return rf"(?:[ ]*+{quote}(?:{doubled})*+{quote}[ ]*+|(?![ ]*+{quote}){plain})"

    @cached_property
    def record(self) -> re.Pattern[bytes]:
        """Matches one whole record with its line end, or up to the end of the text."""
        delimiter = re.escape(self.delimiter)
        text = rf"{self._field}(?:{delimiter}{self._field})*+(?:\r?\n|\Z)"
        return re.compile(text.encode(), re.DOTALL)

    @cached_property
    def _first_field(self) -> re.Pattern[bytes]:
        return re.compile(rf"({self._field})({re.escape(self.delimiter)}|\Z)".encode(), re.DOTALL)

    def split(self, record: bytes) -> list[bytes]:
        """The fields of a well-formed record as they are written, quotes and all, without the line end."""
        body = record.rstrip(b"\r\n")
        if not self.quote or self.quote.encode() not in body:
            return body.split(self.delimiter.encode())
        fields, position = [], 0
        while found := self._first_field.match(body, position):
            fields.append(found[1])
            if not found[2]:
                break
            position = found.end()
        return fields

    def value(self, field: bytes) -> bytes:
        """What a field says: without quotes and escapes."""
        quote, escape, bare = self.quote.encode(), self.escape.encode(), field.strip(b" ")
        if not quote or len(bare) < 2 or not bare.startswith(quote):
            return field
        return bare[len(quote) : -len(quote)].replace(escape + quote, quote)


class Record(NamedTuple):
    """A piece of a file: the number of the line it begins at, its bytes with the line end, whether it is a record."""

    line: int
    text: bytes
    sound: bool


def records(file: IO[bytes], grammar: Grammar, skip: int = 0) -> Iterator[Record]:
    """The records of a plain text file after its first `skip` lines, streamed; lines are counted from 1.

    A line longer than 2 MiB is no record; only its beginning is given.
    """
    if file.read(len(BOM)) != BOM:
        file.seek(0)
    for _ in range(skip):
        file.readline()
    buffer, position, line, ended = file.read(BLOCK), 0, skip + 1, False
    while position < len(buffer) or not ended:
        found = grammar.record.match(buffer, position)
        reaches_end = found is None or found.end() == len(buffer)
        if reaches_end and not ended and len(buffer) - position <= LONGEST:
            block = file.read(BLOCK)
            buffer, position, ended = buffer[position:] + block, 0, not block
            continue
        sound = found is not None and (ended or not reaches_end) and len(found[0]) < LONGEST
        text = found[0] if found and sound else _line(buffer, position)
        yield Record(line, text, sound)
        line += text.count(b"\n")
        position += len(text)
        if position == len(buffer) and not sound and not ended:  # the rest of a line that is too long
            while (rest := file.readline(BLOCK)) and not rest.endswith(b"\n"):
                pass
            line += 1


def _line(buffer: bytes, position: int) -> bytes:
    end = buffer.find(b"\n", position)
    return buffer[position:] if end < 0 else buffer[position : end + 1]
