"""A stream has a connection of its own; it must see what its session has."""

import pyarrow as pa
from sqlglot import exp

from thalweg.engines import sql


def test_streams_see_kept_and_offered_tables_and_views_of_them(session):
    offered = session.offer("offered", pa.table({"a": [1, 2]}))
    kept = session.keep("kept", sql.select(offered, ["a"]))
    view = session.define("view", sql.select(offered, ["a"]))
    for source in (offered, kept, view):
        (batch,) = session.batches(sql.select(source, ["a"]))
        assert batch.to_pydict() == {"a": [1, 2]}
    assert session.kept == ["kept"]


def test_streams_read_times_in_the_sessions_zone(session):
    moment = sql.cast(sql.literal("2013-01-01 05:00:00+01"), "TIMESTAMPTZ")
    query = exp.select(exp.alias_(sql.cast(sql.cast(moment, "TIMESTAMP"), "VARCHAR"), "t"))
    (batch,) = session.batches(query)
    assert batch.to_pydict() == {"t": ["2013-01-01 04:00:00"]}
