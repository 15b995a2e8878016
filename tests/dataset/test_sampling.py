"""The sample: the same in SQL and in numpy, of the right size, and not periodic."""

from __future__ import annotations

import numpy as np

from thalweg.dataset.sampling import below, keys, order, sql_key
from thalweg.engines import sql
from thalweg.engines.engine import Session


def test_sql_and_numpy_give_the_same_keys(session: Session) -> None:
    rows = np.concatenate([np.arange(1_000), 2 ** np.arange(20, 62), [2**32 - 1, 2**40 + 12_345]])
    import pyarrow as pa

    table = session.offer("rows", pa.table({"__row": rows}))
    found = dict(session.rows(sql.select(table, {"row": sql.column("__row"), "key": sql_key()})))
    assert found == dict(zip(rows.tolist(), keys(rows).tolist(), strict=True))


def test_every_stretch_and_every_weekday_is_sampled_alike() -> None:
    chosen = keys(np.arange(700_000)) < 0.1 * 2**32
    for period in (2, 7, 24, 100, 168):
        shares = chosen[: len(chosen) // period * period].reshape(-1, period).mean(axis=0)
        assert abs(shares - 0.1).max() < 0.015
    stretches = chosen.reshape(70, -1).mean(axis=1)
    assert abs(stretches - 0.1).max() < 0.015


def test_a_little_more_than_wanted_is_asked_for() -> None:
    assert below(100, 100) is None
    condition = below(1_000, 100_000)
    assert condition is not None
    cut = int(condition.expression.name)
    assert 1_000 <= np.count_nonzero(keys(np.arange(100_000)) < cut) <= 1_150


def test_the_order_is_that_of_the_keys_whatever_the_order_of_the_rows() -> None:
    rows = np.arange(500)
    mixed = np.random.default_rng(0).permutation(rows)
    assert rows[order(rows, 50)].tolist() == mixed[order(mixed, 50)].tolist()
