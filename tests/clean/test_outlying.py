"""Outliers of a group, and of a stretch of time: judged by training rows, or by what came before."""

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from thalweg.clean.outliers import Outliers
from thalweg.clean.run import clean
from thalweg.core.errors import ComponentError

HOUR0 = datetime(2024, 1, 1)


def hours(count: int) -> list[datetime]:
    return [HOUR0 + timedelta(hours=place) for place in range(count)]


@pytest.mark.parametrize("way", [{"iqr": 1.5}, {"mad": 4}])
def test_a_value_usual_in_one_group_is_far_off_in_another(make_table, left, aside, way):
    values = [*range(1, 12), *range(101, 112), 106, 6, 5]
    sensor = ["a"] * 11 + ["b"] * 11 + ["a", "b", "c"]
    table = make_table("t", {"x": values, "s": sensor})
    cleaned = clean(table, [{"outliers": {"x": {**way, "by": "s"}}}])
    assert [row for row, _, _ in aside(cleaned)] == [22, 23]
    assert cleaned.entries[0].quarantined == 2
    assert "of the same s" in cleaned.entries[0].reasons[0].rule
    assert cleaned.entries[0].notes == {"groups judged for x": 2, "groups too small or alike for x": 1}
    emptied = clean(table, [{"outliers": {"x": {**way, "by": "s", "action": "null"}}}])
    assert left(emptied.table)["x"] == [*values[:22], None, None, 5]
    assert emptied.entries[0].changed == {"x": 2}


def test_groups_learn_from_training_rows_alone(make_table):
    table = make_table(
        "t", {"x": [*range(1, 12), 50, 50, 50], "s": ["a"] * 14, "__split": [0] * 11 + [1, 2, 2]}
    )
    assert clean(table, [{"outliers": {"x": {"iqr": 1.5, "by": "s"}}}]).entries[0].quarantined == 3


def test_a_value_is_judged_by_those_shortly_before_it(make_table, aside):
    values = [float(place % 3 + place // 20 * 100) for place in range(40)]  # a step up at 20
    values[15] = 50.0
    table = make_table("t", {"x": values, "t": hours(40)})
    rule = {"mad": 5, "window": "10 hours", "time": "t"}
    found = [row for row, _, _ in aside(clean(table, [{"outliers": {"x": rule}}]))]
    assert found[0] == 15
    assert set(found[1:]) <= set(range(20, 31))  # after the step it takes half a window to get used to it
    assert 20 in found
    assert 35 not in found


def test_what_comes_later_changes_nothing_before(make_table, left):
    values = [float(place % 5) for place in range(30)]
    rule = {"outliers": {"x": {"mad": 4, "window": "12 hours", "time": "t", "action": "null"}}}
    spiked = [*values[:12], 99.0, *values[13:]]
    before = left(clean(make_table("a", {"x": spiked[:13], "t": hours(13)}), [rule]).table)["x"]
    after = left(clean(make_table("b", {"x": [*spiked[:13], *[1e6] * 17], "t": hours(30)}), [rule]).table)[
        "x"
    ]
    assert before == after[:13]
    assert before[12] is None


def test_a_training_row_is_not_judged_by_test_rows(make_table, aside):
    values = [float(place % 3) for place in range(9)] + [1.0]
    late = [50.0 + place % 3 for place in range(20)]
    table = make_table("t", {"x": late + values, "t": hours(30), "__split": [2] * 20 + [0] * 10})
    rule = {"mad": 5, "window": "29 hours", "time": "t"}
    assert aside(clean(table, [{"outliers": {"x": rule}}])) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"mad": 3, "window": "1 day"}, "'window' and 'time' go together"),
        ({"iqr": 3, "window": "1 day", "time": "t"}, "a 'window' is judged by its median"),
        ({"between": [0, 1], "by": "s"}, "use iqr or mad, not between"),
        ({"mad": 3, "by": "s", "action": "clip"}, "quarantine or null, not clip"),
        ({"mad": 3, "window": "1 month", "time": "t"}, "expected a length of time"),
    ],
)
def test_settings_that_make_no_sense_are_refused(rule, said):
    with pytest.raises(ValidationError, match=said):
        Outliers.model_validate({"columns": {"x": rule}})


def test_what_does_not_fit_is_told(make_table):
    table = make_table("t", {"x": [1.0], "s": ["a"]})
    with pytest.raises(ComponentError, match="time column 's' is VARCHAR; expected dates or times"):
        clean(table, [{"outliers": {"x": {"mad": 3, "window": "1 day", "time": "s"}}}])
    with pytest.raises(ComponentError, match="no column 'ss'; did you mean 's'"):
        clean(table, [{"outliers": {"x": {"mad": 3, "by": "ss"}}}])
    with pytest.raises(ComponentError, match="can't be learnt: it is VARCHAR"):
        clean(table, [{"outliers": {"s": {"mad": 3, "by": "s"}}}])
