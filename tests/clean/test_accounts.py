"""Two laws, over tables and steps at random.

Every row that came in is kept, merged, dropped or set aside, once. And what becomes of the training rows depends on the
training rows alone: no statistic, no duplicate, no carried value comes from a row that judges.
"""

import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clean.conftest import columns_of
from thalweg.clean.run import clean
from thalweg.core.errors import ComponentError, DataError
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.table import ROW

TEXTS = st.sampled_from(["1", "2.5", " 3", "4 ", "x", "X ", "?", "NA", "", "2013-01-05", "  "])
CELLS = st.fixed_dictionaries(
    {
        "id": st.none() | st.integers(0, 6),
        "n": st.none() | st.integers(-5, 40) | st.just(10**6),
        "f": st.none() | st.sampled_from([0.0, 1.5, -2.25, 7.0, 1e9, math.nan]),
        "s": st.none() | TEXTS,
        "t": st.none() | TEXTS,
    }
)
ROWS = st.lists(st.tuples(CELLS, st.integers(0, 2)), min_size=1, max_size=24)
STEPS = st.sampled_from(
    [
        {"types": {"s": "number"}},
        {"types": {"t": {"to": "date", "else": "null"}}},
        {"missing": {"as": ["?", "NA", ""], "n": {"constant": 3}}},
        {"missing": {"f": "drop", "s": "keep"}},
        {"missing": {"n": {"carry": {"by": "id", "order": "f"}}}},
        {"missing": {"f": {"carry": {"order": "id"}}}},
        "duplicates",
        {"duplicates": {"keys": "id", "keep": "last", "by": "n"}},
        {"duplicates": ["id", "n"]},
        {"outliers": {"n": {"iqr": 1.5}}},
        {"outliers": {"f": {"mad": 3.5, "action": "null"}, "n": {"between": [0, None], "action": "clip"}}},
        {"outliers": {"f": {"iqr": 2, "action": "clip"}}},
        {"outliers": {"n": {"iqr": 1, "by": "id"}}},
        {"outliers": {"f": {"mad": 2, "by": ["s"], "action": "null"}}},
        {"expect": {"n": {"between": [0, 30]}, "id": "unique"}},
        {"expect": {"id": "not_null", "rows": ["n > id or f < 2"]}},
        {"text": ["trim", "upper"]},
        "auto",
    ]
)
SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def one_session(tmp_path_factory):
    with DuckDB(memory="512MB", threads=1).open(tmp_path_factory.mktemp("scratch")) as session:
        yield session


def laid_out(table_of, session, rows, split: bool):
    kinds = {"id": pa.int64(), "n": pa.int64(), "f": pa.float64(), "s": pa.string(), "t": pa.string()}
    columns: dict[str, Any] = {
        name: pa.array([row[name] for row, _ in rows], kind) for name, kind in kinds.items()
    }
    if split:
        columns["__split"] = [part for _, part in rows]
    return table_of(session, "t", columns)


@SETTINGS
@given(rows=ROWS, steps=st.lists(STEPS, max_size=5), split=st.booleans())
def test_every_row_is_accounted_for_once(one_session, table_of, rows, steps, split):
    table = laid_out(table_of, one_session, rows, split)
    try:
        cleaned = clean(table, steps)
    except (
        ComponentError,
        DataError,
    ):  # a step that does not fit, or no row left: other tests read the messages
        return
    came = len(rows)
    for entry in cleaned.entries:
        assert entry.rows_in == came == entry.kept + entry.merged + entry.dropped + entry.quarantined
        assert all(0 < cells <= entry.kept for cells in entry.changed.values())
        came = entry.kept
    kept = columns_of(cleaned.table)[ROW]
    aside = one_session.rows(sql.select(cleaned.quarantined, [ROW])) if cleaned.quarantined else []
    assert cleaned.table.count() == len(kept) == len(set(kept)) == came
    assert len(aside) == sum(entry.quarantined for entry in cleaned.entries) == len(set(aside))
    assert not set(kept) & {row for (row,) in aside}
    assert list(cleaned.table.columns) == ["id", "n", "f", "s", "t"]


@SETTINGS
@given(rows=ROWS, others=ROWS, steps=st.lists(STEPS, min_size=1, max_size=4))
def test_training_rows_never_depend_on_the_others(one_session, table_of, rows, others, steps):
    training = [(row, 0) for row, part in rows if part == 0]
    changed = [(row, max(part, 1)) for row, part in others]
    seen = [
        outcome(one_session, laid_out(table_of, one_session, training + tail, True), steps, len(training))
        for tail in ([(row, part) for row, part in rows if part > 0], changed)
    ]
    if None not in seen:
        assert seen[0] == seen[1]


def outcome(session, table, steps, training: int):
    """What becomes of the first rows of a table, and what was learnt; None where the steps do not fit it."""
    try:
        cleaned = clean(table, steps)
    except (ComponentError, DataError):
        return None
    found = columns_of(cleaned.table)
    kept = [
        tuple(str(found[name][place]) for name in found)
        for place, row in enumerate(found[ROW])
        if row < training
    ]
    return kept, cleaned.table.columns, [step.written() for step in cleaned.steps], cleaned.log
