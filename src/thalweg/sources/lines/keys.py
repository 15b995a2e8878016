"""The keys of JSON objects as columns: those that are declared are there, and there are not too many."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from thalweg.core.errors import DataError, SourceError
from thalweg.core.suggest import did_you_mean

MOST = 4_000  # so many columns take seconds; the time grows with their square
SHOWN = 3


def present(declared: Mapping[str, str], keys: Collection[str]) -> Mapping[str, str]:
    """The declared types. Raises SourceError where one is of a key that no object has."""
    for name in declared:
        if name not in keys:
            raise SourceError(f"no object has the key {name!r} to declare; {did_you_mean(name, keys)}")
    return declared


def refuse_too_many(keys: Collection[str], name: str, one_object: bool) -> None:
    """Raises DataError where objects have more keys than a table has columns: the keys are values then."""
    if len(keys) <= MOST:
        return
    some = [json.dumps(key, ensure_ascii=False) for key in list(keys)[:SHOWN]]
    found = f"one JSON object with {len(keys):,}" if one_object else f"objects with {len(keys):,} different"
    raise DataError(
        f"{name} holds {found} keys ({', '.join(some)} …), and each would be a column; expected lines, or one array, "
        f"of objects that share at most {MOST:,} keys",
        hint=f'if the keys are values, write an object for each: {{"key": {some[0]}, "value": …}}',
    )
