"""Delimited text in files: encodings, compression, headers, real data."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from thalweg.core.errors import DataError, SourceError
from thalweg.engines.engine import Session
from thalweg.sources.csv import Csv
from thalweg.sources.load import load
from thalweg.sources.source import Place

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
    assert read_csv(gzip.compress(b"a,b\n1,2\n", mtime=0), "a.csv").rows == [{"a": 1, "b": 2}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress((HEAD + lines(9000)).encode())[:-2000]),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:12] + b"\x00\xff\x13" * 5),
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
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b'a,b\n1,"x\n2,y\n', mtime=0))
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
