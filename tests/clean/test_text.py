import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import parse
from thalweg.core.errors import ComponentError


def test_treatments_are_done_in_their_order(make_table, left):
    table = make_table(
        "t", {"city": ["  new   york\t", "NEW YORK", "o'neil-smith", "\u3000élan ", None, " "]}
    )
    cleaned = clean(table, [{"text": {"city": ["trim", "collapse", "title", "empty_to_null"]}}])
    assert left(cleaned.table)["city"] == ["New York", "New York", "O'neil-Smith", "Élan", None, None]
    assert cleaned.entries[0].changed == {"city": 5}
    assert cleaned.entries[0].kept == 6


def test_spellings_are_mapped_after_the_case(make_table, left):
    table = make_table("t", {"state": ["calif", "CA", "tx", "n/a", None]})
    rule = {"case": "upper", "map": {"CALIF": "CA", "N/A": None}}
    cleaned = clean(table, [{"text": {"state": rule}}])
    assert left(cleaned.table)["state"] == ["CA", "CA", "TX", None, None]


def test_a_treatment_alone_is_of_every_text(make_table, left):
    table = make_table("t", {"a": [" x"], "b": ["Y "], "n": [1]})
    assert left(clean(table, [{"text": ["trim", "lower"]}]).table) == {
        "a": ["x"],
        "b": ["y"],
        "n": [1],
        "__row": [0],
    }
    own = clean(table, [{"text": {"every": "trim", "b": "upper"}}])
    assert left(own.table)["a"] == ["x"]
    assert left(own.table)["b"] == ["Y "]


def test_ounces_of_beers_are_spelt_in_one_way(data, read, left):
    beers, truth = read(data("dirty/beers/dirty.csv")), read(data("dirty/beers/clean.csv"))
    spelt = {"ounces": {"remove": ["ounce", "OZ.", "oz.", "oz"], "to": "number"}}
    cleaned = clean(
        beers, [{"text": {"ounces": ["trim"]}}, {"types": {"ounces": {**spelt["ounces"], "else": None}}}]
    )
    right = clean(truth, [{"types": {"ounces": "number"}}])
    same = [a == b for a, b in zip(left(cleaned.table)["ounces"], left(right.table)["ounces"], strict=True)]
    assert sum(same) / len(same) > 0.9


TRICKY = "ＡＢｶﾞﬁ①²½Å\u212b\u1e9b\u0323é\u0301㍿\u3000ℌµſt"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(alphabet=st.sampled_from(TRICKY + "ab1 ")) | st.text(max_size=6), min_size=1, max_size=8
    )
)
def test_unicode_forms_are_those_of_the_standard(session, table_of, left, texts):
    texts = [text.replace("\x00", "") for text in texts]
    table = table_of(session, "t", {"a": texts, "b": texts})
    found = left(clean(table, [{"text": {"a": {"unicode": "NFC"}, "b": {"unicode": "NFKC"}}}]).table)
    assert found["a"] == [unicodedata.normalize("NFC", text) for text in texts]
    assert found["b"] == [unicodedata.normalize("NFKC", text) for text in texts]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (["trimm"], "unknown treatment of text 'trimm'; did you mean 'trim'"),
        ({"x": ["lower", "upper"]}, "'upper' and 'lower' can't both be the case of a text"),
        ({"x": {"case": "camel"}}, "lower"),
        ({"x": {"maps": {}}}, "unknown key 'maps'; did you mean 'map'"),
    ],
)
def test_what_is_written_wrongly_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        parse(Step, {"text": written})


def test_what_does_not_fit_the_table_is_refused(make_table):
    table = make_table("t", {"city": ["x"], "age": [1]})
    with pytest.raises(ComponentError, match="column 'age' is BIGINT, not text"):
        clean(table, [{"text": {"age": "trim"}}])
    with pytest.raises(ComponentError, match="no column 'cty'; did you mean 'city'"):
        clean(table, [{"text": {"cty": "trim"}}])
