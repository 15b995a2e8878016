"""Delimited text: every line is a row or is set aside, and guessed types are proved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thalweg.core.errors import DataError
from thalweg.engines.duckdb import DuckDB
from thalweg.sources.csv import Csv
from thalweg.sources.load import load
from thalweg.sources.source import Place

HEAD = "id,name,val\n"


def lines(count: int, start: int = 0) -> str:
    return "".join(f"{i},n{i},{i}\n" for i in range(start, start + count))


# what is set aside


def test_malformed_lines_are_set_aside_with_number_text_and_reason(read_csv: Callable) -> None:
    found = read_csv(
        HEAD + lines(200) + "200,x\n201,y,1,2\n" + "bad,\xff,nix\n202,n202,202\n", columns={"val": "int"}
    )
    assert len(found.rows) == 201
    assert [(row["line"], row["text"], row["rule"]) for row in found.rejected] == [
        (202, "200,x", "too few fields"),
        (203, "201,y,1,2", "too many fields"),
        (204, "bad,ÿ,nix", "id is not of type BIGINT"),  # one row, though two of its cells are bad
    ]
    assert found.rejected[0]["reason"] == "expected 3 fields, found 2"
    assert found.rejected[2]["reason"] == "id: 'bad' is not of type BIGINT"
    assert found.rejected[0]["file"].endswith("data.csv")
    assert {reason.rule: reason.rows for reason in found.loaded.entry.reasons} == {
        "too few fields": 1,
        "too many fields": 1,
        "id is not of type BIGINT": 1,
    }


def test_all_malformed_lines_are_stored(read_csv: Callable) -> None:
    content = HEAD + "".join(f"{i},n{i},{i}\n{i},short\n" for i in range(30_000))
    found = read_csv(content)
    assert len(found.rows) == len(found.rejected) == 30_000
    assert [row["line"] for row in found.rejected[:3]] == [3, 5, 7]
    assert found.rejected[-1] == {
        **found.rejected[-1],
        "line": 60_001,
        "text": "29999,short",
        "rule": "too few fields",
    }


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_numbers_are_those_of_an_editor(read_csv: Callable, end: str) -> None:
    text = 'id,name,val\n1,"a\nb\nc",2\n2,x\n\n3,"d\n",4\n4,y,z,z\n5,e,5'.replace("\n", end)
    found = read_csv(b"\xef\xbb\xbf" + text.encode())
    assert [row["id"] for row in found.rows] == [1, 3, 5]
    assert [(row["line"], row["text"]) for row in found.rejected] == [(5, "2,x"), (9, "4,y,z,z")]


def test_a_quote_never_closed_costs_one_line(read_csv: Callable) -> None:
    found = read_csv(HEAD + '0,"open,0\n' + lines(40_000, 1))
    assert found.column("id") == list(range(1, 40_001))
    assert [(row["line"], row["text"], row["rule"]) for row in found.rejected] == [
        (2, '0,"open,0', "a broken quote")
    ]


def test_a_broken_quote_among_sound_ones(read_csv: Callable) -> None:
    found = read_csv(HEAD + '1,"a",1\n2,"b,2\n3,c,3\n4,"d"x,4\n5,"e,\nf",5\n6,"g",6\n7,h\n')
    assert found.column("id") == [1, 3, 5, 6]
    assert [(row["line"], row["rule"]) for row in found.rejected] == [
        (3, "a broken quote"),
        (5, "a broken quote"),
        (9, "too few fields"),
    ]


def test_a_broken_quote_that_the_engine_tells_without_its_text(read_csv: Callable) -> None:
    found = read_csv('a,b,c\n"open,"a,b","open\n"q",1,1')
    assert found.rows == [{"a": "q", "b": 1, "c": 1}]
    assert [(row["line"], row["text"]) for row in found.rejected] == [(2, '"open,"a,b","open')]


def test_mixed_line_ends_lose_no_rows(read_csv: Callable) -> None:
    found = read_csv(b'a,b\r\n1,2\n3,"x\ny"\r\n5,6\n7\r8,9\n')
    assert [row["a"] for row in found.rows] == [1, 3, 5]
    assert [(row["line"], row["rule"]) for row in found.rejected] == [(6, "a carriage return inside a line")]


def test_the_line_ends_of_old_macs(read_csv: Callable) -> None:
    assert read_csv(b"a,b\r1,2\r3,4").rows == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]


def test_a_line_too_long_is_set_aside(read_csv: Callable) -> None:
    found = read_csv("a,b\n1,x\n2," + "z" * 2**21 + "\n3,y\n")
    assert [row["a"] for row in found.rows] == [1, 3]
    assert [(row["line"], row["rule"]) for row in found.rejected] == [(3, "longer than 2 MiB")]


def test_bytes_that_are_not_in_the_encoding(read_csv: Callable) -> None:
    found = read_csv(HEAD.encode() + b"0,caf\xe9,0\n" + lines(200, 1).encode())
    assert len(found.rows) == 200
    assert [(row["line"], row["text"], row["reason"]) for row in found.rejected] == [
        (2, "0,caf\\xe9,0", "bytes that are not utf-8")
    ]


# types that the first lines guessed wrongly


def test_a_bad_cell_does_not_turn_numbers_into_text(read_csv: Callable) -> None:
    early = read_csv(HEAD + lines(500) + "500,x,oops\n" + lines(500, 501))
    late = read_csv(HEAD + lines(30_000) + "30000,x,oops\n")
    for found in (early, late):
        assert found.types == {"id": "BIGINT", "name": "VARCHAR", "val": "BIGINT"}
        assert [row["reason"] for row in found.rejected] == ["val: 'oops' is not of type BIGINT"]


def test_a_column_that_turns_into_text_is_read_again(read_csv: Callable) -> None:
    content = (
        "code,n\n"
        + "".join(f"{i % 50},{i}\n" for i in range(25_000))
        + "".join(f"A{i},{i}\n" for i in range(5_000))
    )
    found = read_csv(content)
    assert found.types == {"code": "VARCHAR", "n": "BIGINT"}
    assert len(found.rows) == 30_000
    assert found.column("code")[-1] == "A4999"
    assert found.notes == {"types": {"code": "looked like BIGINT at first, and is VARCHAR"}}


def test_a_late_fraction_is_not_rounded(read_csv: Callable) -> None:
    found = read_csv(
        "n,d\n" + "".join(f"{i},2020-01-01\n" for i in range(25_000)) + "2.5,2020-01-02 10:30:00\n"
    )
    assert found.types == {"n": "DOUBLE", "d": "TIMESTAMP"}
    assert found.rows[-1] == {"n": 2.5, "d": datetime(2020, 1, 2, 10, 30)}
    assert found.rejected == []


def test_a_fraction_in_a_declared_integer_is_set_aside(read_csv: Callable) -> None:
    content = "n,d,small\n1,2020-01-01,5\n2.5,2020-01-01,5\n3,2020-01-02 10:30,5\n4.0,2020-01-03,5\n"
    content += "5,,3000000000\n1e2,,\n"
    found = read_csv(content, columns={"n": "int", "d": "date", "small": "INTEGER"})
    assert found.column("n") == [1, 4, 100]
    assert [(row["line"], row["reason"]) for row in found.rejected] == [
        (3, "n: '2.5' is not of type BIGINT"),
        (4, "d: '2020-01-02 10:30' is not of type DATE"),
        (6, "small: '3000000000' is not of type INTEGER"),
    ]


def test_large_integers_are_exact(read_csv: Callable) -> None:
    values = [2**53 + 1, -(2**63), 2**63 - 1]
    late = [*range(25_000), *values]
    assert read_csv("n,m\n" + "".join(f"{v},1\n" for v in values)).column("n") == values
    assert read_csv("n,m\n" + "".join(f"{v},1\n" for v in late)).column("n")[-3:] == values


def test_spellings_of_missing_are_no_slips(read_csv: Callable) -> None:
    content = "x,y\n" + "".join(f"{i},{i}\n" for i in range(500)) + "NA,1\n"
    found = read_csv(content)
    assert found.types["x"] == "VARCHAR"
    assert found.notes == {"types": {"x": "text, but BIGINT if declared as nulls: 'NA'"}}
    assert found.rejected == []
    assert read_csv(content, nulls=["NA"]).types["x"] == "BIGINT"


def test_a_late_missing_value_is_explained(read_csv: Callable) -> None:
    found = read_csv("x,y\n" + "".join(f"{i},{i}\n" for i in range(25_000)) + "NA,1\n")
    assert (
        found.rejected[0]["reason"]
        == "x: 'NA' is not of type BIGINT; if it means missing, declare it among nulls"
    )


# a law: whatever is in the file, each line that is not blank is a row, or part of one, or set aside

CELLS = st.sampled_from(
    ["1", "2.5", "x", "", "NA", '"q"', '"a,b"', '"two\nlines"', '"say ""x"""', '"open', 'a"b', "é"]
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(",".join), min_size=1, max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_line_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], end: str, ended: bool
) -> None:
    folder = tmp_path_factory.mktemp("law")
    text = end.join(["a,b,c", *(row.replace("\n", end) for row in rows)]) + (end if ended else "")
    (folder / "a.csv").write_bytes(text.encode())
    with DuckDB(memory="256MB", threads=1).open(folder / "scratch") as session:
        source = Csv(path="a.csv", delimiter=",", header=True, names=("a", "b", "c"))
        try:
            loaded = load("t", source, Place(session, folder), folder)
        except DataError:  # not one row is left: nothing to count
            return
        kept = [row for batch in session.batches(loaded.table.query) for row in batch.to_pylist()]
        rejected = []
        if loaded.rejected:
            rejected = [
                row for b in session.batches(session.scan_parquet([loaded.rejected])) for row in b.to_pylist()
            ]
        lines_ = text.split("\n") if end == "\n" else text.split("\r\n")
        for row in rejected:  # the text is what stands on its line
            assert row["text"].split(end)[0] == lines_[row["line"] - 1]
        inside = sum(str(v).count("\n") for row in kept for v in row.values() if isinstance(v, str))
        refused = sum(row["text"].count("\n") for row in rejected)
        blank = sum(line == "" for line in lines_)
        assert len(kept) + len(rejected) + inside + refused == len(lines_) - 1 - blank
