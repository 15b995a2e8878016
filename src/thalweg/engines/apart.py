"""An engine of a source's own: it alone loads extensions and knows credentials, and it is gone once the source is read.

The session that the stages share never sees a password, an attached database or an extension: rows reach it as Arrow
batches, which any engine can take. What a foreign server says goes through `scrubbed` before anyone reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from thalweg.core.errors import SourceError
from thalweg.engines import sql
from thalweg.engines.extension import extension_file

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MEMORY = "512MB"  # it streams; this is for sorting lists of files and for decoding row groups
ROWS = 65_536
NOWHERE = "/dev/null/none"  # credentials that a person keeps for DuckDB are not ours to use
STRUCK_OUT = "***"
BACKTRACE = re.compile(r"(?:\n|\s)+(?:stack backtrace:|\d+: \S*<?\w+::)")
SENSITIVE = {"PASSWORD", "KEY_ID", "SECRET", "SESSION_TOKEN"}


class ForeignError(SourceError):
    """What a foreign reader or server said, without secrets; those who know it better tell it in their own words."""


@dataclass
class Apart:
    """A private embedded engine. `secrets` are texts that no message may hold."""

    connection: duckdb.DuckDBPyConnection
    secrets: list[str] = field(default_factory=list, repr=False)

    def run(self, statement: exp.Expr | str) -> list[tuple[Any, ...]]:
        """Run a statement and give its rows. Raises ForeignError."""
        with self.told():
            return self.connection.execute(self._text(statement)).fetchall()

    def columns(self, query: exp.Query) -> dict[str, str]:
        """Names and DuckDB types of a query's columns, without running it. Raises ForeignError."""
        return {row[0]: row[1] for row in self.run(f"DESCRIBE {self._text(query)}")}

    def schema(self, query: exp.Query) -> pa.Schema:
        """The Arrow schema of a query's columns. Raises ForeignError."""
        with self.told():
            return self.connection.execute(self._text(query.limit(0))).to_arrow_table().schema

    def batches(self, query: exp.Query) -> Iterator[pa.RecordBatch]:
        """The rows of a query, streamed in its order; nothing else may be asked meanwhile. Raises ForeignError."""
        with self.told():
            yield from self.connection.execute(self._text(query)).to_arrow_reader(ROWS)

    def secret(self, kind: str, values: Mapping[str, Any], scope: str | None = None) -> None:
        """Make credentials known to this engine alone, in memory; what is secret of them is kept out of messages."""
        self.secrets += [str(value) for key, value in values.items() if key in SENSITIVE]
        parts = [
            f"TYPE {kind}",
            *(f"{key} {self._text(sql.literal(value))}" for key, value in values.items()),
        ]
        if scope is not None:
            parts.append(f"SCOPE {self._text(sql.literal(scope))}")
        self.run(f"CREATE SECRET credentials ({', '.join(parts)})")

    def attach(self, address: str, name: str, options: Sequence[str] = ()) -> None:
        """Attach a database, for reading only. Raises ForeignError."""
        target = self._text(sql.literal(address))
        self.run(f"ATTACH {target} AS {self._text(sql.table(name))} ({', '.join(['READ_ONLY', *options])})")

    def set(self, name: str, value: Any) -> None:
        """Change a setting of the engine or of an extension."""
        self.run(f"SET {name} = {self._text(sql.literal(value))}")

    def close(self) -> None:
        """Forget everything."""
        self.connection.close()

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell the engine's errors as ForeignError, without secrets, and without a chain that would show them."""
        import duckdb

        try:
            yield
        except (duckdb.Error, OSError) as error:
            raise ForeignError(scrubbed(str(error), self.secrets)) from None

    def _text(self, statement: exp.Expr | str) -> str:
        return statement if isinstance(statement, str) else statement.sql(dialect=sql.DIALECT)


def scrubbed(message: str, secrets: Sequence[str]) -> str:
    """The first paragraph of a message in one line, secrets struck out, without the echo of the statement or the
    backtrace of a reader."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        message = message.replace(secret, STRUCK_OUT)
    lines = BACKTRACE.split(message.split("\n\nLINE ")[0])[0].splitlines()
    return " ".join(line.strip() for line in lines if line.strip())


def open_apart(
    extensions: Mapping[str, str] | None = None, settings: Mapping[str, Any] | None = None
) -> Apart:
    """Start one with extensions by name, each with the extra that brings it. Raises MissingExtra."""
    import duckdb

    files = [extension_file(name, extra) for name, extra in (extensions or {}).items()]
    fixed = {
        "memory_limit": MEMORY,
        "threads": 4,
        "temp_directory": "",
        "preserve_insertion_order": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "secret_directory": NOWHERE,
    }
    apart = Apart(duckdb.connect(":memory:", config=fixed))
    apart.run("SET TimeZone = 'UTC'")
    for file in files:
        apart.run(f"LOAD {sql.literal(str(file)).sql(dialect=sql.DIALECT)}")
    for name, value in (settings or {}).items():
        apart.set(name, value)
    return apart
