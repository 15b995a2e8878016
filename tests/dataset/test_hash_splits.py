"""Splits at random and by group: shares as chance keeps them, groups whole, a row's part its own affair."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.csv as csv
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dataset.parts import parts
from thalweg.core.errors import ComponentError
from thalweg.dataset.at_random import AtRandom
from thalweg.dataset.by_group import ByGroup
from thalweg.engines.hashing import cut, digest_of
from thalweg.engines.table import Table


def by_hand(text: list[str], seed: int, fractions: tuple[float, float, float]) -> int:
    """The part of a value, computed without the engine."""
    found = digest_of(text, seed)
    return (found >= cut(fractions[0])) + (found >= cut(fractions[0] + fractions[1]))


def test_shares_are_kept_as_chance_keeps_them_and_seeds_differ(make_table):
    table = make_table("t", {"a": list(range(20_000))})
    first = parts(table, AtRandom(fractions=(0.6, 0.1, 0.3)).fit(table))
    assert [first.count(part) / 20_000 for part in range(3)] == pytest.approx([0.6, 0.1, 0.3], abs=0.012)
    second = parts(table, AtRandom(fractions=(0.6, 0.1, 0.3), seed=1).fit(table))
    agree = sum(one == two for one, two in zip(first, second, strict=True)) / 20_000
    assert agree == pytest.approx(0.36 + 0.01 + 0.09, abs=0.015)


def test_the_part_is_that_of_the_documented_hash(make_table):
    table = make_table("t", {"a": ["x", "é", "z"], "b": [1, 2, 3]})
    fractions = (0.34, 0.33, 0.33)
    by_row = parts(table, AtRandom(fractions=fractions, seed=4).fit(table))
    assert by_row == [by_hand([str(row)], 4, fractions) for row in range(3)]
    by_key = parts(table, AtRandom(fractions=fractions, seed=4, key=("a", "b")).fit(table))
    assert by_key == [by_hand(text, 4, fractions) for text in (["x", "1"], ["é", "2"], ["z", "3"])]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["u1", "u2", "u3", "ü", None]), st.integers(0, 3)), min_size=1, max_size=30
    ),
    others=st.lists(st.tuples(st.sampled_from(["u1", "v9"]), st.integers(0, 3)), max_size=10),
    seed=st.integers(0, 5),
)
def test_a_row_keeps_its_part_whatever_stands_beside_it(session, table_of, rows, others, seed):
    def table(name: str, content: list[tuple[str | None, int]]) -> Table:
        users = pa.array([user for user, _ in content], pa.string())
        return table_of(
            session, name, {"user": users, "item": pa.array([item for _, item in content], pa.int64())}
        )

    alone, beside = table("alone", rows), table("beside", others + rows)
    for split in (ByGroup(column="user", seed=seed), AtRandom(key=("user", "item"), seed=seed)):
        found = parts(alone, split.fit(alone))
        assert parts(beside, split.fit(beside))[len(others) :] == found
        assert [part is None for part in found] == [user is None for user, _ in rows]
    grouped = parts(alone, ByGroup(column="user", seed=seed).fit(alone))
    assert len({(user, part) for (user, _), part in zip(rows, grouped, strict=True)}) == len(
        {user for user, _ in rows}
    )


def test_movielens_users_are_never_on_two_sides(data, make_table):
    read = csv.read_csv(data("ml-latest-small/ratings.csv"))
    table = make_table("ratings", {name: read[name].combine_chunks() for name in ("userId", "rating")})
    assignment = ByGroup(column="userId").fit(table)
    found = list(zip(read["userId"].to_pylist(), parts(table, assignment), strict=True))
    users = dict(found)
    assert len(found) == 100_836
    assert len(users) == len(set(found)) == 610
    shares = [list(users.values()).count(part) / 610 for part in range(3)]
    assert shares == pytest.approx([0.7, 0.15, 0.15], abs=0.06)
    assert {user: by_hand([str(user)], 0, (0.7, 0.15, 0.15)) for user in users} == users


def test_a_table_with_another_kind_of_key_cannot_tell(make_table):
    main = make_table("main", {"id": [1, 2, 3]})
    assignment = ByGroup(column="id").fit(main)
    assert assignment.expression(make_table("small", {"id": pa.array([1], pa.int8())})) is not None
    assert assignment.expression(make_table("float", {"id": [1.0]})) is None
    assert assignment.expression(make_table("none", {"key": [1]})) is None
    assert assignment.rule == "by the hash of each id with seed 0, 70% / 15% / 15%"


def test_keys_whose_text_differs_between_engines_are_refused(make_table):
    with pytest.raises(
        ComponentError, match="column 'x' has type DOUBLE; expected whole numbers, text, dates or times"
    ):
        ByGroup(column="x").fit(make_table("t", {"x": [1.5]}))
