"""How a source is read a second time: only what is new."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from thalweg.core.component import Section
from thalweg.core.errors import ComponentError


class Incremental(Section):
    """`files`: new files alone; or `{watermark: updated_at}`: rows beyond the highest value read so far.

    The promise of a watermark: a row is read when its watermark is greater than (>) every one that was read before.
    A row that comes late, with a watermark that is not greater, is not read. With `key`, rows of exactly the
    highest watermark are looked at again (>=), and those whose key is stored with that watermark are left out:
    rows that come late with an equal watermark are read then, once. A row that was changed, and so has a
    greater watermark, is read as a new row; keep the newest with `duplicates: {keys: […], keep: last}`. A row
    without a watermark goes to quarantine on the first reading and is counted on later ones.
    """

    files: bool = False
    """Read each file of the path once; a file that has come since is read by the next run."""
    watermark: str | None = None
    """The column that only ever grows, such as the time of the last change or a serial number."""
    key: tuple[str, ...] = ()
    """Columns that tell rows with the same watermark apart."""
    changed: Literal["refuse", "keep", "again"] = "refuse"
    """Of a file that has changed since it was read: stop and say so; keep the rows as they were read, and say so; or
    read everything again."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        if value == "files":
            return {"files": True}
        if isinstance(value, dict) and isinstance(value.get("key"), str):
            return {**value, "key": [value["key"]]}
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Incremental:
        if self.files == (self.watermark is not None):
            raise ComponentError("incremental: expected `files`, or {watermark: COLUMN}, one of the two")
        if self.key and self.files:
            raise ComponentError(
                "incremental: `key` belongs to a watermark; files are told apart by their paths"
            )
        return self
