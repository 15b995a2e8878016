"""The embedded engine's extensions, found in the Python packages that bring them: nothing is ever fetched."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from thalweg.core.errors import MissingExtra


def extension_file(name: str, extra: str) -> Path:
    """The file of an extension such as `postgres_scanner`, from the package `duckdb-extension-postgres-scanner`.

    Raises MissingExtra where the package is missing or was made for another version of DuckDB, which would not load
    it; `extra` is the name of Thalweg's own extra that brings the right one.
    """
    package = f"duckdb-extension-{name.replace('_', '-')}"
    found = find_spec(package.replace("-", "_"))  # finds the package without importing it
    if found is None or found.origin is None:
        raise MissingExtra(package, extra)
    release = version("duckdb")
    file = Path(found.origin).parent / "extensions" / f"v{release}" / f"{name}.duckdb_extension"
    if not file.is_file():
        raise MissingExtra(f"{package}=={release}", extra)
    return file
