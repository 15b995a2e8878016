"""Columns that mean the same under other names: proposed with scores, taken when told, never silently."""

import pytest
from pydantic import ValidationError

from thalweg.core.errors import ComponentError
from thalweg.integrate.schema_match import alike, propose
from thalweg.integrate.union import Union

HERE = {
    "last_name": ["Smith", "Jones", "Lee"],
    "city": ["Rome", "Oslo", "Bonn"],
    "pay": [1000.0, 2000.0, 3000.0],
    "id": [1, 2, 3],
}
THERE = {
    "town": ["Oslo", "Rome", "Bonn"],
    "LastName": ["Lee", "Kim", "Jones"],
    "payment": [1100.0, 1900.0, 2800.0],
    "id": [4, 5, 6],
}


def test_names_are_compared_by_letters_and_by_words():
    assert alike("last_name", "LastName") == alike("name last", "last-name") == 1.0
    assert alike("city", "zzz") == 0.0


def test_pairs_come_with_scores_from_names_types_and_values(make_table):
    found = propose(make_table("here", HERE), make_table("there", THERE))
    assert [(match.there, match.here) for match in found] == [
        ("LastName", "last_name"), ("payment", "pay"), ("town", "city"),
    ]  # fmt: skip
    first = found[0]
    assert (first.names, first.types, first.values) == (1.0, 1.0, 0.667)
    assert first.score == round(0.5 + 0.1 + 0.4 * 2 / 3, 3)


def test_only_training_rows_are_looked_at(make_table):
    here = {"a": ["x", "y"], "__split": [0, 2]}
    there = {"q": ["y", "x"], "__split": [0, 0]}
    assert propose(make_table("here", here), make_table("there", there))[0].values == 1.0
    here["__split"], there["__split"] = [0, 2], [0, 2]  # x against y
    assert propose(make_table("here2", here), make_table("there2", there)) == []


def test_proposals_are_told_and_not_taken(make_table):
    here, there = make_table("here", HERE), make_table("there", THERE)
    with pytest.raises(ComponentError) as caught:
        Union(table="there", match="propose").apply(here, {"there": there})
    assert "columns: {LastName: last_name, payment: pay, town: city} (scores: " in str(caught.value)
    done = Union(table="there", match="propose", fill="null").apply(here, {"there": there})
    assert len(done.table.columns) == 7
    assert [match["here"] for match in done.entry.notes["columns proposed"]["there"]] == [
        "last_name",
        "pay",
        "city",
    ]


def test_auto_takes_what_reaches_the_score(make_table, rows_of):
    here, there = make_table("here", HERE), make_table("there", THERE)
    done = Union(table="there", match="auto", score=0.5).apply(here, {"there": there})
    assert list(done.table.columns) == list(HERE)
    assert [row[1] for row in rows_of(done.table)] == ["Rome", "Oslo", "Bonn", "Oslo", "Rome", "Bonn"]
    assert done.table.lineage["city"] == {"here.city", "there.town"}
    assert len(done.entry.notes["columns matched from a score of 0.5"]["there"]) == 3
    with pytest.raises(ComponentError, match="'here' has no 'LastName'"):
        Union(table="there", match="auto", score=1.0).apply(here, {"there": there})


def test_pairs_written_by_hand(make_table, rows_of):
    here, there = make_table("here", {"a": [1]}), make_table("there", {"b": [2]})
    done = Union(table="there", columns={"b": "a"}).apply(here, {"there": there})
    assert [row[0] for row in rows_of(done.table)] == [1, 2]
    with pytest.raises(ComponentError, match="no column 'bb'; did you mean 'b'"):
        Union(table="there", columns={"bb": "a"}).apply(here, {"there": there})
    with pytest.raises(ValidationError, match="expected a score above 0"):
        Union(table="there", match="auto", score=2)
