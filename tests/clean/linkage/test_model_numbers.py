"""Numbers of models and parts inside a text: found whatever their punctuation, and taken apart."""

from __future__ import annotations

import pytest

from thalweg.clean.linkage.model_numbers import pieces
from thalweg.engines import sql


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Sony Turntable - PSLX350H", "psl slx lx3 x35 350 50h"),
        ("Sony PS-LX350H Belt-Drive Turntable", "psl slx lx3 x35 350 50h"),
        ("MB470LL/A", "mb4 b47 470 70l 0ll lla"),
        ("索尼PS-LX35黑色 12", "psl slx lx3 x35"),
        ("mp3 1a 2 KX", ""),
        ("Turntable", ""),
        ("x1y2 x1y2", "x1y 1y2"),
        ("", ""),
        ("ＴＨ４２ １２３４", "ｔｈ４ ｈ４２ １２３ ２３４"),
        ("' OR 1=1; DROP TABLE t --", ""),
    ],
)
def test_pieces_of_numbers(session, text, cut):
    ((found,),) = session.rows(
        sql.select(sql.select(_one(), {"t": sql.literal(text)}), {"p": pieces(sql.column("t"))})
    )
    assert sorted(found.split()) == sorted(cut.split())


def test_a_missing_text_has_none(session):
    null = sql.cast(sql.literal(None), "VARCHAR")
    ((found,),) = session.rows(sql.select(sql.select(_one(), {"t": null}), {"p": pieces(sql.column("t"))}))
    assert found is None


def _one():
    from sqlglot import exp

    return exp.select(exp.alias_(sql.literal(1), "one"))
