"""Delimited text: what people write, and the values that are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import SourceError
from thalweg.sources.csv import Csv
from thalweg.sources.source import Source

HEAD = "id,name,val\n"


def lines(count: int, start: int = 0) -> str:
    return "".join(f"{i},n{i},{i}\n" for i in range(start, start + count))


# what people write


@pytest.mark.parametrize(
    "name", ["a.csv", "a.tsv", "dir/a.txt", "A.CSV.GZ", "a.tsv.zst", "a.csv.zip", "parts/*.csv", "a.txt.bz2"]
)
def test_a_name_is_enough(name: str) -> None:
    assert parse(Source, name) == Csv(path=name)


def test_a_path_among_fields_is_enough() -> None:
    assert parse(Source, {"path": "a.csv", "delimiter": ";"}) == Csv(path="a.csv", delimiter=";")
    assert parse(Source, {"csv": ["a.x", "b.x"]}) == Csv(path=("a.x", "b.x"))


def test_the_full_form_reads_back() -> None:
    source = Csv.example()
    assert parse(Source, source.written()) == source
    assert source.columns == {"distance": "DOUBLE"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"columns": {"a": "integr"}}, "column 'a': unknown type 'integr'; did you mean 'integer'?"),
        ({"encoding": "uft-8"}, "unknown encoding 'uft-8'; did you mean 'utf-8'?"),
        ({"delimiter": '"'}, "cannot be the quote"),
        ({"names": ["a", "A"]}, "names must differ, in more than case: a, A"),
        ({"quote": "é"}, "expected one ASCII character"),
        ({"skipp": 1}, "skipp"),
    ],
)
def test_what_is_written_wrongly_is_told(fields: dict, message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Csv(path="a.csv", **fields)
    assert message in str(raised.value)


# values and types


def test_types_are_found_out(read_csv: Callable) -> None:
    found = read_csv(
        "i,d,b,day,at,zip,text\n"
        "1,1.5,true,2020-01-31,2020-01-31 10:00:00,01234,x\n"
        '-2,,false,2020-02-01,2020-02-01T00:00:00,98101,"a, ""b""\nc"\n'
    )
    assert found.types == {
        **{"i": "BIGINT", "d": "DOUBLE", "b": "BOOLEAN", "day": "DATE"},
        **{"at": "TIMESTAMP", "zip": "VARCHAR", "text": "VARCHAR"},
    }
    assert found.rows[1] == {
        **{"i": -2, "d": None, "b": False, "day": date(2020, 2, 1), "at": datetime(2020, 2, 1)},
        **{"zip": "98101", "text": 'a, "b"\nc'},
    }
    assert found.rejected == []
    assert found.loaded.entry.step == "csv"
    assert found.loaded.table.lineage["zip"] == {"t.zip"}


def test_declared_types_hold_and_the_rest_is_found_out(read_csv: Callable) -> None:
    found = read_csv("code,n,x\n1,2,3\n", columns={"code": "text", "n": "DECIMAL(10,2)"})
    assert found.types == {"code": "VARCHAR", "n": "DECIMAL(10,2)", "x": "BIGINT"}


def test_declaring_a_column_that_is_not_there(read_csv: Callable) -> None:
    with pytest.raises(SourceError, match=r"no column 'nmae' to declare; did you mean 'name'\?"):
        read_csv(HEAD + lines(2), columns={"nmae": "text"})


def test_values_in_other_conventions(read_csv: Callable) -> None:
    found = read_csv(
        "day;at;price;note\n31/12/2020;31.12.2020 10:30;1.234,5;'x;y'\n01/02/2021;?;NA;''\n",
        quote="'",
        decimal=",",
        thousands=".",
        date_format="%d/%m/%Y",
        timestamp_format="%d.%m.%Y %H:%M",
        nulls=["NA", "?"],
    )
    assert found.rows == [
        {"day": date(2020, 12, 31), "at": datetime(2020, 12, 31, 10, 30), "price": 1234.5, "note": "x;y"},
        {"day": date(2021, 2, 1), "at": None, "price": None, "note": None},
    ]


def test_nan_is_missing(read_csv: Callable) -> None:
    assert read_csv("x,y\n1.5,a\nnan,b\n").column("x") == [1.5, None]


@pytest.mark.parametrize(("sign", "name"), [(",", "a.csv"), (";", "a.csv"), ("|", "a.txt"), ("\t", "a.tsv")])
def test_the_delimiter_is_found_out(read_csv: Callable, sign: str, name: str) -> None:
    content = f"a{sign}b\n1{sign}x y\n2{sign}z\n"
    assert read_csv(content, name).rows == [{"a": 1, "b": "x y"}, {"a": 2, "b": "z"}]


def test_a_tsv_may_hold_commas(read_csv: Callable) -> None:
    assert read_csv("a\tb\n1,5\t2,5\n", "a.tsv").rows == [{"a": "1,5", "b": "2,5"}]


def test_no_header(read_csv: Callable) -> None:
    assert read_csv("1,x\n2,y\n").types == {"column0": "BIGINT", "column1": "VARCHAR"}
    assert read_csv("1,x\n2,y\n", names=["n", "s"]).rows == [{"n": 1, "s": "x"}, {"n": 2, "s": "y"}]
    assert read_csv("a,b\n1,x\n", names=["n", "s"], header=True).rows == [{"n": 1, "s": "x"}]
    assert read_csv("a,b\nc,d\n", header=False).rows[0] == {"column0": "a", "column1": "b"}


def test_lines_before_the_header_are_left_out_when_asked(read_csv: Callable) -> None:
    found = read_csv('exported "by x, 2020\n\n\na,b\n1,2\n3,x,y\n', skip=2)
    assert found.rows == [{"a": 1, "b": 2}]
    assert [row["line"] for row in found.rejected] == [6]


def test_blank_lines_are_no_rows(read_csv: Callable) -> None:
    assert read_csv("\n\na,b\n\n1,2\n\n\n3,4\n\n").rows == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]


def test_quotes_may_be_ordinary_characters(read_csv: Callable) -> None:
    assert read_csv('a\tb\n5" pipe\t"x\n', "a.tsv", quote="").rows == [{"a": '5" pipe', "b": '"x'}]


def test_backslashes_may_escape(read_csv: Callable) -> None:
    assert read_csv('a,b\n1,"x \\"y\\" z"\n', escape="\\").column("b") == ['x "y" z']


def test_the_first_columns_of_a_header_may_have_no_name(read_csv: Callable) -> None:
    assert list(read_csv(", b ,c\n1,2,3\n").types) == ["column0", "b", "c"]
