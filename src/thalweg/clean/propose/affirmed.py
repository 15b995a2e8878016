"""Texts that say yes and no in words that plain conversion does not know."""

from __future__ import annotations

from thalweg.clean.booleans import NO, YES
from thalweg.clean.sample import sampled
from thalweg.clean.step import Proposal, Step
from thalweg.core.component import parse
from thalweg.engines import sql
from thalweg.engines.table import Table

LOOKED_AT = 20_000  # rows
FEWEST = 5  # values to judge by
MOST = 6  # spellings of one column


def affirmed(table: Table) -> list[Proposal]:
    """Read as booleans the columns in which every value is a yes or a no, and both occur."""
    training = table.training()
    seen = sampled(training, training.count(), LOOKED_AT)
    found: dict[str, list[str]] = {}
    for name in (name for name, sql_type in table.columns.items() if sql_type == "VARCHAR"):
        words = _words(seen, name)
        if (
            words
            and words <= {*YES, *NO}
            and words & set(YES)
            and words & set(NO)
            and not words <= {"0", "1"}
        ):
            found[name] = sorted(words)
    if not found:
        return []
    why = "; ".join(
        f"{name}: every text looked at is one of {', '.join(words)}" for name, words in found.items()
    )
    rules = {key: {"else": "null"} for key in found}
    return [Proposal(parse(Step, {"booleans": {"columns": rules}}), why)]


def _words(seen: Table, name: str) -> set[str]:
    """The distinct words of a column, empty where they are too many or too seldom."""
    word = sql.call("lower", sql.call("trim", sql.column(name)))
    query = sql.select(seen.query, {"word": word, "rows": sql.row_count()}).where(
        sql.not_null(sql.column(name))
    )
    rows = seen.session.rows(query.group_by(word.copy()).limit(MOST + 1))
    enough = sum(count for _, count in rows) >= FEWEST
    return {one for one, _ in rows if one} if len(rows) <= MOST and enough else set()
