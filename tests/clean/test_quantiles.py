import math

from thalweg.clean.quantiles import quantiles
from thalweg.engines import sql


def test_exact_quantiles_are_those_of_sql(make_table, session):
    values = [n * 7919 % 1009 / 10 for n in range(1009)]
    table = make_table("t", {"x": [*values, None, math.nan, math.inf]})
    fractions = (0.0, 0.25, 0.5, 0.99, 1.0)
    discrete = [sql.call("quantile_disc", sql.column("x"), fraction) for fraction in fractions]
    finite = table.where(sql.call("isfinite", sql.column("x")))
    (expected,) = session.rows(sql.select(finite.query, {str(n): value for n, value in enumerate(discrete)}))
    assert quantiles(table, sql.column("x"), fractions) == list(expected)


def test_there_are_none_of_nothing(make_table):
    table = make_table("t", {"x": [math.nan]})
    assert quantiles(table, sql.column("x"), (0.5,)) is None
