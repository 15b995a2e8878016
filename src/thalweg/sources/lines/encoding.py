"""Text that is not in the encoding it was said to be in: the line, and what other encodings would make of it."""

from __future__ import annotations

import encodings.aliases
from pathlib import Path

from thalweg.core.errors import ComponentError, SourceError
from thalweg.core.suggest import did_you_mean

CANDIDATES = ("gb18030", "cp1252", "latin-1", "shift_jis", "euc-kr", "utf-8")
SHOWN = 40  # characters around the first byte that does not decode


def known_encoding(name: str) -> str:
    """The name itself, of a text encoding. Raises ComponentError with the nearest name where there is none."""
    try:
        "".encode(name)
    except LookupError as error:
        names = {alias.replace("_", "-") for pair in encodings.aliases.aliases.items() for alias in pair}
        raise ComponentError(f"unknown encoding {name!r}; {did_you_mean(name, names)}") from error
    return name


def undecodable_line(path: Path) -> tuple[int, bytes] | None:
    """The first line of a plain file that is not UTF-8, with its number."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number, line.rstrip(b"\r\n")
    return None


def wrong_encoding(name: str, number: int, line: bytes, encoding: str) -> SourceError:
    """The error for a file that is not in `encoding`, as a line of it shows."""
    message = (
        f"{name}, line {number}: the text is not {encoding}: {_shown(line, 'utf-8', 'backslashreplace')!r}"
    )
    if encoding != "utf-8":
        return SourceError(message, hint="say how the file is encoded, with: encoding: NAME")
    readings = {other: text for other in CANDIDATES if other != encoding and (text := _read(line, other))}
    found = "; ".join(f"{other} would read {text!r}" for other, text in readings.items())
    return SourceError(message, hint=f"say how the file is encoded, such as with encoding: latin-1; {found}")


def _read(line: bytes, encoding: str) -> str | None:
    try:
        return _shown(line, encoding, "strict")
    except UnicodeDecodeError:
        return None


def _shown(line: bytes, encoding: str, errors: str) -> str:
    text = line.decode(encoding, errors)
    plain = line.decode("ascii", "replace")
    start = max(0, min(plain.find("\ufffd"), len(text)) - SHOWN // 2)
    return text[start : start + SHOWN]
