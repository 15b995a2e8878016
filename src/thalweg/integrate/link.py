"""Bring in the columns of another table whose rows are about the same things, where no key says which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator
from sqlglot import exp

from thalweg.clean.linkage.assignment import best_of_each, one_to_one
from thalweg.clean.linkage.matches import Matches
from thalweg.clean.linkage.settings import Comparing
from thalweg.clean.linkage.workbench import move, workbench
from thalweg.core.errors import ComponentError
from thalweg.core.fingerprint import fingerprint
from thalweg.core.ledger import Entry, Reason
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.integrate.linkage.linked import Counts, count_links, joined
from thalweg.integrate.naming import check_names, find, repeated
from thalweg.integrate.operation import Integrated, Operation


class Link(Comparing, Operation):
    """Bring in the columns of another table where its rows are about the same thing, though no key is shared.

        - link: {table: acm, compare: {title: text, authors: text, year: number, venue: text}, keep: one-to-one}
        - link: {table: crm, compare: {name: name, mail: {to: e_mail, kind: email}}, threshold: 0.9, how: inner}

    Pairs worth comparing are found by blocking, compared column by column, and judged by a model learnt from the
    training rows without labels (Fellegi & Sunter 1969, by Splink). Each row keeps its number; with `keep: all` a
    row may become several, which are counted and numbered anew. The same data gives the same links.
    """

    kind: ClassVar[str] = "link"

    table: str
    """The other table."""
    threshold: float = Field(default=0.5, gt=0, le=1)
    """The least probability of a match."""
    keep: Literal["best", "one-to-one", "all"] = "best"
    """best: each row has its most probable partner, which several may share. one-to-one: no row has two partners,
    and the pairs are together the most probable. all: a row for each match."""
    how: Literal["left", "inner"] = "left"
    """left: every row stays. inner: rows without a partner are dropped."""
    prefix: str | None = None
    """Put before the name of every column that comes in. Left out: the other table's name and `_`."""
    probability: str = "match_probability"
    """The name of the column that holds the probability of the match; NULL where there is none."""

    @field_validator("probability")
    @classmethod
    def _is_free(cls, name: str) -> str:
        check_names([name])
        return name

    @classmethod
    def example(cls) -> Self:
        return cls.model_validate({"table": "acm", "compare": {"title": "text", "year": "number"}})

    def tables(self) -> tuple[str, ...]:
        return (self.table,)

    def makes(self) -> tuple[str, ...]:
        return (self.probability,)

    def apply(self, table: Table, others: Mapping[str, Table]) -> Integrated:
        other = find(others, self.table)
        compared = self.compared(table, other)
        arriving = self._arriving(table, other)
        with workbench(table.session) as bench:
            found = self.find(bench, table, other, compared, self.threshold)
            links = self._kept(table, found)
        counts = count_links(table, other, links)
        entry = self._entry(table, counts, found)
        origins = frozenset().union(*(table.lineage.get(each.here, frozenset()) for each in compared))
        origins |= frozenset().union(*(other.lineage.get(each.there, frozenset()) for each in compared))
        renumber = entry.added > 0
        table = joined(table, other, links, arriving, self.how, self.probability, origins, renumber)
        return Integrated(table, entry, learnt=self.told(compared))

    def _kept(self, table: Table, found: Matches) -> exp.Table:
        """The links, in the user's session."""
        bench = found.records.bench
        chosen = {
            "best": lambda: best_of_each(bench, found.pairs),
            "one-to-one": lambda: one_to_one(bench, found.pairs, self.threshold),
            "all": lambda: found.pairs,
        }[self.keep]()
        columns = ["rid_l", "rid_r", "match_probability"]
        query = sql.select(chosen, columns).order_by(sql.column("rid_l"), sql.column("rid_r"))
        name = f"links_{fingerprint([self.written(), table.session.sql(table.query)])}"
        return move(query, bench, table.session, name)

    def _arriving(self, table: Table, other: Table) -> dict[str, str]:
        """The columns that come in: new name to the name in the other table."""
        prefix = f"{other.name}_" if self.prefix is None else self.prefix
        arriving = {f"{prefix}{name}": name for name in other.columns}
        clash = repeated([*table.columns, *arriving, self.probability])
        if clash:
            raise ComponentError(
                f"link {other.name}: more than one column would be called {', '.join(map(repr, clash))}; "
                "choose another prefix, or another name in probability"
            )
        check_names([*table.columns, *arriving])
        return arriving

    def _entry(self, table: Table, counts: Counts, found: Matches) -> Entry:
        alone = counts.rows - counts.matched
        dropped = alone if self.how == "inner" else 0
        rule = f"no row of {self.table} matches with a probability of {self.threshold} or more"
        return Entry(
            stage="integrate",
            table=table.name,
            step=f"{self.how} link {self.table}",
            rows_in=counts.rows,
            kept=counts.rows - dropped,
            dropped=dropped,
            added=counts.links - counts.matched,
            reasons=(Reason(fate="dropped", rule=rule, rows=dropped),) if dropped else (),
            notes={
                "matched": counts.matched,
                "unmatched": alone,
                "other_rows": counts.other_rows,
                "other_unused": counts.other_rows - counts.other_matched,
                **found.notes,
            },
        )
