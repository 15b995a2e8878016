"""What a value, a file or a folder of code is, in 32 hexadecimal digits.

A stage runs again when the fingerprint of its settings, its inputs or its code changes, and only then.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

WHOLE_FILE = 256 * 2**20  # files up to this many bytes are digested whole
BLOCK = 2**20
DIGITS = 32
SAMPLED_BLOCKS = 64


def fingerprint(value: Any) -> str:
    """The digest of a value made of JSON types. Order of keys does not matter; order of lists does."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def file_hash(content: Any = b"") -> Any:
    """What files are digested with; processors of today have instructions for it."""
    return hashlib.sha256(content, usedforsecurity=False)


def fingerprint_content(content: Any) -> str:
    """What `fingerprint_file` gives for a small file of these bytes."""
    return file_hash(content).hexdigest()[:DIGITS]


def fingerprint_file(path: Path) -> str:
    """The digest of a file's content.

    Above 256 MiB it is taken of the size, the time of the last change and 64 evenly spaced blocks of 1 MiB,
    so that planning a run over terabytes does not read them.
    """
    stat = path.stat()
    digest = file_hash()
    with path.open("rb") as file:
        if stat.st_size <= WHOLE_FILE:
            while block := file.read(BLOCK):
                digest.update(block)
        else:
            digest.update(f"{stat.st_size} {stat.st_mtime_ns}".encode())
            for index in range(SAMPLED_BLOCKS):
                file.seek(index * (stat.st_size - BLOCK) // (SAMPLED_BLOCKS - 1))
                digest.update(file.read(BLOCK))
    return digest.hexdigest()[:DIGITS]


@cache
def fingerprint_code(*folders: str) -> str:
    """The digest of the program's own source in the named folders of the package, such as `clean`."""
    package = Path(__file__).parents[1]
    every = (path for folder in folders for path in (package / folder).rglob("*"))
    files = sorted(path for path in every if path.is_file() and "__pycache__" not in path.parts)
    return fingerprint([[path.relative_to(package).as_posix(), fingerprint_file(path)] for path in files])
