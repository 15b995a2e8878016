import csv
import logging
import random
import sys

import pytest
from pydantic import ValidationError

from thalweg.clean.run import clean
from thalweg.core.errors import ComponentError, DataError, MissingExtra
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.pipeline.stored import open_table, store_table

pytest.importorskip("splink")

FIRST = ["anna", "bruno", "clara", "david", "elena", "felix", "greta", "henry", "irene", "jakob"]
LAST = ["schneider", "fontana", "kowalski", "lindgren", "papadakis", "moreau", "takahashi", "oconnor"]
STREETS = ["harbour road", "mill lane", "station street", "castle avenue", "garden square", "abbey hill"]


def people(count=120, twice=30):
    """Made-up people, each once, and some a second time with a letter of the surname changed."""
    draw = random.Random(3)
    rows = []
    for number in range(count):
        street = f"{draw.randint(1, 90)} {draw.choice(STREETS)}"
        rows.append([draw.choice(FIRST), draw.choice(LAST), street, f"0{draw.randint(10**8, 10**9)}", number])
    for number in range(twice):
        first, last, street, phone, _ = rows[number]
        rows.append([first, last[:-1] + "x", street, phone, number])
    return {
        name: [row[place] for row in rows]
        for place, name in enumerate(["first", "last", "street", "phone", "person"])
    }


COMPARE = {"first": "name", "last": "name", "street": "name", "phone": "phone"}


def test_people_of_febrl_that_are_the_same_are_merged(make_table, data, left):
    with data("febrl/dataset_A_5000.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[:1500]
    table = make_table("people", {name: [row[name].strip() or None for row in rows] for name in rows[0]})
    compare = {"given_name": "name", "surname": "name", "address_1": "name", "date_of_birth": "code"}
    cleaned = clean(table, [{"fuzzy_duplicates": {"compare": {**compare, "soc_sec_id": "code"}}}])
    persons = [number[:-1] for number in left(cleaned.table)["rec_id"]]
    (entry,) = cleaned.entries
    assert entry.merged == len(rows) - len(persons)
    assert len(set(persons)) == len({row["rec_id"][:-1] for row in rows})  # no two people became one
    assert len(persons) - len(set(persons)) <= 3  # next to none stands twice still
    assert len(entry.notes["first_clusters"]) == 20


def test_merged_rows_are_counted_and_listed(make_table, left):
    cleaned = clean(make_table("people", people()), [{"fuzzy_duplicates": {"compare": COMPARE}}])
    (entry,) = cleaned.entries
    assert (entry.rows_in, entry.kept, entry.merged) == (150, 120, 30)
    assert left(cleaned.table)["person"] == list(range(120))
    assert entry.notes["clusters"] == 30
    assert entry.notes["first_clusters"][:2] == [[0, 120], [1, 121]]
    assert entry.reasons[0].rule == "the same as a row that was kept, with a probability of 0.9 or more"


def test_which_values_survive_is_the_users_choice(make_table, left):
    columns = people()
    columns["seen"] = [1] * 120 + [2] * 30
    columns["note"] = [None] * 120 + ["a note"] * 30
    columns["kept"] = [None] * 120 + ["other"] * 30
    columns["score"] = [5] * 120 + [9] * 30
    rules = {"kept": "kept", "last": "newest", "score": "max"}
    step = {"fuzzy_duplicates": {"compare": COMPARE, "by": "seen", "survive": rules}}
    cleaned = clean(make_table("people", columns), [step])
    found = left(cleaned.table)
    assert found["__row"] == list(range(120))
    assert found["last"] == columns["last"][120:] + columns["last"][30:120]
    assert found["note"] == ["a note"] * 30 + [None] * 90
    assert found["kept"] == [None] * 120
    assert found["score"] == [9] * 30 + [5] * 90
    assert cleaned.entries[0].changed == {"last": 30, "note": 30, "score": 30}


def test_the_last_row_stays_where_asked(make_table, left):
    step = {"fuzzy_duplicates": {"compare": COMPARE, "keep": "last"}}
    cleaned = clean(make_table("people", people()), [step])
    assert left(cleaned.table)["__row"] == [*range(30, 150)]


def test_a_training_row_takes_nothing_from_the_rows_that_judge(make_table, left):
    columns = people()
    columns["note"] = [None] * 120 + ["of a test row"] * 30
    columns["__split"] = [0] * 120 + [2] * 30
    cleaned = clean(make_table("people", columns), [{"fuzzy_duplicates": {"compare": COMPARE}}])
    found = left(cleaned.table)
    assert found["note"] == [None] * len(found["note"])
    assert set(range(120)) <= set(found["__row"])


def test_test_rows_do_not_change_what_is_learnt(make_table):
    columns = people(200, 60)
    learnt = []
    for name, rows in (("one", 200 + 60), ("other", 200 + 59)):
        part = {key: values[:rows] for key, values in columns.items()}
        part["__split"] = [0] * 250 + [2] * (rows - 250)
        cleaned = clean(
            make_table(name, part), [{"fuzzy_duplicates": {"compare": COMPARE, "block": ["phone"]}}]
        )
        learnt.append(cleaned.entries[0].notes["learnt"])
    assert learnt[0] == learnt[1]


def test_two_runs_are_alike_to_the_last_bit(make_table, left):
    step = {"fuzzy_duplicates": {"compare": COMPARE, "threshold": 0.5}}
    runs = [clean(make_table(name, people()), [step]) for name in ("one", "other")]
    assert left(runs[0].table) == left(runs[1].table)
    assert runs[0].entries[0].notes == runs[1].entries[0].notes


def test_names_of_columns_may_be_anything(make_table, left):
    columns = people()
    odd = {'a "quoted" name': "first", "姓 名": "last", "select": "street", "'; drop table x; --": "phone"}
    renamed = {new: columns[old] for new, old in odd.items()} | {
        "v0": columns["person"],
        "cluster": columns["person"],
    }
    step = {"fuzzy_duplicates": {"compare": {new: COMPARE[old] for new, old in odd.items()}}}
    cleaned = clean(make_table("odd", renamed), [step])
    assert left(cleaned.table)["v0"] == list(range(120))


def test_nothing_is_said_or_left_behind(make_table, session, capfd, caplog):
    with caplog.at_level(logging.DEBUG):
        clean(make_table("people", people()), [{"fuzzy_duplicates": {"compare": COMPARE}}])
    assert capfd.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.name.startswith("splink")]
    assert not (session.scratch / "linkage").exists()
    tables = session.rows(sql.select(sql.table("duckdb_tables"), ["table_name"]))
    assert not [name for (name,) in tables if "splink" in name]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"compare": {"frist": "name"}}, "no column to compare, 'frist'; did you mean 'first'"),
        ({"compare": {"first": "nam"}}, "can't be compared as 'nam'; did you mean 'name'"),
        ({"compare": {}}, "'compare' is empty"),
        ({"compare": ["first"], "block": ["last"]}, "'block' names 'last', which is not compared"),
        ({"compare": ["first"], "survive": {"phone": "newest"}}, "name it in 'by'"),
        ({"compare": ["first"], "survive": {"fone": "max"}}, "has no column 'fone'; did you mean 'phone'"),
        ({"compare": {"first": {"to": "last"}}}, "here there is only one"),
    ],
)
def test_what_is_written_wrongly_is_told(make_table, settings, message):
    with pytest.raises((ComponentError, ValidationError), match=message):
        clean(make_table("people", people()), [{"fuzzy_duplicates": settings}])


def test_a_column_without_values_is_refused(make_table):
    table = make_table("t", {"a": ["x", "y"], "b": [" ", ""]})
    with pytest.raises(DataError, match=r"no row of table 't' has a value to compare in 'b' \(as name\)"):
        clean(table, [{"fuzzy_duplicates": {"compare": {"a": "name", "b": "name"}}}])


def test_pairs_that_none_are_worth_comparing_are_refused(make_table):
    table = make_table("t", {"a": ["x", "y", "z"]})
    with pytest.raises(DataError, match="no two records share a key of blocking") as raised:
        clean(table, [{"fuzzy_duplicates": {"compare": {"a": "name"}}}])
    assert "write rules in 'block'" in str(raised.value)


def test_too_many_pairs_are_refused_with_their_number(make_table):
    table = make_table("t", {"a": ["x"] * 100})
    step = {"fuzzy_duplicates": {"compare": {"a": "name"}, "block": ["a"], "most_pairs": 1000}}
    with pytest.raises(
        DataError, match=r"more than 1,000 pairs to compare: 4,950 by a: 4,950 pairs"
    ) as raised:
        clean(table, [step])
    assert "most_pairs" in str(raised.value)


def test_splink_missing_is_told_with_the_command(make_table, monkeypatch):
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(MissingExtra, match=r"pip install 'thalweg\[link\]'"):
        clean(make_table("people", people()), [{"fuzzy_duplicates": {"compare": COMPARE}}])


def test_a_cleaned_table_can_be_stored_and_opened_again(make_table, left, tmp_path):
    columns = people()
    columns["note"] = [None] * 120 + ["a note"] * 30
    table = make_table("people", columns)
    cleaned = clean(table, [{"fuzzy_duplicates": {"compare": COMPARE}}])
    store_table(cleaned.table, table.session.kept, tmp_path)
    with DuckDB(memory="512MB").open(tmp_path / "other") as other:
        other.offer("people", table.session.offered["people"])
        opened, _ = open_table(tmp_path, other)
        assert left(opened) == left(cleaned.table)
