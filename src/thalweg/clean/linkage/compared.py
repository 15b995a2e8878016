"""Which columns are compared, how, and what makes two records worth comparing, as both uses of it are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thalweg.clean.linkage.kinds import KINDS, Kind
from thalweg.clean.sample import sampled
from thalweg.core.component import Section
from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family

WORDY = 3.0  # words a value, above which a text is compared word by word
LOOKED_AT = 10_000  # rows from which a kind is told


class Compare(Section):
    """How a column is compared: a kind, such as `text`, or several; or {to: column of the other table, kind: text}."""

    kind: str | tuple[str, ...] | None = None
    """One of text, model_numbers, name, code, exact, number, date, email, phone, postcode, or several of them, such as
    [text, model_numbers]. Left out: told from the values."""
    to: str | None = None
    """The column of the other table. Left out: the one of the same name."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"kind": value} if value is None or isinstance(value, (str, list, tuple)) else value

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that were written."""
        return (self.kind,) if isinstance(self.kind, str) else self.kind or ()


@dataclass(frozen=True)
class Compared:
    """A column here, the column there, and how they are compared."""

    here: str
    there: str
    kind_name: str

    @property
    def kind(self) -> Kind:
        return KINDS[self.kind_name]

    def title(self, others: Sequence[Compared]) -> str:
        """The column, and how it is compared where it is compared in several ways."""
        several = sum(other.here == self.here for other in others) > 1
        return f"{self.here} as {self.kind_name}" if several else self.here


def by_name(value: Any) -> Any:
    """The full form of a list of columns, or of one."""
    names = [value] if isinstance(value, str) else value
    return dict.fromkeys(names) if isinstance(names, (list, tuple)) else names


def check_kinds(compare: Mapping[str, Compare]) -> None:
    """Raises ComponentError where nothing is compared, or in a way that is not known."""
    if not compare:
        raise ComponentError(
            "'compare' is empty; name the columns to compare, such as {title: text, year: number}"
        )
    for name, each in compare.items():
        for kind in each.kinds:
            if kind not in KINDS:
                raise ComponentError(
                    f"column {name!r} can't be compared as {kind!r}; {did_you_mean(kind, KINDS)}"
                )
        if len(set(each.kinds)) < len(each.kinds):
            raise ComponentError(f"column {name!r} is compared twice in the same way: {list(each.kinds)}")


def columns_compared(compare: Mapping[str, Compare], here: Table, there: Table) -> list[Compared]:
    """Each comparison with its kind. Raises ComponentError for a column that a table does not have."""
    found = []
    for name, each in compare.items():
        here.require(name, "column to compare,")
        other = there.require(each.to or name, "column to compare,")
        for kind in each.kinds or (told_kind(here, name),):
            for table, column in ((here, name), (there, other)):
                _check_type(table, column, kind)
            found.append(Compared(name, other, kind))
    return found


def told_kind(table: Table, name: str) -> str:
    """The kind that fits a column: by its type, of texts by how many words a value has."""
    sort = family(table.columns[name])
    if sort != "text":
        return {"integer": "number", "number": "number", "date": "date", "timestamp": "date"}.get(
            sort, "exact"
        )
    rows = table.training()
    some = sampled(rows, rows.count(), LOOKED_AT)
    words = sql.call(
        "len", sql.call("string_split", sql.call("trim", sql.cast(sql.column(name), "VARCHAR")), " ")
    )
    mean = some.aggregate(words=sql.call("avg", words))["words"]
    return "text" if mean is not None and mean >= WORDY else "name"


def _check_type(table: Table, name: str, kind: str) -> None:
    sql_type = table.columns[name]
    sort = family(sql_type)
    wrong = sort in ("nested", "bytes")
    wrong |= kind == "date" and sort not in ("date", "timestamp", "text", "integer")
    wrong |= kind == "number" and sort not in ("integer", "number", "text")
    if wrong:
        raise ComponentError(
            f"column {name!r} of {table.name!r} is {sql_type} and can't be compared as {kind!r}"
        )


def check_rules(block: Sequence[Sequence[str]] | None, compared: Sequence[Compared]) -> None:
    """Raises ComponentError for a rule that is empty or names a column that is not compared."""
    names = [each.here for each in compared]
    for rule in block or ():
        if not rule:
            raise ComponentError(
                "a rule of 'block' is empty; write a column, or several that must agree together"
            )
        for name in rule:
            if name not in names:
                raise ComponentError(
                    f"'block' names {name!r}, which is not compared; {did_you_mean(name, names)}"
                )


def as_rules(value: Any) -> Any:
    """The full form of `block`: a list of rules, each a list of columns."""
    if isinstance(value, str):
        return ((value,),)
    if isinstance(value, (list, tuple)):
        return tuple((each,) if isinstance(each, str) else each for each in value)
    return value
