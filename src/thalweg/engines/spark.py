"""Spark: the same queries, run by a cluster or by a cluster of one machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, field_validator

from thalweg.core.errors import ComponentError
from thalweg.engines.engine import Engine, Session
from thalweg.engines.memory import parse_size

MASTERS = r"local(\[(\d+|\*)(,\d+)?\])?|spark://.+|yarn|k8s://.+"


class Spark(Engine):
    """Run SQL on Spark 4: `compute: {data: spark://host:7077}`, or `local[2]` for two threads of this machine.

    Sources are read into Parquet by the embedded engine on the machine where the command runs, whose formats they are;
    Parquet is read by Spark where it lies. Cleaning, integration, mining, splits and the fitting of encoders run on
    Spark; the encoded rows stream back to this machine. Workers need the run's folder and every Parquet file under the
    same path, and Python with the packages duckdb, pyarrow and pyspark.
    """

    kind: ClassVar[str] = "spark"

    master: str = "local[*]"
    """Where Spark runs: `spark://host:port`, `yarn`, `k8s://…`, or `local[N]` with N threads here."""
    memory: str | int | None = None
    """The driver's memory, which for a local master is all there is, such as `2GB`. Left out: Spark's own 1 GiB."""
    settings: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """Any of Spark's own settings by name, such as `{spark.executor.memory: 4g, spark.pyspark.python: python3}`."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"master": value} if isinstance(value, str) else value

    @classmethod
    def claims(cls, value: Any) -> bool:
        return isinstance(value, str) and re.fullmatch(MASTERS, value) is not None

    @classmethod
    def example(cls) -> Self:
        return cls(master="local[2]")

    @field_validator("master")
    @classmethod
    def _is_a_master(cls, value: str) -> str:
        if re.fullmatch(MASTERS, value) is None:
            raise ComponentError(
                f"expected a master such as spark://host:7077, yarn or local[2], received {value!r}"
            )
        return value

    @field_validator("memory")
    @classmethod
    def _is_a_size(cls, value: str | int | None) -> str | int | None:
        if value is not None:
            parse_size(value)
        return value

    @field_validator("settings")
    @classmethod
    def _leaves_meaning(cls, value: dict[str, Any]) -> dict[str, Any]:
        from thalweg.engines.on_spark.start import FIXED

        wrong = [name for name in value if name in FIXED and str(value[name]).lower() != FIXED[name]]
        if wrong:
            raise ComponentError(
                f"{wrong[0]} is set by the program to {FIXED[wrong[0]]}, so that queries mean the same on every "
                "engine; leave it out"
            )
        return value

    def open(self, scratch: Path) -> Session:
        from thalweg.engines.on_spark.session import SparkSession
        from thalweg.engines.on_spark.start import start

        memory = None if self.memory is None else f"{max(parse_size(self.memory) // 2**20, 512)}m"
        return SparkSession(start(self.master, memory, self.settings), scratch)
