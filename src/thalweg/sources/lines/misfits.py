"""Values of JSON objects that were lost, or rounded, on the way to the types of their columns.

All columns are looked at by a few expressions, not a few for each: the engine puts what a condition refers to in the
place of every reference, so that conditions on each of a thousand columns would parse each object a thousand times.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from thalweg.engines import sql
from thalweg.sources.lines.carry import INTEGERS

TEXT = "VARCHAR"
BY_KEY = json.dumps("MAP(VARCHAR, VARCHAR)")


@dataclass(frozen=True)
class Misfits:
    """What to look for: the types of columns that not every value may have, and which of them hold integers that
    were declared, so that a fraction is no value of theirs."""

    kinds: Mapping[str, str]
    whole: Sequence[str]

    @classmethod
    def of(cls, columns: Mapping[str, Any], declared: Collection[str]) -> Misfits:
        """Any text is text, and the types of nested values are found in those values themselves."""
        kinds = {name: kind for name, kind in columns.items() if isinstance(kind, str) and kind != TEXT}
        return cls(kinds, [name for name, kind in kinds.items() if kind in INTEGERS and name in declared])

    def any(self, json_object: exp.Expr) -> exp.Expr:
        """Whether an object has one."""
        look = self.look(json_object)
        tests = []
        if self.kinds:
            counts = (
                exp.Anonymous(this="list_count", expressions=[look[each]]) for each in ("given", "read")
            )
            tests.append(sql.differs(*counts))
        if self.whole:
            tests.append(sql.differs(look["exact"], look["rounded"]))
        return exp.Coalesce(this=exp.paren(sql.any_of(tests)), expressions=[exp.false()])

    def look(self, json_object: exp.Expr) -> dict[str, exp.Expr]:
        """Lists to find it by: texts `given` and `read` of `kinds`, numbers `exact` and `rounded` of `whole`; those
        of no columns are left out."""
        lists = {}
        if self.kinds:
            lists["given"] = _texts(json_object, dict.fromkeys(self.kinds, TEXT))
            lists["read"] = _texts(json_object, self.kinds)
        if self.whole:
            lists["exact"] = _as_list(_texts(json_object, dict.fromkeys(self.whole, TEXT)), "DOUBLE")
            lists["rounded"] = _as_list(_as_list(lists["exact"], "HUGEINT"), "DOUBLE")
        return lists

    def first(self, order: Collection[str], found: Mapping[str, Sequence[Any]]) -> str | None:
        """The first column, in an order, that the lists of `look` show to have lost or rounded its value."""
        lost = set()
        if self.kinds:
            values = zip(self.kinds, found["given"], found["read"], strict=True)
            lost |= {name for name, given, read in values if given is not None and read is None}
        if self.whole:
            numbers = zip(self.whole, found["exact"], found["rounded"], strict=True)
            lost |= {name for name, exact, rounded in numbers if exact != rounded}
        return next((name for name in order if name in lost), None)


def _texts(json_object: exp.Expr, kinds: Mapping[str, str]) -> exp.Expr:
    """The values of some keys, as they are after being read as these types, as a list of texts in their order."""
    read = sql.call("from_json", json_object.copy(), json.dumps(kinds))
    by_key = sql.call("from_json", sql.call("to_json", read), BY_KEY)
    return exp.Anonymous(this="map_values", expressions=[by_key])


def _as_list(values: exp.Expr, kind: str) -> exp.Expr:
    return sql.cast(values.copy(), f"{kind}[]", strict=False)
