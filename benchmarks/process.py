"""A command in a process of its own: what it printed, how long it took, how much memory it held at most.

Memory is looked at from outside, for the whole tree of processes, in two ways, and the larger is told:
the kernel's own high-water mark of the largest process (`ru_maxrss`, exact), and the sum over the tree of
resident memory, sampled every 100 ms (so that helpers count). Both count resident pages of mapped files,
which the kernel may take back: an upper bound.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

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
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            words,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=errors,
            stdin=subprocess.DEVNULL,
        )
        watch = _Watch(process.pid)
        watch.start()
        try:
            status, own = _wait(process)
        finally:
            seconds = time.perf_counter() - began
            watch.stop()
        out.seek(0)
        text = out.read().decode(errors="replace")
        if status:
            errors.seek(0)
            said = errors.read().decode(errors="replace")[-TOLD:]
            raise RuntimeError(f"{' '.join(words)} ended with {status}:\n{said or text[-TOLD:]}")
    return Finished(text, seconds, max(own, watch.most))


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """The exit status, and the high-water mark (bytes) of the largest process among it and its children."""
    try:
        _, status, used = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_maxrss if sys.platform == "darwin" else used.ru_maxrss * 1024


class _Watch(threading.Thread):
    """Samples the resident memory of a tree of processes."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.root, self.most, self.ended = psutil.Process(pid), 0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(SAMPLED_EVERY):
            self.most = max(self.most, self._now())

    def _now(self) -> int:
        try:
            tree = [self.root, *self.root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return 0
        return sum(_resident(process) for process in tree)

    def stop(self) -> None:
        self.ended.set()
        self.join()


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:  # it ended between the two looks
        return 0
