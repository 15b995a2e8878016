"""Starting Spark, with the settings under which it means what DuckDB means."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from thalweg.core.errors import MissingExtra, PipelineError, ThalwegError
from thalweg.engines.on_spark.failures import first_line, quiet


@contextmanager
def interrupts_kept() -> Iterator[None]:
    """Spark takes Ctrl-C for itself when it starts; it stays with the program, which ends its run properly."""
    ours = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)


FIXED = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "utc",
    "spark.sql.timestampType": "timestamp_ltz",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.storeAssignmentPolicy": "ansi",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "corrected",
    "spark.sql.parquet.int96RebaseModeInRead": "corrected",
}
"""What a user may not change. Values are compared in lower case."""
OURS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # Planning would take minutes: constraints of nested expressions multiply with every layer.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
}
"""What stands unless a user says otherwise."""
ON_THIS_MACHINE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
"""The same, where there is no cluster: nobody else on the network is listened to."""
PYTHON = "spark.pyspark.python"  # which Spark reads from the environment where it is not started by a script of its own
EXTRA = "spark"
OLDEST = (4, 1)  # the first whose functions take Arrow arrays


def start(master: str, memory: str | None, settings: Mapping[str, Any]) -> Any:
    """A session of Spark's, new or, where this process has one with the same master, that one.

    Raises MissingExtra without the package, PipelineError without Java or where the master is not reached.
    """
    builder = _session_class().builder.master(master).appName("thalweg")
    ours = {**OURS, **ON_THIS_MACHINE} if master.startswith("local") else OURS
    every = {**ours, **settings, **FIXED, "spark.sql.session.timeZone": "UTC"}
    if memory is not None:
        every["spark.driver.memory"] = memory
    os.environ["PYSPARK_PYTHON"] = str(
        settings.get(PYTHON) or os.environ.get("PYSPARK_PYTHON") or sys.executable
    )
    for name, value in every.items():
        builder = builder.config(name, str(value).lower() if isinstance(value, bool) else str(value))
    _find_java()
    running = _session_class().getActiveSession()
    if running is not None and running.sparkContext.master != master:
        raise PipelineError(
            f"this process already runs Spark on {running.sparkContext.master}, and can't run it on {master} as well",
            hint="stop it with SparkSession.getActiveSession().stop(), or start another process",
        )
    try:
        with quiet(), interrupts_kept():
            found = builder.getOrCreate()
    except _failures() as error:
        raise PipelineError(
            f"Spark could not be started on {master}: {first_line(error)}",
            where="compute: data",
            hint="see whether the master is reached from this machine; `local[*]` runs without a cluster",
        ) from error
    found.sparkContext.setLogLevel("ERROR")
    return found


def _session_class() -> Any:
    try:
        import pyspark

        with quiet():
            from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtra("pyspark", EXTRA) from error
    found = tuple(int(part) for part in pyspark.__version__.split(".")[:2])
    if found < OLDEST:
        raise ThalwegError(
            f"this needs Spark {OLDEST[0]}.{OLDEST[1]} or newer, and pyspark {pyspark.__version__} is installed",
            hint=f"install it with: pip install -U 'thalweg[{EXTRA}]'",
        )
    return SparkSession


def _failures() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (Py4JError, PySparkException, OSError)


def _find_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "java").exists():
        return
    if shutil.which("java") is None:
        said = f"; JAVA_HOME is {home}, which has no bin/java" if home else ""
        raise PipelineError(
            f"Spark needs Java 17 or newer, and there is no java on this machine{said}",
            where="compute: data",
            hint="install it (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME; or run with "
            "compute: {data: duckdb}",
        )
