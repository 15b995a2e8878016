"""One way of writing the same character: Unicode's normal forms, in SQL.

NFKC(s) = NFC(the compatibility decomposition of each character of s), since composition also puts combining marks in
order (Unicode Standard Annex 15). SQL has NFC; so only the characters that NFKC changes beyond NFC, and that occur
in the column, are replaced first.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.table import Table

FOUND = "__found"


def nfc(text: exp.Expr) -> exp.Expr:
    """Canonical composition: é as one character however it was typed."""
    return sql.call("nfc_normalize", text)


def nfkc(table: Table, name: str, text: exp.Expr) -> exp.Expr:
    """Compatibility composition: full-width ＡＢＣ as ABC, ﬁ as fi, ① as 1.

    One pass over the column finds which such characters occur: at most some thousands, usually none.
    """
    decomposed = {
        character: unicodedata.normalize("NFKD", character) for character in _occurring(table, name)
    }
    single = {old: new for old, new in decomposed.items() if len(new) == 1}
    if single:
        text = sql.call("translate", text, "".join(single), "".join(single.values()))
    for old, new in decomposed.items():
        if old not in single:
            text = sql.call("replace", text, old, new)
    return nfc(text)


def _occurring(table: Table, name: str) -> list[str]:
    found = sql.call("regexp_extract_all", sql.column(name), _pattern())
    each = sql.select(table.query, {FOUND: sql.call("unnest", found)}).distinct()
    ordered = sql.select(each, [FOUND]).order_by(sql.column(FOUND))
    return [row[0] for row in table.session.rows(ordered)]


@cache
def _pattern() -> str:
    """A class of all characters that NFKC changes and NFC does not."""
    codes = [
        code
        for code in range(0x80, sys.maxunicode + 1)
        if not 0xD800 <= code <= 0xDFFF
        and unicodedata.normalize("NFKD", chr(code)) != unicodedata.normalize("NFD", chr(code))
    ]
    starts = [code for before, code in zip([-2, *codes], codes, strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if after != code + 1]
    ranges = (f"\\x{{{start:x}}}-\\x{{{end:x}}}" for start, end in zip(starts, ends, strict=True))
    return f"[{''.join(ranges)}]"
