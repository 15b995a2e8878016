"""Every source that files or frames are read by, held against the same odd tables: read right, or refused clearly.

The oracle is the Arrow table that another library wrote; what a format cannot hold is said here, and nothing else may
differ. Database servers are held against the same tables in `databases/`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sources import odd_tables
from tests.sources.written import WRITERS, plain
from thalweg.core.errors import DataError, SourceError

EVERY = pytest.mark.parametrize("kind", list(WRITERS))


def as_text(value: Any) -> Any:
    return None if value is None else str(value)


def encoded(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def nothing(value: Any) -> Any:
    return value or None


def in_utc(value: datetime | None) -> datetime | None:
    return value and value.replace(tzinfo=None)


def finite(value: float | None) -> float | None:
    return None if value is None or abs(value) == float("inf") else value


def to_the_millisecond(value: datetime | None) -> Any:
    """Excel counts days in floating point, and has none after 9999-12-31 12:00:00."""
    return value and datetime(1900, 1, 1) + timedelta(
        milliseconds=round((value.replace(tzinfo=None) - datetime(1900, 1, 1)) / timedelta(milliseconds=1))
    )


JSON = {"digits": as_text, "o": encoded}
HELD: dict[str, dict[str, Callable]] = {
    "csv": {"o": lambda value: nothing(encoded(value)), "s": nothing},  # nothing is what CSV has for both
    "json_lines": JSON,
    "json_array": JSON,
    "stream": {**JSON, "z": in_utc, "x": finite},
    "sqlite": {"digits": as_text, "z": in_utc},
    "excel": {
        **{"i": lambda value: value and float(value), "digits": as_text, "o": lambda v: nothing(encoded(v))},
        **{"t": to_the_millisecond, "z": to_the_millisecond, "x": finite, "s": nothing},
        "f": lambda value: float(f"{value:.15g}"),  # as many digits as openpyxl writes
    },
}


@EVERY
def test_values_at_the_edges_of_their_types(read: Callable, tmp_path: Path, kind: str) -> None:
    table = odd_tables.edges()
    found = read(WRITERS[kind](tmp_path, table, "edges"))
    held = HELD.get(kind, {})
    for name in table.column_names:
        given = [None if value != value else value for value in table[name].to_pylist()]  # NaN is missing
        assert found.column(name) == [held.get(name, lambda value: value)(value) for value in given], name
    assert set(found.types) == set(table.column_names)


@EVERY
def test_names(read: Callable, tmp_path: Path, kind: str) -> None:
    table = odd_tables.names(odd_tables.NAMES)
    found = read(WRITERS[kind](tmp_path, table, odd_tables.VICTIM))
    assert found.rows == table.to_pylist()
    assert list(found.types) == table.column_names


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_no_statement_hides_in_a_name(read: Callable, tmp_path: Path, kind: str) -> None:
    for name in odd_tables.PLAIN_NAMES:
        path = tmp_path / f"a.{kind}"
        path.unlink(missing_ok=True)
        assert read(WRITERS[kind](tmp_path, odd_tables.names([name]), name)).rows == [{name: 0}]
    with pytest.raises(DataError, match="source 't' is empty"):  # the table is still there
        read({kind: {"path": path.name, "table": "victim"}})
    with pytest.raises(SourceError, match="has no table 'victim; DROP TABLE victim'"):
        read({kind: {"path": path.name, "table": "victim; DROP TABLE victim"}})


@pytest.mark.parametrize("kind", ["csv", "parquet", "sqlite", "excel"])
def test_two_thousand_columns(read: Callable, tmp_path: Path, kind: str) -> None:
    table = odd_tables.wide(2000)
    found = read(WRITERS[kind](tmp_path, table, "wide"))
    assert found.rows == table.to_pylist()
    assert set(found.types.values()) == {"BIGINT"}


@EVERY
def test_no_rows(read: Callable, tmp_path: Path, kind: str) -> None:
    table = odd_tables.no_rows()
    with pytest.raises((DataError, SourceError, ValueError), match=r"empty|no line|received list") as raised:
        read(WRITERS[kind](tmp_path, table, "none"))
    assert "Traceback" not in str(raised.value)


@pytest.mark.parametrize(
    "kind", ["csv", "json_lines", "json_array", "parquet", "arrow", "sqlite", "duckdb", "excel"]
)
def test_a_file_whose_name_is_like_a_pattern(read: Callable, tmp_path: Path, kind: str) -> None:
    """`a[1]` as a pattern matches `a1`, and the engine would read that."""
    folder = tmp_path / "l[i]st *"
    for name, value in [("list x/a1", 1), ("l[i]st */a[1]", 2)]:
        into = (tmp_path / name).parent
        into.mkdir(exist_ok=True)
        written = WRITERS[kind](into, odd_tables.pa.table({"v": [value]}), "t")
        path = next(iter(written.values()))["path"] if isinstance(written, dict) else written
        (into / path).rename(tmp_path / f"{name}{Path(path).suffix}")
    source = written[next(iter(written))] if isinstance(written, dict) else {"path": written}
    source = {**source, "path": f"{folder.name}/a[1]{Path(path).suffix}"}
    kinds = {"json_lines": "json", "json_array": "json"}
    assert read({kinds.get(kind, kind): source}).column("v") == [2]


def test_the_oracle_is_not_ours() -> None:
    """What text formats are given is made by Python alone."""
    assert plain(odd_tables.STAMP) == "1969-12-31 23:59:59.999999"
