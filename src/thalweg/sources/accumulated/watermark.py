"""Rows beyond the highest value of a column that was read so far."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlglot import exp

from thalweg.core.errors import SourceError
from thalweg.core.fingerprint import fingerprint
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW
from thalweg.sources.accumulated.accumulator import Accumulator, fitting
from thalweg.sources.accumulated.incremental import Incremental
from thalweg.sources.accumulated.journal import Journal
from thalweg.sources.load import reasons_of, write_rejected
from thalweg.sources.rejected_file import RejectedFile, rejected_batches
from thalweg.sources.settle import columns_of, rows_of, settled, without_nan
from thalweg.sources.source import Opened, Place, Source
from thalweg.sources.unchanged import unchanged

WITHOUT = "no watermark"


@dataclass
class Watermark(Accumulator):
    """Reads rows whose watermark is greater than any stored. State: that value as text, and the source's digest."""

    name: str
    source: Source
    settings: Incremental
    folder: Path
    can_begin_again: bool = True

    def __post_init__(self) -> None:
        self.kind = self.source.kind
        self.identity = fingerprint(self.source.written())
        self.column = self.settings.watermark or ""

    def news(self, journal: Journal) -> str | None:
        content = self.source.fingerprint(self.folder)
        return None if journal.state.get("content") == content else "the source has changed"

    def read(self, journal: Journal, place: Place) -> None:
        session = place.session
        content = self.source.fingerprint(self.folder)  # before it is read: a later change will show
        if journal.state.get("content") == content:
            return
        plain = self.source.model_copy(update={"incremental": None})
        candidates = session.scratch / f"watermark_{uuid4().hex}.parquet"
        with unchanged(plain, self.folder):
            opened = plain.typed({**self.source.expected, **journal.columns}).open(self.name, place)
            opened = self._fetch(opened, journal, session, candidates)
        rows = self._write_new(journal, session, candidates)
        rejected = self._write_rejected(opened, journal, session, candidates)
        highest = self._highest(journal, session) if rows else journal.state.get("watermark")
        opened.close()
        candidates.unlink()
        state = {"content": content, "watermark": highest}
        journal.commit(rows, reasons_of(rejected, session), state, to=highest)

    def _fetch(self, opened: Opened, journal: Journal, session: Session, target: Path) -> Opened:
        """Write the rows that may be new, and those without a watermark, in the source's order."""
        if opened.certain:
            query = opened.query
            types = self._checked(columns_of(session, query, self.name), journal)
            session.write_parquet(self._beyond(without_nan(query, types), types, journal), target)
            return opened
        copy = target.with_name(f"{target.stem}_all.parquet")

        def write(query: exp.Query) -> int:
            return session.write_parquet(without_nan(query, columns_of(session, query, self.name)), copy)

        opened, _ = settled(opened, write, lambda _: session.scan_parquet([copy]))
        query = rows_of(session, [copy])
        types = self._checked(session.columns(query), journal)
        session.write_parquet(self._beyond(query, types, journal), target)
        copy.unlink()
        return opened

    def _checked(self, types: dict[str, str], journal: Journal) -> dict[str, str]:
        for name in (self.column, *self.settings.key):
            if name not in types:
                raise SourceError(f"source {self.name!r} has no column {name!r}; {did_you_mean(name, types)}")
        fitting(types, journal)
        return types

    def _beyond(self, query: exp.Query, types: dict[str, str], journal: Journal) -> exp.Query:
        query = sql.select(query, list(types))
        if (last := self._last(journal)) is None:
            return query
        compare = exp.GTE if self.settings.key else exp.GT
        return query.where(
            sql.any_of(
                [compare(this=sql.column(self.column), expression=last), sql.is_null(sql.column(self.column))]
            )
        )

    def _last(self, journal: Journal) -> exp.Expr | None:
        text = journal.state.get("watermark")
        return None if text is None else sql.cast(sql.literal(text), journal.columns[self.column])

    def _write_new(self, journal: Journal, session: Session, candidates: Path) -> int:
        """Write the part. With a key, rows that are stored with the same watermark are left out."""
        found = session.scan_parquet([candidates])
        columns = [exp.alias_(sql.column(n, "t"), exp.to_identifier(n, quoted=True)) for n in journal.columns]
        query = (
            exp.select(*columns).from_(sql.relation(found)).where(sql.not_null(sql.column(self.column, "t")))
        )
        last = self._last(journal)
        parts = [journal.folder / name for name in journal.files("data")]
        if self.settings.key and last is not None and parts:
            same = [
                exp.NullSafeEQ(this=sql.column(name, "s"), expression=sql.column(name, "t"))
                for name in (*self.settings.key, self.column)
            ]
            stored = rows_of(session, parts).where(exp.EQ(this=sql.column(self.column), expression=last))
            known = exp.select("1").from_(sql.relation(stored, "s")).where(sql.all_of(same))
            query = query.where(exp.not_(exp.Exists(this=known)))
        return session.write_parquet(query.order_by(sql.column(ROW, "t")), journal.next_data)

    def _highest(self, journal: Journal, session: Session) -> str:
        top = sql.cast(exp.Max(this=sql.column(self.column)), "VARCHAR")
        return session.rows(sql.select(session.scan_parquet([journal.next_data]), {"top": top}))[0][0]

    def _write_rejected(
        self, opened: Opened, journal: Journal, session: Session, candidates: Path
    ) -> Path | None:
        """Set aside what was not set aside before: the lines that cannot be read stay in the source."""
        fresh = session.scratch / f"rejected_{uuid4().hex}.parquet"
        aside = RejectedFile(fresh, self.name)
        written = write_rejected(opened, fresh.with_name(f"{fresh.stem}_read.parquet"))
        for batch in rejected_batches(written) if written else ():
            for row in batch.to_pylist():
                aside.add(row["line"], row["text"], row["rule"], row["reason"], row["file"])
        nulls = self._without(session, candidates)
        if journal.state:
            journal.notes = {"rows without a watermark, not read again": nulls} if nulls else {}
        else:
            self._set_aside_nulls(aside, session, candidates)
        aside.close()
        query = rows_of(session, [fresh])
        before = [journal.folder / name for name in journal.files("rejected")]
        if before:
            query = exp.except_(query, rows_of(session, before))
        order = [sql.column(name) for name in ("file", "line", "text")]
        rows = session.write_parquet(
            sql.select(query, ["file", "line", "text", "rule", "reason"]).order_by(*order),
            journal.next_rejected,
        )
        return journal.next_rejected if rows else None

    def _without(self, session: Session, candidates: Path) -> int:
        query = sql.select(session.scan_parquet([candidates]), {"n": sql.row_count()})
        return session.rows(query.where(sql.is_null(sql.column(self.column))))[0][0]

    def _set_aside_nulls(self, aside: RejectedFile, session: Session, candidates: Path) -> None:
        found = session.scan_parquet([candidates])
        query = sql.select(
            found, {"row": sql.column(ROW), "text": sql.cast(sql.call("to_json", sql.column("t")), "VARCHAR")}
        )
        for batch in session.batches(query.where(sql.is_null(sql.column(self.column)))):
            for row in batch.to_pylist():
                aside.add(row["row"] + 1, row["text"], WITHOUT, f"its {self.column!r} is missing")
