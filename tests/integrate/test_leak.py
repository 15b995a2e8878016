"""Single columns that give the target away are found; identifiers and honest inputs are not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.integrate.leak import Suspect, suspects
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate

N = 4_000


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_flights_arrival_delay_is_suspected_and_departure_delay_worth_a_look(nycflights):
    operations = [
        parse(Operation, each) for each in ({"from": "flights"}, {"derive": {"late": "arr_delay > 15"}})
    ]
    table = integrate(operations, nycflights).table
    columns = ["arr_delay", "dep_delay", "air_time", "tailnum", "carrier", "time_hour", "distance", "flight"]
    found = suspects(table, "late", columns, sample=40_000)
    assert [(each.column, each.level, each.metric) for each in found] == [
        ("arr_delay", "suspected leak", "roc_auc"),
        ("dep_delay", "worth a look", "roc_auc"),
    ]
    assert found[0].value > 0.999
    assert found[1].value == pytest.approx(0.900, abs=0.01)
    assert "dep_delay alone predicts late with ROC AUC 0.9" in found[1].why
    assert suspects(table, "late", columns, sample=40_000) == found


def test_a_number_made_of_the_target_is_suspected(make_table, rng):
    x = rng.lognormal(3, 2, N)
    columns = {
        "price": x,
        "with_tax": x * 1.2,
        "noisy": x * rng.uniform(0, 4, N),
        "other": rng.normal(size=N),
    }
    found = suspects(make_table("sales", columns), "price", list(columns))
    assert [(each.column, each.metric) for each in found] == [("with_tax", "r2")]
    assert found[0].value == pytest.approx(1.0, abs=1e-6)


def test_identifiers_and_chance_are_not_suspected(make_table, rng):
    columns = {
        "late": rng.random(N) < 0.3,
        "id": np.arange(N),
        "name": [f"n{i}" for i in range(N)],
        "noise": rng.normal(size=N),
        "nothing": pa.nulls(N, pa.float64()),
        "one": ["x"] * N,
    }
    table = make_table("t", columns)
    scores = {each.column: each.value for each in suspects(table, "late", list(columns), threshold=0.0)}
    assert set(scores) == {"id", "name", "noise", "nothing", "one"}
    assert all(abs(score - 0.5) < 0.06 for score in scores.values())


def test_a_text_that_says_the_class_is_suspected_and_so_is_that_it_is_missing(make_table, rng):
    sick = rng.random(N) < 0.1
    columns = {
        "sick": np.where(sick, "yes", "no"),
        "ward": np.where(sick, rng.choice(["A", "B"], N), rng.choice(["C", "D"], N)),
        "therapy": pa.array([f"t{i % 3}" if ill else None for i, ill in enumerate(sick)]),
        "dose": pa.array([float(i % 50) if ill else None for i, ill in enumerate(sick)]),
    }
    found = suspects(make_table("patients", columns), "sick", list(columns))
    assert {each.column: each.value for each in found} == {"ward": 1.0, "therapy": 1.0, "dose": 1.0}


def test_several_classes_are_judged_against_the_rest(make_table, rng):
    species = rng.integers(0, 4, N)
    columns = {"species": species, "code": species * 10 + rng.integers(0, 3, N), "half": species // 2}
    found = suspects(make_table("plants", columns), "species", list(columns), threshold=0.5)
    assert [each.column for each in found] == ["code", "half"]
    assert found[0].value == 1.0
    assert found[1].value == pytest.approx(5 / 6, abs=0.02)


def test_only_training_rows_are_looked_at(make_table, rng):
    late = rng.random(N) < 0.5
    training = np.arange(N) % 2
    column = np.where(training == 0, rng.random(N) < 0.5, late)  # gives the answer away in test rows alone
    table = make_table("t", {"late": late, "hint": column, "__split": training * 2})
    assert suspects(table, "late", ["hint"]) == []


def test_too_few_rows_to_judge_give_no_suspicion(make_table):
    tiny = make_table("tiny", {"y": [True, False] * 4, "x": [1, 0] * 4})
    constant = make_table("constant", {"y": [True] * 200, "x": list(range(200))})
    empty = make_table("empty", {"y": pa.array([], pa.bool_()), "x": pa.array([], pa.int64())})
    missing = make_table("missing", {"y": pa.nulls(100, pa.float64()), "x": list(range(100))})
    for table in (tiny, constant, empty, missing):
        assert suspects(table, "y", ["x"]) == []


def test_dates_decimals_and_categories_are_judged_and_nested_values_left_out(make_table, rng):
    days = rng.integers(0, 1000, N)
    columns = {
        "late": days > 500,
        "day": pa.array(days.astype("int32"), pa.int32()).cast(pa.date32()),
        "moment": pa.array(days, pa.int64()).cast(pa.timestamp("us", "UTC")),
        "money": pa.array(days.tolist(), pa.int64()).cast(pa.decimal128(21, 2)),
        "kind": pa.array(np.where(days > 500, "a", "b")).dictionary_encode(),
        "list": pa.array([[int(day)] for day in days]),
    }
    found = suspects(make_table("t", columns), "late", list(columns))
    assert {each.column for each in found} == {"day", "moment", "money", "kind"}
    assert all(each.value > 0.999 for each in found)


def test_unknown_columns_are_told(make_table):
    table = make_table("t", {"late": [True], "x": [1]})
    with pytest.raises(ComponentError, match="no target column 'lte'; did you mean 'late'"):
        suspects(table, "lte", ["x"])
    with pytest.raises(ComponentError, match="no column 'xx'"):
        suspects(table, "late", ["xx"])


def test_words():
    suspect = Suspect("a", "b", "r2", 0.99, "suspected leak")
    why = (
        "a alone predicts b with R² 0.990 on rows it did not learn from; "
        "exclude it if it is not known when a prediction is asked for"
    )
    assert suspect.written() == {
        "column": "a", "target": "b", "metric": "r2", "value": 0.99, "level": "suspected leak", "why": why,
    }  # fmt: skip
