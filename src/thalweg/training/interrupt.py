"""Ctrl-C between two steps, never inside one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether someone asked to stop.

    `check` raises KeyboardInterrupt where they did; it is called where the state of training is whole. Asking
    twice stops at once, and then the last checkpoint is what is left.
    """

    def __init__(self) -> None:
        self.asked = 0

    @property
    def orderly(self) -> bool:
        """Whether training was stopped by `check`, so that its state is whole."""
        return self.asked == 1

    def check(self) -> None:
        if self.asked:
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1
        if self.asked > 1:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Hold Ctrl-C back until `check` is called. Outside the main thread signals never come, and nothing changes."""
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = signal.signal(signal.SIGINT, interrupt._hear)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
