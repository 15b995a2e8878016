"""How much memory a machine has, and sizes as people write them."""

from __future__ import annotations

import re
from pathlib import Path

import psutil

from thalweg.core.errors import ComponentError

GIB = 2**30
UNITS = {
    "": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": GIB,
    "tib": 2**40,
}
CGROUP = Path("/sys/fs/cgroup/memory.max")


def parse_size(text: str | int) -> int:
    """Bytes of `2GB`, `1.5 GiB` or a number. Raises ComponentError where it is none of these."""
    found = re.fullmatch(r"\s*([0-9.]+)\s*([a-zA-Z]*)\s*", str(text))
    if not found or found[2].lower() not in UNITS or found[1].count(".") > 1 or found[1] == ".":
        raise ComponentError(f"expected a size such as 2GB or 512MiB, received {text!r}")
    return int(float(found[1]) * UNITS[found[2].lower()])


def machine_memory() -> int:
    """Bytes this process may use: the machine's memory, or its container's share."""
    limit = CGROUP.read_text().strip() if CGROUP.is_file() else "max"
    return (
        min(psutil.virtual_memory().total, int(limit)) if limit.isdigit() else psutil.virtual_memory().total
    )


def default_limit() -> int:
    """A sixteenth of the machine, between 1 and 16 GiB: the engine spills, and the network needs the rest."""
    return min(max(machine_memory() // 16, GIB), 16 * GIB)
