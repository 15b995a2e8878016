"""What a user may write about finding records that are about the same thing, whatever is then made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, field_validator

from thalweg.clean.linkage.compared import (
    Compare,
    Compared,
    as_rules,
    by_name,
    check_kinds,
    check_rules,
    columns_compared,
)
from thalweg.clean.linkage.matches import Matches, find_matches
from thalweg.clean.linkage.workbench import Bench
from thalweg.core.component import Section
from thalweg.engines.table import Table


class Comparing(Section):
    """Settings shared by all that compares records; who uses them adds a `threshold`."""

    compare: dict[str, Compare]
    """What is compared: {column: kind}, {column: [kind, kind]}, {column here: {to: column there, kind: …}} where there
    are two tables, or a list of columns. Kinds: text (words weighed by how rare they are), model_numbers (those inside
    a text, whatever their hyphens and endings), name, code, exact, number, date, email, phone, postcode; left out,
    told from the values."""
    block: tuple[tuple[str, ...], ...] | None = None
    """Rules that make two rows worth comparing: columns that must agree, such as [title, [surname, postcode]]; a text
    agrees in any of its words. Left out: every compared column by values (or words) that few rows share."""
    most_pairs: int = Field(default=50_000_000, ge=1)
    """Refuse to compare more pairs than this."""
    seed: int = 0
    """Draws the random pairs from which it is learnt how often unlike things agree."""

    @field_validator("compare", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return by_name(value)

    @field_validator("compare")
    @classmethod
    def _known_kinds(cls, compare: dict[str, Compare]) -> dict[str, Compare]:
        check_kinds(compare)
        return compare

    @field_validator("block", mode="before")
    @classmethod
    def _rules(cls, value: Any) -> Any:
        return as_rules(value)

    def compared(self, here: Table, there: Table) -> list[Compared]:
        """The comparisons of two tables, or of one with itself. Raises ComponentError where they do not fit."""
        found = columns_compared(self.compare, here, there)
        check_rules(self.block, found)
        return found

    def told(self, compared: Sequence[Compared]) -> Self:
        """These settings with the kinds that were told from the values written out."""
        kinds = {name: tuple(one.kind_name for one in compared if one.here == name) for name in self.compare}
        known = {
            name: each.model_copy(update={"kind": kinds[name] if len(kinds[name]) > 1 else kinds[name][0]})
            for name, each in self.compare.items()
        }
        return self.model_copy(update={"compare": known})

    def find(
        self, bench: Bench, here: Table, there: Table | None, compared: list[Compared], threshold: float
    ) -> Matches:
        """The matches between two tables, or within one where there is no other; errors as of `find_matches`."""
        return find_matches(bench, here, there, compared, self.block, threshold, self.most_pairs, self.seed)
