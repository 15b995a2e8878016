"""Text that was decoded in the wrong way."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator
from sqlglot import exp

from thalweg.clean.names import Names, one_or_many
from thalweg.clean.step import Outcome, Step
from thalweg.core.errors import ComponentError
from thalweg.engines import sql
from thalweg.engines.table import Table
from thalweg.engines.types import family

Wrong = Literal["cp1252", "latin-1", "gb18030"]
MOST = 100_000  # distinct pieces that are looked at
PIECE = "__piece"
LOST = "\ufffd"  # stands where a letter was lost before: nothing to mend


class Mojibake(Step):
    """Mend UTF-8 that was read as another encoding: `Ã©` becomes `é`, `â€™` becomes `’`.

    A run of letters beyond ASCII is written back in the encoding it was wrongly read with; where the bytes are
    UTF-8, the text they hold takes its place. That is done up to three times, for text that went wrong twice. What is
    not UTF-8 is left as it is: a lone `é` is no mojibake. Only pieces that occur are replaced, in all rows.
    """

    kind: ClassVar[str] = "mojibake"

    columns: Names = ()
    """Columns of text. Left out: all of them."""
    read_as: Annotated[tuple[Wrong, ...], BeforeValidator(one_or_many)] = ("cp1252", "latin-1")
    """What the text may have been wrongly read as, in the order in which it is tried."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"columns": value} if isinstance(value, (str, list, tuple)) else value

    @classmethod
    def example(cls) -> Mojibake:
        return cls.model_validate(["name", "city"])

    def apply(self, table: Table) -> Outcome:
        for name in self.columns:
            if table.columns[table.require(name)] != "VARCHAR":
                raise ComponentError(f"mojibake is of text; column {name!r} is {table.columns[name]}")
        names = self.columns or tuple(
            n for n, t in table.columns.items() if t == "VARCHAR" and family(t) == "text"
        )
        changes: dict[str, exp.Expr] = {}
        for name in names:
            found = garbled(table, name, self.read_as)
            if found:
                changes[name] = _replaced(sql.column(name), found)
        return Outcome(changes)


def garbled(table: Table, name: str, read_as: Iterable[str] = ("cp1252", "latin-1")) -> dict[str, str]:
    """The runs of letters beyond ASCII in a column that are mojibake, with what they should be."""
    runs = sql.call("regexp_extract_all", sql.column(name), r"[^\x{0}-\x{7f}]{2,}")
    each = sql.select(table.query, {PIECE: sql.call("unnest", runs)}).distinct()
    pieces = sql.select(each, [PIECE]).order_by(sql.column(PIECE)).limit(MOST)
    mended = {piece: mend(piece, read_as) for (piece,) in table.session.rows(pieces)}
    return {piece: right for piece, right in mended.items() if right != piece}


def mend(text: str, read_as: Iterable[str] = ("cp1252", "latin-1")) -> str:
    """A text with its mojibake undone, itself where there is none."""
    encodings = tuple(read_as)
    for _ in range(3):
        better = next((right for wrong in encodings if (right := _decoded(text, wrong)) is not None), None)
        if better is None or better == text:
            return text
        text = better
    return text


def _decoded(text: str, wrong: str) -> str | None:
    """The text whose UTF-8 bytes were read in another encoding; None where it is not one."""
    try:
        right = _bytes(text, wrong).decode("utf-8")
    except UnicodeError:
        return None
    return None if LOST in right else right


def _bytes(text: str, wrong: str) -> bytes:
    """The bytes behind a text. Windows-1252 leaves five bytes undefined, which programs read as Latin-1 has them."""
    if wrong != "cp1252":
        return codecs.encode(text, wrong)
    return b"".join(
        letter.encode("latin-1") if letter in "\x81\x8d\x8f\x90\x9d" else letter.encode("cp1252")
        for letter in text
    )


def _replaced(text: exp.Expr, pieces: dict[str, str]) -> exp.Expr:
    """A text with pieces replaced, the longest first, so that none is taken for part of another."""
    for wrong in sorted(pieces, key=lambda piece: (-len(piece), piece)):
        text = sql.call("replace", text, wrong, pieces[wrong])
    return text
