"""Operations that find the rows of another table by a key."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import field_validator

from thalweg.integrate.operation import Operation
from thalweg.integrate.related import Key, check_key, pairs, with_on


class KeyedOperation(Operation, ABC):
    """An operation with another table and the columns that tell which of its rows belong to a row here."""

    needs_key: ClassVar[bool] = True
    """Whether `on` must hold one."""

    table: str
    """The other table."""
    on: Key | None
    """The key: a column of that name on both sides, several, or {column here: column there}."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return with_on(value)

    @field_validator("on")
    @classmethod
    def _has_keys(cls, on: Key | None) -> Key | None:
        if on is not None or cls.needs_key:
            check_key(on or [], cls.kind)
        return on

    @property
    def keys(self) -> dict[str, str]:
        """The key as {column here: column there}."""
        return pairs(self.on) if self.on is not None else {}

    def tables(self) -> tuple[str, ...]:
        return (self.table,)

    def matches(self, other: str) -> Mapping[str, str]:
        return self.keys if other == self.table else {}
