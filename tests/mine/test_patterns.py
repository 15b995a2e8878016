import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from thalweg.clean.distribution import Distribution
from thalweg.mine.patterns import loose, pattern, patterns


def found(values):
    return patterns(Distribution.of(pa.array(values), whole=True))


def test_characters_as_their_classes():
    assert pattern("Max 42") == "Aaa 99"
    assert pattern("Ærø-½ 北京") == "Aaa-½ 文文"
    assert pattern("a\tb\u200b") == "a·a·"
    assert loose("Aaaaaa 99-AA") == "Aa+ 9+-A+"


@given(st.text())
def test_a_pattern_is_as_long_as_the_text_and_its_own_pattern(text):
    assert len(pattern(text)) == len(text)
    assert pattern(pattern(text).replace("·", "x")) == pattern(text).replace("·", "a")


def test_the_rarest_are_those_that_few_rows_have():
    values = (
        ["12345"] * 500 + ["1234"] * 300 + ["A1"] * 100 + ["x"] * 60 + ["-"] * 50 + ["1234O"] * 2 + ["12 45"]
    )
    told = found(values)
    assert told["exact"] is True
    assert told["kinds"] == 7
    assert told["top"] == [["99999", 500], ["9999", 300], ["A9", 100], ["a", 60], ["-", 50]]
    assert told["rarest"] == [["99 99", 1], ["9999A", 2]]


def test_many_ways_of_writing_are_told_by_runs():
    told = found([f"{'a' * n}{'1' * (n % 3 + 1)}" for n in range(1, 90)])
    assert told["exact"] is False
    assert [letters for letters, _ in told["top"]] == ["a+9+", "a+9", "a9+"]
    assert sum(rows for _, rows in told["top"]) == 89
