"""Delimited text: what is read, what is set aside, what is said."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import DataError, SourceError
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session
from thalweg.sources.csv import Csv
from thalweg.sources.load import load
from thalweg.sources.source import Place, Source

ADULT = (
    *(
        "age",
        "workclass",
        "fnlwgt",
        "education",
        "education_num",
        "marital_status",
        "occupation",
        "relationship",
    ),
    *("race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"),
)
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


# encodings and compression


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
def test_encodings(read_csv: Callable, encoding: str) -> None:
    assert read_csv("naïve,b\ncafé,1\n".encode(encoding), encoding=encoding).rows == [
        {"naïve": "café", "b": 1}
    ]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8"])
def test_chinese(read_csv: Callable, encoding: str) -> None:
    rows = "".join(f"很好,{i}\n" for i in range(50_000))  # longer than a block of the copy
    assert (
        read_csv(("评论,n\n" + rows).encode(encoding), encoding=encoding).column("评论") == ["很好"] * 50_000
    )


def test_a_byte_order_mark_says_the_encoding(read_csv: Callable) -> None:
    assert read_csv("é,b\nx,1\n".encode("utf-16")).rows == [{"é": "x", "b": 1}]


def test_what_another_encoding_cannot_decode_is_set_aside(read_csv: Callable) -> None:
    content = "a,b\n" + "".join(f"好,{i}\n" for i in range(300))
    found = read_csv(content.encode("gb18030") + b"\x81\x20,1\n", encoding="gb18030")
    assert len(found.rows) == 300
    assert [(row["line"], row["reason"]) for row in found.rejected] == [(302, "bytes that are not gb18030")]


@pytest.mark.parametrize("text", ["x,naïve\n1,2\n", "x,y\ncafé,1\nnaïve,2\nblasé,3\n"])
def test_the_wrong_encoding_is_told_with_the_line(read_csv: Callable, text: str) -> None:
    with pytest.raises(SourceError) as raised:
        read_csv(text.encode("latin-1"))
    number = 1 if "naïve\n1" in text else 2
    assert f"data.csv, line {number}: the text is not utf-8:" in str(raised.value)
    assert "encoding: latin-1" in str(raised.value)
    assert f"latin-1 would read '{text.splitlines()[number - 1]}'" in str(raised.value)


PACKERS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda data: pa.compress(data, "zstd", asbytes=True),
}


@pytest.mark.parametrize("ending", PACKERS)
def test_compressed(read_csv: Callable, ending: str) -> None:
    found = read_csv(PACKERS[ending]((HEAD + lines(60_000) + "x\n").encode()), f"a.csv{ending}")
    assert len(found.rows) == 60_000
    assert [row["line"] for row in found.rejected] == [60_002]


def test_compression_is_told_by_content(read_csv: Callable) -> None:
    assert read_csv(gzip.compress(b"a,b\n1,2\n"), "a.csv").rows == [{"a": 1, "b": 2}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress((HEAD + lines(9000)).encode())[:-2000]),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n")[:12] + b"\x00\xff\x13" * 5),
        ("a.csv.bz2", b"BZh91AY&SY nonsense"),
        ("a.csv.xz", lzma.compress(b"a,b\n1,2\n")[:-8]),
        ("a.csv.zip", b"PK\x03\x04 nonsense"),
    ],
)
def test_damaged_compression(read_csv: Callable, name: str, content: bytes) -> None:
    with pytest.raises(SourceError, match=r"a\.csv\.\w+ is damaged: its \w+ data cannot be unpacked"):
        read_csv(content, name)


def test_a_name_that_lies_about_compression(read_csv: Callable) -> None:
    with pytest.raises(SourceError, match="is named as a gzip file and is not one"):
        read_csv(b"a,b\n1,2\n", "a.csv.gz")


def zipped(path: Path, members: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_archives(read: Callable, tmp_path: Path) -> None:
    zipped(tmp_path / "one.csv.zip", {"inside/data.csv": "a,b\n1,2\n"})
    assert read("one.csv.zip").rows == [{"a": 1, "b": 2}]
    zipped(tmp_path / "two.csv.zip", {"x.csv": "a,b\n1,2\n", "y.csv": "a,b\n3,4\n"})
    assert read({"path": "two.csv.zip", "member": "y.csv"}).rows == [{"a": 3, "b": 4}]
    with pytest.raises(
        SourceError, match=r"holds 2 files, and one was expected\n  name the one .* NAME; known: x.csv, y.csv"
    ):
        read("two.csv.zip")
    with pytest.raises(SourceError, match=r"holds no 'z.csv'\n  did you mean '[xy].csv'\?"):
        read({"path": "two.csv.zip", "member": "z.csv"})


@pytest.mark.parametrize(
    "name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "..\\evil.csv", "C:evil.csv"]
)
def test_an_archive_that_leads_out_of_its_folder(read: Callable, tmp_path: Path, name: str) -> None:
    zipped(tmp_path / "a.csv.zip", {name: "a,b\n1,2\n"})
    with pytest.raises(SourceError, match="holds a file whose name leads out of its folder"):
        read("a.csv.zip")


# files


def test_several_files_are_one_table(read: Callable, tmp_path: Path) -> None:
    for name, row in (("b.csv", "3,4\nx\n"), ("a.csv", "1,2\n")):
        (tmp_path / name).write_text("a,b\n" + row)
    found = read("*.csv")
    assert found.rows == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert [(Path(row["file"]).name, row["line"]) for row in found.rejected] == [("b.csv", 3)]


def test_files_with_other_headers_are_not_one_table(read: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "b.csv").write_text("a,c\n1,2\n")
    with pytest.raises(
        SourceError, match=r"b\.csv has another header than .*a\.csv: 'c'; files read as one table"
    ):
        read("*.csv")


def test_duplicate_names_are_told(read_csv: Callable) -> None:
    with pytest.raises(SourceError, match="columns 1 and 3 have the same name: 'a'"):
        read_csv("a,b,a\n1,2,3\n")
    with pytest.raises(SourceError, match="columns 1 and 2 have names that differ only in case: 'a', 'A'"):
        read_csv("a,A\n1,2\n")
    assert read_csv("a,a\n1,2\n", names=["x", "y"], header=True).rows == [{"x": 1, "y": 2}]


def test_a_header_of_another_width(read_csv: Callable) -> None:
    with pytest.raises(SourceError, match="line 1: the header names 2 columns, but most lines have 3 fields"):
        read_csv("a,b\n1,2,3\n4,5,6\n", header=True)


@pytest.mark.parametrize("name", ["__row", "__split", "FILE_ROW_NUMBER"])
def test_names_the_stages_need_are_refused(read_csv: Callable, name: str) -> None:
    with pytest.raises(SourceError, match=f"has a column named '{name}'"):
        read_csv(f"{name},b\n1,2\n")


def test_an_empty_file(read_csv: Callable) -> None:
    with pytest.raises(SourceError, match=r"data\.csv is empty: it holds no rows, not even a header"):
        read_csv("")


def test_a_header_alone(read_csv: Callable) -> None:
    with pytest.raises(DataError, match="source 't' is empty: it has columns, but not one row"):
        read_csv("a,b\n")


def test_all_rows_set_aside(read_csv: Callable) -> None:
    with pytest.raises(DataError) as raised:
        read_csv("a,b\nx,1\ny,2\n", columns={"a": "int"})
    assert (
        "not one of the 2 rows of source 't' could be read: a is not of type BIGINT (2); the first is "
        in str(raised.value)
    )
    assert "data.csv, line 2: a: 'x' is not of type BIGINT\n  it reads: 'x,1'" in str(raised.value)


def test_the_fingerprint_follows_content_and_settings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    first = Csv(path="a.csv").fingerprint(tmp_path)
    assert Csv(path="a.csv").fingerprint(tmp_path) == first
    assert Csv(path="a.csv", trim=True).fingerprint(tmp_path) != first
    (tmp_path / "a.csv").write_text("a\n2\n")
    assert Csv(path="a.csv").fingerprint(tmp_path) != first


def test_copies_are_removed(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b'a,b\n1,"x\n2,y\n'))
    (tmp_path / "out").mkdir()
    load("t", Csv(path="a.csv.gz"), Place(session, tmp_path), tmp_path / "out")
    assert [path.name for path in session.scratch.iterdir() if path.suffix == ".txt"] == []


# real data: rows read equal the rows published


@pytest.mark.parametrize(
    ("path", "rows", "fields"),
    [
        ("telco-churn/Telco-Customer-Churn.csv", 7_043, {}),
        ("german-credit/credit.csv", 1_000, {}),
        ("german-credit/german.data", 1_000, {"delimiter": " ", "header": False}),
        ("ai4i2020/ai4i2020.csv", 10_000, {}),
        ("zh-sentiment/waimai_10k.csv", 11_987, {}),
        ("entity-resolution/Abt-Buy/Abt.csv", 1_081, {"encoding": "latin-1"}),
        ("entity-resolution/Abt-Buy/Buy.csv", 1_092, {}),
        ("entity-resolution/DBLP-ACM/DBLP2.csv", 2_616, {"encoding": "latin-1"}),
        ("entity-resolution/DBLP-ACM/ACM.csv", 2_294, {}),
        ("ml-latest-small/ratings.csv", 100_836, {}),
        ("exchange_rate/exchange_rate.txt.gz", 7_588, {}),
        ("cmapss/train_FD001.txt", 20_631, {"delimiter": " ", "header": False}),
        ("creditcard-fraud-sample/creditcard_sample.csv", 1_722, {}),
        ("dirty/hospital/dirty.csv", 1_000, {}),
        ("ml-1m-implicit/movies.dat", 3_883, {"delimiter": "::", "encoding": "latin-1", "header": False}),
        ("market-basket/groceries.csv", 9_835, {"delimiter": "\x1f", "names": ["basket"]}),
    ],
)
def test_published_row_counts(read: Callable, data: Callable, path: str, rows: int, fields: dict) -> None:
    found = read({"kind": "csv", "path": str(data(path)), **fields})
    assert (len(found.rows), found.rejected) == (rows, [])


def test_adult(read: Callable, data: Callable) -> None:
    fields = {"names": list(ADULT), "nulls": ["?"], "trim": True}
    found = read({"kind": "csv", "path": str(data("adult/adult.data")), **fields})
    assert len(found.rows) == 32_561
    assert found.rows[0]["workclass"] == "State-gov"
    assert sum(row["workclass"] is None for row in found.rows) == 1_836
    assert found.types["hours_per_week"] == "BIGINT"
    test = read({"kind": "csv", "path": str(data("adult/adult.test")), **fields})
    assert len(test.rows) == 16_281
    assert [(row["line"], row["text"]) for row in test.rejected] == [(1, "|1x3 Cross validator")]


def test_a_guess_that_real_data_proves_wrong(read: Callable, data: Callable) -> None:
    found = read(str(data("series/pollution.csv")))  # whole degrees for 20,480 hours, then tenths of them
    assert len(found.rows) == 43_824
    assert found.types["TEMP"] == "DOUBLE"
    assert sum(row["TEMP"] != int(row["TEMP"]) for row in found.rows) > 0


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
