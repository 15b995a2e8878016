"""From text to value without loss."""

from __future__ import annotations

from typing import Any

import pytest
from sqlglot import exp

from thalweg.core.errors import DataError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.sources.lines.carry import EXACT, Column


def valued(session: Session, column: Column, carried: str, ask: str = "value") -> Any:
    value = sql.cast(exp.Literal.string(carried), column.carrier(None))
    expression = column.value(value, None) if ask == "value" else getattr(column, ask)(value)
    return session.rows(exp.select(expression))[0][0]


def test_integers(session: Session) -> None:
    column = Column("n", "INTEGER", guessed=False)
    assert column.carrier(None) == "DOUBLE"
    assert valued(session, column, "3.0") == 3
    with pytest.raises(DataError, match="a value is not of the type declared for its column"):
        valued(session, column, "3.5")
    assert [valued(session, column, v, "fractions") for v in ("3.5", "3", "nan")] == [True, False, False]
    assert [valued(session, column, v, "beyond") for v in ("3e9", "3", "nan", "inf")] == [
        True,
        False,
        True,
        True,
    ]


def test_large_integers(session: Session) -> None:
    column = Column("n", "BIGINT", guessed=True)
    assert column.range == (-EXACT, EXACT)
    assert (
        valued(session, column, str(2**53 + 1), "beyond") is False
    )  # as DOUBLE it is 2**53: hence the wide carrier
    wide = Column("n", "BIGINT", guessed=True, wide=True)
    assert valued(session, wide, str(2**53 + 1)) == 2**53 + 1
    assert valued(session, wide, str(2**63), "beyond") is True
    assert valued(session, wide, "1.5", "fractions") is True


def test_dates(session: Session) -> None:
    column = Column("d", "DATE", guessed=True)
    assert column.carrier(None) == "TIMESTAMP"
    assert column.carrier("%d/%m/%Y") == "DATE"
    assert valued(session, column, "2020-01-31 10:00", "fractions") is True
    assert str(valued(session, column, "2020-01-31")) == "2020-01-31"


def test_others_are_as_they_are() -> None:
    assert Column("s", "VARCHAR", guessed=True).carrier(None) == "VARCHAR"
    assert Column("s", "HUGEINT", guessed=False).carrier(None) == "HUGEINT"
