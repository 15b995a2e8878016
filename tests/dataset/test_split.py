"""What holds of every split: forms that read back, fractions that make sense, parts that are not empty."""

from __future__ import annotations

import pyarrow as pa
import pytest
from pydantic import ValidationError

from tests.dataset.parts import divided
from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError, DataError
from thalweg.dataset.by_time import ByTime
from thalweg.dataset.split import Split
from thalweg.dataset.split_check import check_split


@pytest.mark.parametrize(
    ("form", "full"),
    [
        ("random", {"kind": "random", "fractions": [0.7, 0.15, 0.15], "key": None, "seed": 0}),
        (
            {"random": {"fractions": [0.8, 0.1, 0.1], "key": "order_id", "seed": 7}},
            {"kind": "random", "fractions": [0.8, 0.1, 0.1], "key": ["order_id"], "seed": 7},
        ),
        (
            {"random": [0.5, 0.25, 0.25]},
            {"kind": "random", "fractions": [0.5, 0.25, 0.25], "key": None, "seed": 0},
        ),
        ({"by": "time_hour"}, {"kind": "by", "column": "time_hour", "fractions": [0.7, 0.15, 0.15]}),
        (
            {"by": "time_hour", "fractions": [0.6, 0.2, 0.2]},
            {"kind": "by", "column": "time_hour", "fractions": [0.6, 0.2, 0.2]},
        ),
        (
            {"group": "user_id"},
            {"kind": "group", "column": "user_id", "fractions": [0.7, 0.15, 0.15], "seed": 0},
        ),
        (
            {"stratified": {"column": "churn", "seed": 2}},
            {"kind": "stratified", "column": "churn", "fractions": [0.7, 0.15, 0.15], "seed": 2},
        ),
        (
            {"column": "fold", "training": [1, 2], "validation": 3, "test": [4]},
            {"kind": "given", "column": "fold", "training": [1, 2], "validation": [3], "test": [4]},
        ),
    ],
)
def test_forms_that_may_be_written(form, full):
    split = parse(Split, form)
    assert split.written() == full
    assert parse(Split, full) == split


def test_every_kind_reads_back_what_it_writes():
    assert set(kinds(Split)) == {"by", "random", "group", "stratified", "given"}
    for kind in kinds(Split).values():
        assert parse(Split, kind.example().written()) == kind.example()


@pytest.mark.parametrize(
    ("fractions", "said"),
    [
        ([0.7, 0.2, 0.2], r"fractions that sum to 1, received \[0.7, 0.2, 0.2\], which sum to 1.1"),
        ([70, 15, 15], "which sum to 100"),
        (
            [0.8, 0.2],
            r"expected three fractions above 0.* received \[0.8, 0.2\]: validation rows choose the best epoch",
        ),
        ([0.8, 0, 0.2], "a small share such as 0.05 will do"),
        ([1.2, -0.1, -0.1], "expected three fractions above 0"),
        ("most", r"expected fractions such as \[0.7, 0.15, 0.15\], received 'most'"),
        ([True, 0.5, 0.5], "expected fractions such as"),
    ],
)
@pytest.mark.parametrize("kind", ["random", "by", "group", "stratified"])
def test_fractions_that_make_no_sense(kind, fractions, said):
    column = {} if kind == "random" else {"column": "a"}
    with pytest.raises(ValidationError, match=said):
        parse(Split, {kind: {**column, "fractions": fractions}})


def test_unknown_columns_are_told_with_the_nearest_name(make_table):
    table = make_table("flights", {"carrier": ["UA"], "time_hour": [1]})
    for form, said in (
        ({"group": "carier"}, "no group column 'carier'; did you mean 'carrier'"),
        ({"by": "time_hours"}, "no column to split by 'time_hours'; did you mean 'time_hour'"),
        ({"stratified": "carriers"}, "no class column 'carriers'; did you mean 'carrier'"),
        (
            {"random": {"key": ["carrier", "tine_hour"]}},
            "no key column 'tine_hour'; did you mean 'time_hour'",
        ),
        ({"column": "fold", "training": 1, "validation": 2, "test": 3}, "no column to split by 'fold'"),
    ):
        with pytest.raises(ComponentError, match=said):
            parse(Split, form).fit(table)


def test_rows_of_each_part_are_counted_and_an_empty_part_is_told(make_table):
    table = make_table("t", {"year": [2010] * 6 + [2011] * 2 + [2012] * 2 + [None]})
    assignment = ByTime(column="year", fractions=(0.6, 0.2, 0.2)).fit(table)
    with_parts = divided(table, assignment)
    assert check_split(with_parts, assignment) == {"training": 6, "validation": 2, "test": 2, "undecided": 1}
    with pytest.raises(DataError) as caught:
        check_split(with_parts.where(table.expression("year < 2012")), assignment)
    message = str(caught.value)
    assert "the split leaves no rows for test (6 training, 2 validation, 0 test, 0 undecided)" in message
    assert "by year, 60% / 20% / 20%: validation from 2011, test from 2012" in message
    assert "choose other fractions" in message


def test_of_one_moment_there_is_no_future(make_table):
    table = make_table("t", {"year": [2010] * 10})
    assignment = ByTime(column="year").fit(table)
    with pytest.raises(
        DataError, match=r"no rows for validation and test .*validation from nothing, test from nothing"
    ):
        check_split(divided(table, assignment), assignment)


def test_a_row_whose_part_cannot_be_told_is_counted_and_not_learnt_from(make_table):
    table = make_table("t", {"when": pa.array([1, None, 3, 4, 5, 6, 7]), "v": list("abcdefg")})
    assignment = ByTime(column="when", fractions=(0.4, 0.3, 0.3)).fit(table)
    with_parts = divided(table, assignment)
    assert check_split(with_parts, assignment) == {"training": 2, "validation": 2, "test": 2, "undecided": 1}
    assert with_parts.training().count() == 2
