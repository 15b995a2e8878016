from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thalweg.clean.repeats import count_repeats, repeats
from thalweg.engines import sql
from thalweg.engines.table import ROW

ROWS = st.lists(
    st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from("ab")), min_size=1, max_size=20
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, nulls_repeat=st.booleans())
def test_a_row_repeats_a_key_that_came_before(session, table_of, rows, nulls_repeat):
    import pyarrow as pa

    columns = {
        "a": pa.array([a for a, _ in rows], pa.int64()),
        "b": pa.array([b for _, b in rows], pa.string()),
    }
    table = table_of(session, "t", columns)
    expected = [
        place for place, key in enumerate(rows) if key in rows[:place] and (nulls_repeat or None not in key)
    ]
    found = repeats(table, ["a", "b"], nulls_repeat=nulls_repeat)
    kept = session.rows(sql.select(found, [ROW]).order_by(sql.column(ROW))) if found is not None else []
    assert [row for (row,) in kept] == expected
    if nulls_repeat:
        assert count_repeats(table, ["a", "b"]) == len(expected)
