"""Which columns become inputs, of which kind, and why the others do not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from tests.features.conftest import column_of
from thalweg.core.errors import ComponentError
from thalweg.features.auto import best, choose
from thalweg.features.category import Category
from thalweg.features.feature import TrainingColumn
from thalweg.features.number import Number

CHANCE = np.random.default_rng(0)
COLUMNS = [
    column_of("id", "BIGINT", np.arange(200)),
    column_of("temp", "DOUBLE", CHANCE.normal(size=200)),
    column_of("carrier", "VARCHAR", CHANCE.choice(["UA", "AA"], 200)),
    column_of("day", "DATE", [date(2013, 1, 1 + i % 28) for i in range(200)]),
    column_of("paid", "BOOLEAN", CHANCE.random(200) < 0.5),
    column_of("year", "INTEGER", np.full(200, 2013)),
    column_of("gone", "VARCHAR", pa.nulls(200, pa.string())),
    column_of("seats", "INTEGER", CHANCE.integers(1, 4, 200)),
    TrainingColumn("image", "BLOB", 200, 0, 0, pa.nulls(0), lambda most: []),
    TrainingColumn("spans", "INTERVAL", 200, 0, 0, pa.nulls(0), lambda most: []),
]


def kinds_of(choice) -> dict[str, str]:
    return {feature.column: feature.kind for feature in choice.features}


def test_auto_takes_what_fits_and_says_why_not_of_the_rest() -> None:
    choice = choose(COLUMNS)
    assert kinds_of(choice) == {
        "temp": "number",
        "carrier": "category",
        "day": "date",
        "paid": "boolean",
        "seats": "number",
    }
    assert choice.refused == {
        "id": "looks like a row number: 200 different whole numbers, close together",
        "year": "is constant: always 2013",
        "gone": "has no values in the 200 training rows",
        "image": "holds no images that can be read",
        "spans": "has type INTERVAL, which no kind of feature reads",
    }
    assert choice.insisted == {}


def test_excluded_and_forbidden_columns_are_refused_with_the_reason() -> None:
    choice = choose(COLUMNS, exclude=["temp"], forbidden={"carrier": "the target late was derived from it"})
    assert choice.refused["temp"] == "is excluded"
    assert choice.refused["carrier"] == "the target late was derived from it"
    assert "carrier" not in kinds_of(choice)


def test_a_list_names_the_inputs_and_the_others_are_left_out() -> None:
    choice = choose(COLUMNS, ["temp", {"column": "seats", "kind": "category", "min_count": 1}])
    assert choice.features == (Number(column="temp"), Category(column="seats", min_count=1))
    assert choice.refused["day"] == "is not listed under inputs"


def test_auto_in_a_list_takes_the_others_too() -> None:
    choice = choose(COLUMNS, ["auto", {"category": "seats"}])
    assert kinds_of(choice)["seats"] == "category"
    assert kinds_of(choice)["temp"] == "number"


def test_fields_without_a_kind_go_to_the_kind_that_fits() -> None:
    choice = choose(COLUMNS, [{"column": "temp", "transform": "quantile"}])
    assert choice.features == (Number(column="temp", transform="quantile"),)


def test_a_user_who_insists_gets_the_column_and_is_told() -> None:
    choice = choose(COLUMNS, ["id", "temp"], forbidden={"temp": "the target was derived from it"})
    assert kinds_of(choice) == {"id": "number", "temp": "number"}
    assert choice.insisted == {
        "temp": "the target was derived from it",
        "id": "looks like a row number: 200 different whole numbers, close together",
    }


@pytest.mark.parametrize(
    ("given", "exclude", "message"),
    [
        (["tmep"], [], "no column 'tmep', named under inputs; did you mean 'temp'"),
        ([Number(column="tmep")], [], "no column 'tmep', named under inputs; did you mean 'temp'"),
        ("auto", ["caried"], "no column 'caried', named under exclude; did you mean 'carrier'"),
        (["temp", {"number": "temp"}], [], "column 'temp' is listed twice under inputs"),
        (["temp"], ["temp"], "column 'temp' is named under both inputs and exclude"),
        ([{"column": "image"}], [], "column 'image' would be read as image, which the network does not read"),
        ([{"column": "spans"}], [], "column 'spans' can't be an input: it has type INTERVAL"),
        ([{"numbr": "temp"}], [], "unknown kind of feature 'numbr'; did you mean 'number'"),
        ([{"column": "temp", "tranform": "none"}], [], "unknown key 'tranform'; did you mean 'transform'"),
    ],
)
def test_what_is_written_wrongly_is_told(given, exclude, message: str) -> None:
    with pytest.raises((ComponentError, ValueError), match=message):
        choose(COLUMNS, given, exclude)


def test_no_input_left_is_an_error_with_every_reason() -> None:
    with pytest.raises(
        ComponentError, match="no column is left to be an input: 'id' is excluded; 'year' is const"
    ):
        choose([COLUMNS[0], COLUMNS[5]], exclude=["id"])
    with pytest.raises(ComponentError, match="no column is left to be an input: the table has none"):
        choose([])


def test_the_reason_is_that_of_the_most_preferred_kind() -> None:
    names = column_of("name", "VARCHAR", [f"n{i}" for i in range(100)])
    assert best(names) == "looks like an identifier: 100 different values in 100 training rows"
    ids = column_of("id", "BIGINT", CHANCE.permutation(100))
    assert best(ids) == "looks like a row number: 100 different whole numbers, close together"
