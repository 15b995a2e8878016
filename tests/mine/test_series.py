import datetime

import numpy as np
import pyarrow.csv as csv
import pytest

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.mine.miner import Miner


def series(**fields: object) -> Miner:
    return parse(Miner, {"series": {"time": "t", "value": "v", **fields}})


def one(finding):
    (found,) = finding.facts["series"]
    return found


def test_a_year_in_daily_temperatures(data, make_table):
    found = csv.read_csv(data("series/daily-min-temperatures.csv"))
    values = [float(str(value).lstrip("?")) for value in found["Temp"].to_pylist()]
    finding = series().mine(make_table("t", {"t": found["Date"].combine_chunks(), "v": values}))
    told = one(finding)
    assert (told["rows"], told["points"], told["gaps"]) == (3650, 3652, 2)  # two leap days are missing
    assert len(told["periods"]) == 1
    assert told["periods"][0]["points"] == pytest.approx(365.25, abs=4)
    assert 0.5 < told["periods"][0]["strength"] < 0.65


def test_passengers_rise_and_come_again_every_twelve_months(data, make_table):
    found = csv.read_csv(data("series/airline-passengers.csv"))
    finding = series().mine(
        make_table("t", {"t": list(range(144)), "v": found["Passengers"].combine_chunks()})
    )
    told = one(finding)
    assert [period["points"] for period in told["periods"]] == [12]
    assert told["trend"]["slope"] == pytest.approx(2.65, abs=0.1)
    assert told["changes"] == []
    assert "v comes again about every 12:" in finding.sentences[0]


def test_a_day_in_hourly_load(data, make_table):
    found = csv.read_csv(data("ett/ETTh1.csv")).slice(0, 3000)
    finding = series().mine(
        make_table("t", {"t": found["date"].combine_chunks(), "v": found["HUFL"].combine_chunks()})
    )
    assert one(finding)["periods"][0]["words"] == "1 day"
    disordered = np.random.default_rng(1).permutation(found["HUFL"].to_numpy())
    told = one(series().mine(make_table("u", {"t": found["date"].combine_chunks(), "v": disordered})))
    assert (told["periods"], told["changes"], told["trend"]) == ([], [], None)


def remembering(seed: int, rows: int = 1500) -> np.ndarray:
    """Values that owe nine tenths to the one before: they wander, and nothing comes again."""
    chance, values = np.random.default_rng(seed).normal(size=rows), np.zeros(rows)
    for n in range(1, rows):
        values[n] = 0.9 * values[n - 1] + chance[n]
    return values


@pytest.mark.parametrize("seed", range(4))
def test_values_that_only_remember_the_last_one_do_nothing(make_table, seed):
    finding = series().mine(make_table("t", {"t": list(range(1500)), "v": remembering(seed)}))
    told = one(finding)
    assert (told["periods"], told["changes"], told["trend"]) == ([], [], None)
    assert (finding.charts, finding.grids) == ((), ())
    assert "no period, no trend and no change of level beyond chance" in finding.sentences[0]


def test_a_change_of_level_of_one_entity(make_table):
    low, high = remembering(1), remembering(2)
    high[900:] += 15
    columns = {"t": [*range(1500)] * 2, "v": [*low, *high], "who": ["a"] * 1500 + ["b"] * 1500}
    finding = series(entity="who").mine(make_table("t", columns))
    changes = {found["name"]: found["changes"] for found in finding.facts["series"]}
    assert changes["v of a"] == []
    (change,) = changes["v of b"]
    assert abs(change["at"] - 900) <= 10
    assert change["after"] - change["before"] == pytest.approx(15, abs=2)


def test_rows_are_counted_where_no_value_is_named_and_long_series_get_a_wider_grid(make_table):
    start = datetime.datetime(2024, 1, 1)
    times = [start + datetime.timedelta(minutes=n) for n in range(4000) for _ in range(1 + (n // 100) % 2)]
    finding = parse(Miner, {"series": {"time": "t", "points": 500}}).mine(make_table("t", {"t": times}))
    told = one(finding)
    assert told["rows"] == len(times)
    assert told["points"] <= 500
    assert told["periods"][0]["length"] == pytest.approx(200 * 60, rel=0.02)


def test_what_does_not_fit_is_said(make_table):
    table = make_table("t", {"t": ["a", "b"], "v": [1, 2], "n": [1, 2]})
    with pytest.raises(ComponentError, match="the time 't' is VARCHAR; expected dates, times or numbers"):
        series().mine(table)
    with pytest.raises(ComponentError, match="the value 't' is VARCHAR; expected numbers"):
        series(time="n", value="t").mine(table)
    assert "No series of 40 points or more." in series(time="n").mine(table).sentences


def test_what_comes_again_exactly_leaves_nothing_else_to_tell(make_table):
    told = one(
        series().mine(make_table("t", {"t": list(range(140)), "v": [float(n % 7) for n in range(140)]}))
    )
    assert [period["points"] for period in told["periods"]] == [7]
    assert (told["trend"], told["changes"]) == (None, [])
