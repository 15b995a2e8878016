"""Whatever tables and columns are called, and however little they hold: the same rows, or an error in words."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from thalweg.core.component import kinds, parse
from thalweg.core.errors import DataError
from thalweg.engines.table import Table
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate

NAN = float("nan")
STRANGE = [
    """ a "quoted" it's {}""",
    "t.dotted.{}.name",
    "列 select from {} ",
    """"; DROP TABLE {}; --`[x]`\\n""",
]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def chains(n):
    """Each kind of operation, with names by `n`."""
    k, t, v, w = n("k"), n("t"), n("v"), n("w")
    return {
        "join": [{"join": {"table": n("other"), "on": {k: n("key")}, "prefix": n("p")}}],
        "asof": [
            {"asof": {"table": n("other"), "on": {k: n("key")}, "time": {t: n("at")}, "prefix": n("p")}}
        ],
        "aggregate": [
            {
                "aggregate": {
                    **{"table": n("main"), "on": k, "time": t, "prefix": n("p"), "since": True},
                    "values": {v: ["sum", "mean", "last", "distinct"], "*": "count"},
                }
            }
        ],
        "references": [{"references": {"table": n("other"), "on": {k: n("key")}, "else": "quarantine"}}],
        "union": [{"union": {"table": n("more"), "columns": {n("v2"): v}}}],
        "pivot": [{"pivot": {"by": [t], "column": w, "values": {v: "sum"}}}],
        "unpivot": [{"unpivot": {"columns": [k, v], "name": n("name"), "value": n("value")}}],
        "windows": [
            {"windows": {"time": t, "values": [v, w], "steps": 2, "target": v, "horizon": 1, "by": n("k")}}
        ],
        "derive": [{"derive": {n("new"): f"{quoted(v)} + 1"}}],
        "filter": [{"filter": f"{quoted(v)} > 1"}],
        "drop": [{"drop": [w]}],
        "rename": [{"rename": {w: n("new")}}],
        "select": [{"select": [v, k]}],
    }


def columns(n):
    days = [datetime(2024, 1, day) for day in (1, 2, 3, 3)]
    return {
        n("main"): {
            n("k"): [1, 2, None, 9],
            n("t"): days,
            n("v"): [1, 2, 3, 4],
            n("w"): ["x", "y'", 'z"', "x"],
        },
        n("other"): {n("key"): [1, 2, 3], n("at"): days[:3], n("u"): ["a", "b", "c"]},
        n("more"): {n("k"): [5], n("t"): days[:1], n("v2"): [7], n("w"): ["x"]},
    }


@pytest.fixture
def outcome(make_table, rows_of):
    """Rows and account of one kind of operation over tables named by `n`."""

    def run(kind, n):
        tables = {name: make_table(name, cells) for name, cells in columns(n).items()}
        chain = [{"from": n("main")}, *chains(n)[kind]]
        done = integrate([parse(Operation, operation) for operation in chain], tables)
        aside = [] if done.quarantined is None else done.table.session.rows(done.quarantined)
        numbers = [
            entry.model_dump(exclude={"table", "step", "reasons", "notes", "changed"})
            for entry in done.entries
        ]
        return rows_of(done.table), [row[:-2] for row in aside], numbers, list(done.table.columns)

    return run


@pytest.mark.parametrize(
    "kind", sorted(set(kinds(Operation)) - {"from", "link"})
)  # test_link.py has names of its own
def test_names_change_nothing(kind, outcome):
    plain = outcome(kind, str)
    for strange in STRANGE:
        found = outcome(kind, strange.format)
        told = {strange.format(name): name for name in "kv"}  # names that unpivot makes values
        rows = [tuple(told.get(cell, cell) for cell in row) for row in found[0]]
        assert (rows, *found[1:3]) == plain[:3], strange
        if kind not in ("aggregate", "pivot", "join", "asof", "windows"):  # these put names together
            assert found[3] == [strange.format(name) for name in plain[3]]


LITTLE = {
    "no rows": ([], [], []),
    "one row": ([1.0], [1], ["x"]),
    "one value": ([2.0] * 3, [2] * 3, ["x"] * 3),
    "keys that are NULL": ([None] * 3, [1, 2, 3], ["x", "y", "z"]),
    "keys that are NaN": ([NAN, NAN, 1.0], [1, 2, 3], ["x", "y", "z"]),
    "values that are NULL": ([1.0, 2.0, 3.0], [None] * 3, [None] * 3),
}


def kept(table: Table) -> Table:
    """Stored in the engine: Arrow, to which joins may hand their filters, holds that no NaN is equal to another."""
    stored = table.session.keep(f"kept {table.name}", table.query)
    return replace(table, query=exp.select(exp.Star()).from_(stored))


@pytest.mark.parametrize("kind", sorted(set(kinds(Operation)) - {"from", "link"}))
@pytest.mark.parametrize("little", list(LITTLE))
def test_little_data_is_accounted_for(kind, little, make_table):
    keys, values, words = LITTLE[little]
    days = pa.array([datetime(2024, 1, 1 + place) for place in range(len(keys))], pa.timestamp("us"))
    main = {
        "k": pa.array(keys, pa.float64()),
        "t": days,
        "v": pa.array(values, pa.float64()),
        "w": pa.array(words, pa.string()),
    }
    other = {"key": pa.array(keys[:1], pa.float64()), "at": days[:1], "u": pa.array(words[:1], pa.string())}
    more = {**main, "v2": main["v"]}
    del more["v"]
    made = {"main": main, "other": other, "more": more}
    tables = {name: kept(make_table(name, columns)) for name, columns in made.items()}
    chain = [parse(Operation, operation) for operation in [{"from": "main"}, *chains(str)[kind]]]
    if kind == "pivot" and not any(words):
        with pytest.raises(DataError, match="'w' has no values in the training rows of 'main'") as raised:
            integrate(chain, tables)
        assert raised.value.where == "integrate, operation 2 (pivot)"
        return
    done = integrate(chain, tables)
    entry = done.entries[-1]
    assert entry.rows_in == len(keys)
    assert done.table.count() == entry.rows_out
    rows = [] if done.quarantined is None else done.table.session.rows(done.quarantined)
    assert len(rows) == entry.quarantined


key = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.0, NAN]))


@given(
    st.lists(key, max_size=8),
    st.lists(key, max_size=5),
    st.sampled_from(["null", "drop", "quarantine", "keep"]),
)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_keys_astray_are_those_that_a_naive_search_does_not_find(
    module_session, table_of, rows_of, mine, theirs, fate
):
    one = table_of(module_session, "one", {"k": pa.array(mine, pa.float64())})
    two = table_of(module_session, "two", {"k": pa.array(theirs, pa.float64())})
    references = parse(Operation, {"references": {"table": "two", "on": "k", "else": fate}})
    done = references.apply(one, {"two": two})

    def there(value):  # NaN is a value like any other to the engine, and equal to itself
        return any(
            value == other or (other is not None and math.isnan(value) and math.isnan(other))
            for other in theirs
        )

    astray = [row for row, value in enumerate(mine) if value is not None and not there(value)]
    gone = fate in ("drop", "quarantine")
    assert [row for _, row in rows_of(done.table)] == [
        row for row in range(len(mine)) if not (gone and row in astray)
    ]
    assert done.entry.notes["astray"] == len(astray)
    assert [row for each in done.aside for _, row in rows_of(each.rows)] == (
        astray if fate == "quarantine" else []
    )
    if fate == "null":
        assert [
            row for value, row in rows_of(done.table) if value is None and mine[row] is not None
        ] == astray


cells = st.dictionaries(
    st.integers(0, 6), st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=3, max_size=3), min_size=1
)


@given(cells)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_made_long_can_be_made_wide_again(module_session, table_of, rows_of, written):
    names = ["a b", 'c"d', "é"]
    wide = {"id": pa.array(sorted(written), pa.int64())}
    wide |= {
        name: pa.array([written[n][place] for n in sorted(written)], pa.int64())
        for place, name in enumerate(names)
    }
    table = table_of(module_session, "wide", wide)
    chain = [
        {"unpivot": {"columns": names}},
        {"pivot": {"by": "id", "column": "name", "values": ["value"], "take": names}},
        {"rename": {f"value_{name}": name for name in names}},
    ]
    done = integrate([parse(Operation, each) for each in chain], {"wide": table})
    assert [row[:-1] for row in rows_of(done.table)] == [row[:-1] for row in rows_of(table)]
    assert [(entry.added, entry.merged) for entry in done.entries[1:3]] == [
        (2 * len(written), 0),
        (0, 2 * len(written)),
    ]
