"""A standalone cluster on loopback, from the PySpark package itself: one master, two workers, one of them killed."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.engines.spark import on_cluster

ROWS = 120_000
PATIENCE = 240  # seconds; the machine may be busy
WANTED = os.environ.get("THALWEG_CLUSTER") == "1"


class Cluster:
    """A master and two workers, each a process of its own group."""

    def __init__(self, folder: Path):
        self.folder = folder
        spec = importlib.util.find_spec("pyspark")
        if spec is None or spec.origin is None or shutil.which("java") is None:
            pytest.skip("needs pyspark and Java")
        self.home = Path(spec.origin).parent
        self.port = free_port()
        self.master = f"spark://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self._start("master", ["--port", str(self.port)])
        wait(lambda: reached(self.port), "the master does not answer")
        for i in (0, 1):
            room = ["--cores", "1", "--memory", "700m", "-d", str(self.folder / f"work{i}")]
            self.workers.append(self._start("worker", [*room, self.master]))

    def _start(self, role: str, arguments: list[str]) -> subprocess.Popen[bytes]:
        kind = f"org.apache.spark.deploy.{role}.{role.capitalize()}"
        command = [
            "java",
            "-Xmx200m",
            "-XX:+UseSerialGC",
            "-Dspark.master.rest.enabled=false",  # on a port of its own that every master takes
            "-cp",
            f"{self.home}/jars/*",
            kind,
            "--host",
            "127.0.0.1",
            "--webui-port",
            "0",
            *arguments,
        ]
        surroundings = {
            **os.environ,
            "SPARK_HOME": str(self.home),
            "SPARK_SCALA_VERSION": "2.13",
            "SPARK_LOCAL_IP": "127.0.0.1",  # of the pages too, which would listen everywhere
            "PYSPARK_PYTHON": sys.executable,
        }
        with (self.folder / f"{role}.log").open("ab") as log:
            started = subprocess.Popen(
                command, env=surroundings, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(started)
        return started

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process with all that it started."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for process in self.processes:
            self.kill(process)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def reached(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0


def wait(until: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


def write_tables(folder: Path) -> None:
    """Facts in many small groups of rows, so that they are read by many tasks; some ids twice, some amounts wrong."""
    amounts = [f"€{i % 1000}.5" if i % 97 else "unknown" for i in range(ROWS)]
    facts = {
        "id": [i - (i % 50 == 0) for i in range(ROWS)],
        "amount": amounts,
        "group": [i % 7 for i in range(ROWS)],
    }
    pq.write_table(pa.table(facts), folder / "facts.parquet", row_group_size=4_000)
    pq.write_table(
        pa.table({"group": list(range(5)), "name": ["é", "b", "c", None, "深"]}), folder / "names.parquet"
    )


@pytest.mark.skipif(
    not WANTED,
    reason="starts five Java processes, which takes minutes where others run too: set THALWEG_CLUSTER=1",
)
@pytest.mark.timeout(900)
def test_a_worker_is_killed_in_the_middle_and_the_run_ends_right(cluster: Cluster, tmp_path: Path) -> None:
    write_tables(tmp_path)
    command = [sys.executable, on_cluster.__file__, cluster.master, str(tmp_path)]
    with (tmp_path / "driver.log").open("wb") as log:
        driver = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    cluster.processes.append(driver)
    wait(lambda: (tmp_path / "middle").exists() or driver.poll() is not None, "no stage came to its middle")
    assert driver.poll() is None, (tmp_path / "driver.log").read_text()[-3000:]
    cluster.kill(cluster.workers[0])
    driver.wait(PATIENCE)
    assert driver.returncode == 0, (tmp_path / "driver.log").read_text()[-3000:]
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["workers_left"] == 1
    assert told["entries"] == json.loads(json.dumps(on_cluster.expected(tmp_path), default=str))
    found, wanted = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("data", "expected"))
    assert found.equals(wanted)
    assert found.num_rows == ROWS - told["entries"][1]["merged"] - told["entries"][2]["quarantined"]
