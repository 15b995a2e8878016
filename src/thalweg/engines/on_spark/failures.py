"""Spark's errors told as ours."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from thalweg.core.errors import ComponentError, DataError, StorageError, ThalwegError

FROM_DUCKDB = re.compile(
    r"duckdb\.duckdb\.\w+Exception: ([^\n]+)|_duckdb\.\w+: ([^\n]+)|duckdb\.\w+: ([^\n]+)"
)
SEVERAL = "More than one row returned by a subquery used as an expression"
"""What a query of Spark's raises by itself, where DuckDB's would."""
NOT_SHARED = "the run's folder and the Parquet sources must be under the same path on every worker"
DATA = (
    "ARITHMETIC_OVERFLOW",
    "CAST_INVALID_INPUT",
    "CAST_OVERFLOW",
    "NUMERIC_VALUE_OUT_OF_RANGE",
    "DIVIDE_BY_ZERO",
)


@contextmanager
def told() -> Iterator[None]:
    """Tell what Spark raises: a value that does not fit, a file that workers don't reach, a cluster that is gone."""
    from py4j.protocol import Py4JError
    from pyspark.errors import AnalysisException, ParseException, PySparkException

    try:
        yield
    except (AnalysisException, ParseException) as error:
        raise ComponentError(f"Spark refuses the query: {first_line(error)}") from error
    except (PySparkException, Py4JError) as error:
        raise _failed(error) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Leave out the package's own warnings, on versions of pandas, which is not used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _failed(error: Exception) -> ThalwegError:
    text = str(error)
    inside = FROM_DUCKDB.search(text)
    if inside:
        return DataError(next(part for part in inside.groups() if part))
    if SEVERAL in text:
        return DataError(SEVERAL)
    if any(name in text for name in DATA):
        return DataError(first_line(error))
    if "FILE_NOT_EXIST" in text or "FileNotFoundException" in text or "No such file or directory" in text:
        return StorageError(
            f"a worker of Spark does not find a file of the run: {first_line(error)}",
            hint=NOT_SHARED,
        )
    if "No space left" in text:
        return StorageError(f"the disk of a worker of Spark is full: {first_line(error)}")
    if "ModuleNotFoundError" in text or "PYTHON_VERSION_MISMATCH" in text:
        return ThalwegError(
            f"the Python of Spark's workers lacks a package, or is another version: {_python_error(text)}",
            hint="give them one with duckdb, pyarrow and pyspark: compute: {data: {spark: {settings: "
            "{spark.pyspark.python: /path/to/python}}}}",
        )
    return ThalwegError(f"Spark failed: {first_line(error)}", hint="see the log of Spark for the whole story")


def first_line(error: Exception) -> str:
    """An error of Spark's or of Java's without its traces."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    of_java = next((line[2:] for line in lines if line.startswith(": ")), None)
    return (of_java or (lines[0] if lines else type(error).__name__))[:500]


def _python_error(text: str) -> str:
    found = re.search(r"ModuleNotFoundError: [^\n]+|PYTHON_VERSION_MISMATCH[^\n]+", text)
    return found[0] if found else text.splitlines()[0]
