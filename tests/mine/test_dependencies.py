import numpy as np
import pytest

from thalweg.clean.summary import summarize
from thalweg.mine.dependencies import dependencies


def told(table, given=None):
    names = list(table.columns)
    found = dependencies(table, summarize(table).sample, given or names, names)
    return {(each.given, each.column): each for each in found}


def test_exact_and_nearly_exact_dependencies_with_their_exceptions(make_table):
    rows = 1000
    city = np.arange(rows) * 7 % 50
    country = city % 9
    wrong = country.copy()
    wrong[:4] = 8 - wrong[:4]  # city 0, 7, 14 and 21: 4 of them differ unless in the middle
    table = make_table(
        "t", {"city": city, "country": country, "wrong": wrong, "free": np.arange(rows) * 31 % 11}
    )
    found = told(table)
    exact = found[("city",), "country"]
    assert (exact.exceptions, exact.rows, exact.repeating) == (0, 1000, 950)
    nearly = found[("city",), "wrong"]
    assert nearly.exceptions == int((wrong != country).sum()) > 0
    assert nearly.error == nearly.exceptions / 1000
    assert not any(column == "free" for _, column in found)
    assert next(iter(found)) in {(("city",), "country")} | {key for key in found if not found[key].exceptions}


def test_two_columns_together_tell_what_neither_tells_alone(make_table):
    rows = 2000
    one, other = np.arange(rows) % 13, np.arange(rows) // 13 % 11
    found = told(make_table("t", {"one": one, "other": other, "sum": one * 3 + other * other}))
    assert found[("one", "other"), "sum"].exceptions == 0
    assert (("one",), "sum") not in found


@pytest.mark.parametrize("column", ["key", "rare", "constant"])
def test_what_says_nothing_is_not_told(make_table, column):
    rows = 1000
    columns = {
        "key": np.arange(rows),  # never repeats
        "rare": [*range(990), *[5] * 10],  # hardly ever repeats
        "constant": [0] * 985 + [1] * 15,  # agrees by chance
        "x": np.arange(rows) % 20,
    }
    found = told(make_table("t", columns))
    assert not any(column in given or column == name for given, name in found)


def test_a_missing_value_tells_nothing_and_may_be_told(make_table):
    given = [None if n % 4 == 0 else n % 10 for n in range(1000)]
    values = [None if n == 3 else n for n in (n % 10 for n in range(1000))]
    found = told(make_table("t", {"given": given, "values": values}), ["given"])
    assert found[("given",), "values"].rows == 750
    assert found[("given",), "values"].exceptions == 0


def test_what_holds_on_the_sample_alone_is_not_told(make_table):
    rows = 5000
    a = np.arange(rows) % 40
    table = make_table("t", {"a": a, "b": np.where(np.arange(rows) < 1000, a, np.arange(rows) * 7 % 39)})
    sample = summarize(table).sample.slice(0, 0)
    head = __import__("pyarrow").table({"a": a[:1000].astype(float), "b": a[:1000].astype(float)})
    assert dependencies(table, head, ["a"], ["b"]) == []
    assert dependencies(table, sample, ["a"], ["b"]) == []
