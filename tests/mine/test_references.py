import sqlite3
from pathlib import Path

import numpy as np
import pytest

from thalweg.core.component import parse
from thalweg.mine.keys import keyed
from thalweg.mine.references import declared_reference, likeness, references
from thalweg.pipeline.target import look
from thalweg.sources.source import Source


def database(path: Path, session, folder: Path):
    """The tables of a database with their keys, and its declared foreign keys."""
    tables, declared = [], set()
    with sqlite3.connect(path) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
        ]
        filled = [n for n in names if connection.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0]]
        for name in filled:
            for key in connection.execute(f'PRAGMA foreign_key_list("{name}")'):
                if key[2] != name:
                    declared.add((name, key[3], key[2], key[4] or key[3]))
            source = parse(Source, {"kind": "sqlite", "path": str(path), "table": name})
            tables.append(keyed(look(source, name, session, folder)))
    return tables, declared


@pytest.mark.parametrize(
    ("path", "missed"),
    [
        # a number from 3 to 5 lies in every key that counts from 1, and "support rep" is not "employee"
        ("chinook/Chinook_Sqlite.sqlite", {("Customer", "SupportRepId", "Employee", "EmployeeId")}),
        ("northwind/northwind.db", set()),
    ],
)
def test_what_databases_declare_is_found_by_values_and_nothing_else(path, missed, data, session, tmp_path):
    tables, declared = database(data(path), session, tmp_path)
    found = {(each.table, *each.columns, each.other, *each.keys) for each in references(tables)}
    assert declared - found == missed
    assert found - declared == set()


def test_words_refer_whatever_their_column_is_called_and_small_numbers_only_by_name(make_table):
    airports = make_table("airports", {"faa": [f"A{n:03}" for n in range(500)]})
    teams = make_table("teams", {"id": np.arange(1, 41)})
    flights = make_table(
        "flights",
        {
            "dest": [f"A{n % 90:03}" for n in range(900)],
            "strange": [f"Z{n % 90:03}" for n in range(900)],
            "team_id": np.arange(900) % 40 + 1,
            "minute": np.arange(900) % 30 + 1,
        },
    )
    found = references([keyed(table) for table in (airports, teams, flights)])
    assert [(each.columns, each.other, each.contained, each.matched) for each in found] == [
        (("dest",), "airports", 1.0, 1.0),
        (("team_id",), "teams", 1.0, 1.0),
    ]


def test_shares_are_counted_and_a_reference_that_mostly_fails_is_none(make_table):
    planes = make_table("planes", {"tailnum": [f"N{n}" for n in range(100)]})
    tail = [None] * 100 + [f"N{n % 125}" for n in range(1000)]
    few = [f"N{n % 160}" for n in range(1100)]
    found = references([keyed(t) for t in (planes, make_table("f", {"tailnum": tail, "few": few}))])
    assert [each.columns for each in found] == [("tailnum",)]
    assert found[0].contained == 0.8
    assert found[0].matched == pytest.approx(800 / 1100)


def test_several_columns_refer_together_by_other_names_too(make_table):
    n = np.arange(600)
    weather = make_table("weather", {"place": [f"p{x}" for x in n % 3], "hour": n // 3, "temp": n % 7 / 2})
    trips = make_table(
        "trips", {"hour": np.arange(900) % 200, "start": [f"p{x % 3}" for x in range(900)], "x": [0.5] * 900}
    )
    (found,) = references([keyed(weather), keyed(trips)])
    assert (found.table, found.columns, found.keys) == ("trips", ("start", "hour"), ("place", "hour"))
    assert (found.contained, found.matched) == (1.0, 1.0)


def test_types_that_cannot_be_compared_never_refer(make_table):
    tables = [make_table("a", {"a_id": [f"{n}" for n in range(50)]}), make_table("b", {"a_id": [1, 2, 2]})]
    assert references([keyed(table) for table in tables]) == []


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("AlbumId", "Album", "AlbumId"), 1.0),
        (("album_id", "albums", "id"), 1.0),
        (("home_team_id", "teams", "id"), 0.7),
        (("InvoiceId", "InvoiceLine", "InvoiceLineId"), 0.7),
        (("ShipVia", "Shippers", "ShipperID"), 0.6),
        (("id", "teams", "id"), 0.0),
        (("name", "airlines", "name"), 0.0),
        (("SupportRepId", "Employee", "EmployeeId"), 0.0),
    ],
)
def test_how_alike_names_are(names, expected):
    assert likeness(*names) == expected


def test_small_numbers_lie_in_a_scattered_key_by_chance_where_it_is_dense(make_table):
    """As the users of ml-latest-small lie among the numbers of its films: 1 to 610 of 193,609."""
    films = make_table("films", {"film": [*range(1, 601), *range(1_000, 900_000, 9_000)]})
    seen = make_table(
        "seen", {"who": [n % 500 + 1 for n in range(3_000)], "film": [n % 600 + 1 for n in range(3_000)]}
    )
    far = make_table("far", {"what": [1_000 + 9_000 * (n % 90) for n in range(3_000)]})
    found = references([keyed(films), keyed(seen), keyed(far)])
    assert [(each.table, *each.columns) for each in found] == [("seen", "film"), ("far", "what")]


def test_what_a_database_declares_is_believed(make_table):
    staff = keyed(make_table("staff", {"id": range(1, 9)}))
    clients = keyed(make_table("clients", {"rep": [3 + n % 3 for n in range(60)]}))
    assert references([staff, clients]) == []
    told = declared_reference("clients", ("rep",), "staff", ("id",))
    (found,) = references([staff, clients], [told])
    assert (found.declared, found.matched, found.contained) == (True, 1.0, 1.0)
    words = keyed(make_table("words", {"rep": [f"w{n}" for n in range(60)]}))
    unlike = declared_reference("words", ("rep",), "staff", ("id",))  # read as text, whatever was declared
    assert references([staff, words], [unlike]) == []
