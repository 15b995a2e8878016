import pytest
from pydantic import ValidationError

from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError


def test_whole_rows_are_equal_and_a_missing_value_equals_a_missing_value(make_table, left):
    table = make_table("t", {"a": [1, 1, None, None, 2], "b": ["x", "x", "y", "y", None]})
    cleaned = clean(table, ["duplicates"])
    assert left(cleaned.table)["__row"] == [0, 2, 4]
    (entry,) = cleaned.entries
    assert (entry.rows_in, entry.kept, entry.merged, entry.quarantined) == (5, 3, 2, 0)
    assert entry.reasons[0].rule == "same every column as a row that was kept"
    assert cleaned.quarantined is None


def test_a_missing_key_repeats_no_other(make_table, left):
    table = make_table("t", {"id": [1, None, None, 1], "v": [1, 2, 3, 4]})
    assert left(clean(table, [{"duplicates": "id"}]).table)["v"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("setting", "kept"),
    [
        ({"keep": "first"}, [0, 3]),
        ({"keep": "last"}, [2, 3]),
        ({"keep": "first", "by": "updated"}, [1, 3]),
        ({"keep": "last", "by": "updated"}, [2, 3]),
        ({"keep": "last", "by": ["rank", "updated"]}, [0, 3]),
    ],
)
def test_which_row_stays_is_the_users_choice(make_table, left, setting, kept):
    table = make_table("t", {"id": [7, 7, 7, 8], "updated": [5, 1, 5, None], "rank": [2, 1, 1, 1]})
    cleaned = clean(table, [{"duplicates": {"keys": ["id"], **setting}}])
    assert left(cleaned.table)["__row"] == kept


def test_a_row_without_the_ordering_value_is_kept_last(make_table, left):
    table = make_table("t", {"id": [7, 7, 7], "updated": [None, 1, 2]})
    for keep, row in (("first", 1), ("last", 2)):
        step = {"duplicates": {"keys": "id", "keep": keep, "by": "updated"}}
        assert left(clean(table, [step]).table)["__row"] == [row]


def test_a_training_row_is_kept_before_all_others(make_table, left):
    table = make_table("t", {"id": [7, 7, 7, 8, 8], "__split": [2, 1, 0, 2, 1]})
    assert left(clean(table, [{"duplicates": "id"}]).table)["__row"] == [2, 4]


def test_flights_are_told_apart_by_their_key(nycflights, read):
    weather = read(nycflights("weather"))
    cleaned = clean(weather, [{"duplicates": {"keys": ["origin", "year", "month", "day", "hour"]}}])
    assert (cleaned.entries[0].kept, cleaned.entries[0].merged) == (26112, 3)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"keys": []}, "'keys' is empty; leave it out to compare whole rows"),
        ({"by": "updated"}, "'by' chooses among rows of the same key; it needs 'keys'"),
        ({"keys": "a", "keep": "lst"}, "first"),
        ({"key": "a"}, "unknown key 'key'; did you mean 'keys'"),
    ],
)
def test_what_is_written_wrongly_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        parse(Step, {"duplicates": written})


def test_an_unknown_key_is_refused(make_table):
    with pytest.raises(ComponentError, match="no column 'dest_id'; did you mean 'dest'"):
        clean(make_table("t", {"dest": [1]}), [{"duplicates": ["dest_id"]}])
