"""Other tables learn only from rows that training may know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dataset.parts import divided, parts_of
from thalweg.core.component import parse
from thalweg.core.errors import PipelineError
from thalweg.dataset.split import Split
from thalweg.dataset.split_others import training_rows
from thalweg.engines import sql
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate


def chain(*written: Any) -> list[Operation]:
    return [parse(Operation, each) for each in written]


@pytest.fixture
def flights(make_table):
    """Four flights in training, one in validation, one in test."""
    return make_table(
        "flights",
        {
            "hour": [1, 2, 3, 4, 5, 6],
            "origin": ["EWR", "EWR", "JFK", None, "LGA", "JFK"],
            "dest": ["MIA", "MIA", "IAH", "MIA", "ORD", "ATL"],
        },
    )


@pytest.fixture
def split_flights(flights):
    assignment = parse(Split, {"by": "hour", "fractions": [0.66, 0.17, 0.17]}).fit(flights)
    main = divided(flights, assignment)
    assert parts_of(main) == [0, 0, 0, 0, 1, 2]
    return main, assignment


def test_a_table_with_the_split_column_is_divided_by_it(split_flights, make_table):
    main, assignment = split_flights
    weather = make_table("weather", {"hour": [1, 4, 5, 6, 9, None], "temp": [1, 2, 3, 4, 5, 6]})
    operations = chain({"from": "flights"}, {"join": {"table": "weather", "on": "hour"}})
    assert parts_of(training_rows(weather, main, operations, assignment)) == [0, 0, 1, 2, 2, None]


def test_a_table_joined_by_key_learns_from_rows_that_training_refers_to(split_flights, make_table):
    main, assignment = split_flights
    airports = make_table(
        "airports", {"faa": ["ATL", "EWR", "IAH", "LGA", "MIA", "XXX"], "alt": [1, 2, 3, 4, 5, 6]}
    )
    by_dest = chain({"from": "flights"}, {"join": {"table": "airports", "on": {"dest": "faa"}}})
    told = training_rows(airports, main, by_dest, assignment)
    assert parts_of(told) == [2, 2, 0, 2, 0, 2]
    assert told.training().aggregate(highest=sql.call("max", sql.column("alt"))) == {"highest": 5}
    twice = [*by_dest, *chain({"join": {"table": "airports", "on": {"origin": "faa"}, "prefix": "o_"}})]
    assert parts_of(training_rows(airports, main, twice, assignment)) == [2, 0, 0, 2, 0, 2]
    joined = integrate(by_dest, {"flights": main, "airports": told})
    assert parts_of(joined.table) == parts_of(main)


def test_a_row_number_means_nothing_in_another_table(flights, make_table):
    split = parse(Split, {"random": {"fractions": [0.4, 0.3, 0.3], "seed": 1}})
    assignment = split.fit(flights)
    main = divided(flights, assignment)
    airports = make_table("airports", {"faa": ["MIA", "IAH", "ORD", "ATL"]})
    operations = chain({"from": "flights"}, {"join": {"table": "airports", "on": {"dest": "faa"}}})
    trained = {
        dest
        for dest, part in zip(["MIA", "MIA", "IAH", "MIA", "ORD", "ATL"], parts_of(main), strict=True)
        if part == 0
    }
    assert 0 < len(trained) < 4
    told = parts_of(training_rows(airports, main, operations, assignment))
    assert told == [0 if faa in trained else 2 for faa in ("MIA", "IAH", "ORD", "ATL")]


def test_rows_that_are_united_with_the_main_table_are_divided_as_its_own(flights, make_table):
    more = make_table("more", {"hour": [1, 9], "origin": ["JFK", "JFK"], "dest": ["MIA", "MIA"]})
    for form in (
        {"by": "hour", "fractions": [0.5, 0.25, 0.25]},
        "random",
        {"group": "dest"},
        {"stratified": "origin"},
    ):
        assignment = parse(Split, form).fit(flights)
        main = divided(flights, assignment)
        operations = chain({"from": "flights"}, {"union": "more"})
        told = training_rows(more, main, operations, assignment)
        assert len(parts_of(told)) == 2
        both = integrate(operations, {"flights": main, "more": told}).table
        assert parts_of(both) == parts_of(main) + parts_of(told)


@pytest.mark.parametrize(
    ("operations", "lacks"),
    [
        ([], True),
        ([{"join": {"table": "airlines", "on": {"carrier": "code"}}}], True),
        ([{"rename": {"dest": "code"}}, {"join": {"table": "airlines", "on": "code"}}], True),
        (
            [{"derive": {"dest": "lower(dest)"}}, {"join": {"table": "airlines", "on": {"dest": "code"}}}],
            True,
        ),
        ([{"join": {"table": "airlines", "on": {"hour": "code"}}}], True),
    ],
)
def test_a_table_whose_rows_cannot_be_told_is_closed_to_learning(
    split_flights, make_table, operations, lacks
):
    main, assignment = split_flights
    airlines = make_table("airlines", {"code": ["MIA", "IAH"], "fleet": [1, 2]})
    told = training_rows(airlines, main, chain({"from": "flights"}, *operations), assignment)
    assert not told.split
    with pytest.raises(PipelineError) as caught:
        told.training()
    assert "nothing can be learnt from table 'airlines': it lacks hour, by which 'flights' is split" in str(
        caught.value
    )
    assert "write the values instead of letting them be learnt" in str(caught.value)
    assert told.count() == 2


def test_a_join_before_the_name_was_changed_still_tells(split_flights, make_table):
    main, assignment = split_flights
    airports = make_table("airports", {"dest": ["MIA", "ATL"]})
    operations = chain(
        {"from": "flights"}, {"join": {"table": "airports", "on": "dest"}}, {"rename": {"dest": "to"}}
    )
    assert parts_of(training_rows(airports, main, operations, assignment)) == [0, 2]
