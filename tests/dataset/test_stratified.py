"""Stratified splits: every class in its shares to the row, and pure once learnt."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dataset.parts import parts
from thalweg.core.errors import ComponentError
from thalweg.dataset.stratified import Stratified
from thalweg.engines.table import Table


def test_rare_classes_have_their_share_to_the_row(make_table):
    labels = ["common"] * 960 + ["rare"] * 40
    table = make_table("t", {"label": labels})
    found = parts(table, Stratified(column="label").fit(table))
    assert Counter(zip(labels, found, strict=True)) == {
        ("common", 0): 672, ("common", 1): 144, ("common", 2): 144, ("rare", 0): 28, ("rare", 1): 6, ("rare", 2): 6,
    }  # fmt: skip
    other = parts(table, Stratified(column="label", seed=1).fit(table))
    assert Counter(other) == Counter(found)
    assert other != found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=st.lists(st.sampled_from([None, 0, 1, 2]), min_size=1, max_size=50))
def test_each_class_is_cut_at_the_nearest_row(session, table_of, labels):
    table: Table = table_of(session, "t", {"label": pa.array(labels, pa.int64())})
    fractions = (0.5, 0.3, 0.2)
    found = parts(table, Stratified(column="label", fractions=fractions).fit(table))
    for label, rows in Counter(labels).items():
        counts = Counter(part for each, part in zip(labels, found, strict=True) if each == label)
        assert counts[0] == pytest.approx(0.5 * rows, abs=0.5)
        assert counts[0] + counts[1] == pytest.approx(0.8 * rows, abs=0.5)


def test_a_class_never_seen_cannot_be_told(make_table):
    main = make_table("main", {"label": ["a", "b"] * 20})
    assignment = Stratified(column="label").fit(main)
    assert parts(make_table("new", {"label": ["a", "c", None]}), assignment)[1:] == [None, None]
    assert assignment.expression(make_table("none", {"other": ["a"]})) is None
    assert assignment.rule == "within 2 classes of label, seed 0, 70% / 15% / 15%"


def test_a_column_of_too_many_values_is_refused(make_table):
    with pytest.raises(ComponentError, match="can't stratify by 'id': it has more than 100 different values"):
        Stratified(column="id").fit(make_table("t", {"id": list(range(101))}))


def test_a_column_that_integrate_makes_is_refused_with_the_reason(make_table):
    table = make_table("flights", {"delay": [1, 20, 3], "origin": ["a", "b", "a"]})
    with pytest.raises(ComponentError) as caught:
        Stratified(column="late").fit(table)
    assert "table 'flights' has no class column 'late'; known: delay, origin" in str(caught.value)
    assert "before cleaning and joining, which learn from training rows alone" in str(caught.value)
    with pytest.raises(ComponentError, match="did you mean 'origin'"):
        Stratified(column="orgin").fit(table)
