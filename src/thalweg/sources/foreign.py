"""Rows that an engine of the source's own reads, handed to the session as Arrow batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from thalweg.core.errors import DataError, SourceError
from thalweg.engines import sql
from thalweg.engines.apart import Apart, ForeignError
from thalweg.engines.types import family
from thalweg.sources.names import unlike, usable
from thalweg.sources.relay import Relay
from thalweg.sources.source import Opened

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from thalweg.engines.engine import Session

WIDEST = {"HUGEINT": "DECIMAL(38,0)", "UHUGEINT": "DECIMAL(38,0)"}


@dataclass
class OpenedForeign(Opened):
    """A query of a private engine, and the words in which its failures are told."""

    session: Session
    apart: Apart
    wanted: exp.Query
    tell: Callable[[ForeignError], SourceError]
    told_notes: Mapping[str, Any] = field(default_factory=dict)
    relay: Relay = field(init=False)

    def __post_init__(self) -> None:
        self.relay = Relay(self.session, "foreign")

    @property
    def query(self) -> exp.Query:
        return self.relay.offer(self.apart.schema(self.wanted), self._batches())

    @property
    def notes(self) -> Mapping[str, Any]:
        return self.told_notes

    def mend(self, error: DataError) -> Opened:
        self.close()
        raise self.relay.told(error) from None

    def close(self) -> None:
        self.apart.close()

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self.apart.batches(self.wanted)
        except ForeignError as error:
            raise self.tell(error) from None


def offered(
    session: Session,
    apart: Apart,
    query: exp.Query,
    name: str,
    tell: Callable[[ForeignError], SourceError],
    notes: Mapping[str, str] | None = None,
) -> OpenedForeign:
    """A query opened: its names checked, columns of types that the stages do not know as their text."""
    try:
        types = apart.columns(query)
        unlike(list(types), name)
        usable(list(types), name)
        plain = {column: _plain(sql.column(column), kind) for column, kind in types.items()}
        texts = {column: f"{types[column]}, read as text" for column in types if _as_text(types[column])}
        found = {**texts, **(notes or {})}
        return OpenedForeign(
            session, apart, sql.select(query, plain), tell, {"types": found} if found else {}
        )
    except ForeignError as error:
        apart.close()
        raise tell(error) from None


def _plain(value: exp.Expr, kind: str) -> exp.Expr:
    if kind in WIDEST:
        return sql.cast(value, WIDEST[kind])
    return sql.cast(value, "VARCHAR") if _as_text(kind) or kind.startswith("ENUM") else value


def _as_text(kind: str) -> bool:
    return family(kind) == "other"
