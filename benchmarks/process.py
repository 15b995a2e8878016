"""A command in a process of its own: what it printed, how long it took, how much memory it held at most.

Memory is looked at from outside, for the whole tree of processes, in two ways, and the larger is told:
the kernel's own high-water mark of the largest process (`ru_maxrss`, exact), and the sum over the tree of
resident memory, sampled every 100 ms (so that helpers count). Both count resident pages of mapped files,
which the kernel may take back: an upper bound.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

LAUNCHER = Path(__file__).with_name("launcher.py")
SAMPLED_EVERY = 0.1  # seconds; to look costs a few milliseconds of a core
TOLD = 4_000  # characters of a failed command's output


@dataclass(frozen=True)
class Finished:
    """A command that ended well."""

    output: str
    seconds: float
    peak_memory: int
    """Bytes, at most, of the whole tree of processes."""


def run(
    command: Sequence[str | Path], folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run a command to its end. Raises RuntimeError, with the end of what it said, where it fails."""
    words = [str(word) for word in command]
    with tempfile.TemporaryDirectory() as place:
        told, out, errors = (Path(place) / name for name in ("told", "out", "errors"))
        with out.open("wb") as stdout, errors.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", LAUNCHER, told, *words],
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,  # so that all of it can be ended together
            )
            most = _watched(process)
        output, said = (path.read_text(encoding="utf-8", errors="replace") for path in (out, errors))
        ended = json.loads(told.read_text()) if told.is_file() else {"status": process.returncode}
    if ended["status"]:
        raise RuntimeError(f"{' '.join(words)} ended with {ended['status']}:\n{(said or output)[-TOLD:]}")
    return Finished(output, ended["seconds"], max(ended["peak_memory"], most))


def _watched(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end; the most memory (bytes) that the launcher's children were seen to hold together."""
    watch = _Watch(process.pid)
    watch.start()
    try:
        process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        watch.ended.set()
        watch.join()
    return watch.most


class _Watch(threading.Thread):
    """Samples the resident memory of everything below a process."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.root, self.most, self.ended = psutil.Process(pid), 0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(SAMPLED_EVERY):
            self.most = max(self.most, sum(map(_resident, self._tree())))

    def _tree(self) -> list[psutil.Process]:
        try:
            return self.root.children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:  # it ended between the two looks
        return 0
