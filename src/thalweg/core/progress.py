"""What is going on, on stderr: bars for a person at a terminal, plain lines elsewhere, JSON lines on request."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

QUIET_SECONDS = 5.0  # between two plain lines about the same task


class Task(Protocol):
    """A piece of work with a known or unknown total."""

    def advance(self, done: float, **facts: Any) -> None: ...


class Progress(Protocol):
    """Where stages tell what they do."""

    def say(self, text: str, **facts: Any) -> None:
        """One line worth keeping."""
        ...

    def task(self, name: str, total: float | None = None) -> Any:
        """A context manager that yields a `Task`; `total` is in the units that `advance` counts."""
        ...


class Silent:
    """Says nothing."""

    def say(self, text: str, **facts: Any) -> None:
        return None

    @contextmanager
    def task(self, name: str, total: float | None = None) -> Iterator[Task]:
        yield self

    def advance(self, done: float, **facts: Any) -> None:
        return None


class _Plain:
    """Lines of text, or of JSON, now and then."""

    def __init__(self, name: str, total: float | None, as_json: bool):
        self.name, self.total, self.as_json = name, total, as_json
        self.done = 0.0
        self.told = time.monotonic()

    def advance(self, done: float, **facts: Any) -> None:
        self.done += done
        if time.monotonic() - self.told < QUIET_SECONDS:
            return
        self.told = time.monotonic()
        if self.as_json:
            line = json.dumps(
                {"task": self.name, "done": self.done, "total": self.total, **facts}, default=str
            )
        else:
            share = f" {self.done / self.total:4.0%}" if self.total else ""
            line = f"{self.name}{share} {_words(facts)}".rstrip()
        print(line, file=sys.stderr, flush=True)


class Lines:
    """For logs and `--json`: a line when something happened, and every five seconds while it goes on."""

    def __init__(self, as_json: bool = False):
        self.as_json = as_json

    def say(self, text: str, **facts: Any) -> None:
        line = json.dumps({"say": text, **facts}, ensure_ascii=False, default=str) if self.as_json else text
        print(line, file=sys.stderr, flush=True)

    @contextmanager
    def task(self, name: str, total: float | None = None) -> Iterator[Task]:
        yield _Plain(name, total, self.as_json)


class _Bar:
    def __init__(self, progress: Any, identity: Any):
        self.progress, self.identity = progress, identity

    def advance(self, done: float, **facts: Any) -> None:
        self.progress.update(self.identity, advance=done, **({"facts": _words(facts)} if facts else {}))


class Bars:
    """For a person at a terminal: a live bar for each task, with time left; a line for each thing said."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True)

    def say(self, text: str, **facts: Any) -> None:
        self.console.print(text, markup=False, highlight=False)

    @contextmanager
    def task(self, name: str, total: float | None = None) -> Iterator[Task]:
        from rich import progress as rich

        columns = (
            rich.TextColumn("  {task.description:<22}"),
            rich.BarColumn(bar_width=24),
            rich.TaskProgressColumn(),
            rich.TimeElapsedColumn(),
            rich.TextColumn("left"),
            rich.TimeRemainingColumn(),
            rich.TextColumn("{task.fields[facts]}"),
        )
        with rich.Progress(*columns, console=self.console, transient=True) as live:
            yield _Bar(live, live.add_task(name, total=total, facts=""))


def _words(facts: dict[str, Any]) -> str:
    return "  ".join(
        f"{name} {value:,.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in facts.items()
    )


def chosen(as_json: bool = False) -> Progress:
    """Bars where stderr is a terminal, lines elsewhere."""
    if as_json or not sys.stderr.isatty():
        return Lines(as_json)
    return Bars()
