"""What the figures were measured on, and with."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("thalweg", "torch", "duckdb", "pyarrow", "numpy", "lightgbm", "tabm")
CPU = Path("/proc/cpuinfo")


def machine() -> dict[str, Any]:
    """Cores, memory (bytes), the model of the CPU, the system."""
    return {
        "cores": os.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "cpu": cpu(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def cpu() -> str:
    """The CPU as the kernel names it, with what matters to a network."""
    if not CPU.is_file():
        return platform.processor() or platform.machine()
    facts = dict(line.split(":", 1) for line in CPU.read_text().split("\n\n")[0].splitlines() if ":" in line)
    facts = {name.strip(): value.strip() for name, value in facts.items()}
    flags = {"avx2", "avx512f", "avx512_bf16", "amx_bf16"} & set(facts.get("flags", "").split())
    return f"{facts.get('model name', platform.machine())} ({', '.join(sorted(flags)) or 'no AVX2'})"


def versions() -> dict[str, str]:
    """Python and the packages that the figures depend on."""
    return {"python": platform.python_version()} | {package: version(package) for package in PACKAGES}
