"""What cleaning steps promise, tried on the kinds found, each with its own example over dirty tables.

Rows that came in are kept, merged, dropped or set aside; cells counted as changed are the cells that differ; the same
table gives the same result, however its rows happen to be stored; what becomes of training rows depends on them alone;
empty, one-row and all-missing tables and strange names of columns are read right, or refused in words.
"""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import count
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thalweg.clean.run import Cleaned, clean
from thalweg.clean.step import Step
from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError, DataError
from thalweg.engines import sql
from thalweg.engines.duckdb import DuckDB
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW, SPLIT, Table

WORDS = ["a", " A", "b ", "B", "", "?", None, "CALIF", "cafÃ©", "深泓线", "x\u200by", "a b"]
CITIES = ["Denver", "Denver CO", "Denvxr", "Boulder", None, "Aspen CO", ""]
FIGURES = ["1", "1,5", "2.5", "3 kg", "2000 g", "x", None, "", "12%", "(4)", "1.234,5"]
DAYS = ["2024-03-05", "5/3/2024", "13/03/2024", "5 March 2024", "x", None, "2024-03-05 10:00+08:00"]
AMOUNTS = [0.0, 1.5, -2.25, 7.0, 1e9, math.nan, None]
WHOLE = [1, 2, 3, None, 10**6]
HOURS = [datetime(2024, 1, 1, hour) for hour in (0, 1, 4)] + [None]
NAMES = ["anna", "bruno", "clara", "clxra", "david", None]
BORN = [date(1980, 1, day) for day in (1, 2, 3)] + [None]
TYPES = {
    float: pa.float64(),
    int: pa.int64(),
    str: pa.string(),
    datetime: pa.timestamp("us"),
    date: pa.date32(),
}

TABLES: dict[str, dict[str, list[Any]]] = {
    "auto": {"s": WORDS, "n": FIGURES, "d": DAYS, "f": AMOUNTS},
    "booleans": {"paid": ["yes", "Settled", "no", "", None, "maybe"], "member": ["1", "0", "是", None, "q"]},
    "dates": {"born": DAYS, "sent": DAYS},
    "dependencies": {"zip": WHOLE, "city": CITIES, "state": ["CO", "CA", None]},
    "duplicates": {"customer": WHOLE, "day": BORN, "updated": AMOUNTS},
    "expect": {"distance": WHOLE, "arrival": AMOUNTS, "departure": AMOUNTS},
    "fused": {"city": CITIES, "state": ["CO", "CA", None, ""]},
    "fuzzy_duplicates": {"name": NAMES, "born": BORN, "phone": ["0123456", "01234567", None]},
    "gaps": {"hour": HOURS, "station": ["a", "b", None], "f": AMOUNTS, "s": WORDS},
    "isolation": {"temp": AMOUNTS, "humid": WHOLE},
    "labels": {"income": ["low", "high"], "temp": AMOUNTS, "s": WORDS},
    "missing": {"target": WORDS, "level": WHOLE, "f": AMOUNTS},
    "mojibake": {"name": WORDS, "city": WORDS},
    "numbers": {"weight": FIGURES, "price": FIGURES, "share": FIGURES},
    "outliers": {"price": [*AMOUNTS, 999.5], "delay": WHOLE},
    "spellings": {"city": CITIES},
    "text": {"city": WORDS, "state": WORDS},
    "types": {"age": FIGURES, "born": DAYS},
}
"""For each kind, a table that its example can be taken over: each column with the values it may hold."""

HEAVY = {"fuzzy_duplicates": 12, "isolation": 40, "labels": 60}
"""Kinds that learn a model, with the fewest rows that it takes."""
EXTRAS = {"fuzzy_duplicates": "splink", "labels": "cleanlab"}
BY_POSITION = {"duplicates", "fuzzy_duplicates", "gaps", "isolation", "labels", "auto"}
"""Kinds to which the position in the source says which row comes first, which is drawn, or which stays."""
ODD = ['se"lect', "a.b", "键 名", "order", "it's;--", "Group By", "{x}", "%s"]

DEAR = ["dates", "fuzzy_duplicates", "numbers"]
"""Kinds whose queries take a while to write: fewer tables with next to nothing in them are tried."""
FEW = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Row = dict[str, Any]
NUMBERS = count()  # tables are views of the session: each has a name of its own


def test_every_kind_is_tried() -> None:
    assert set(TABLES) == set(kinds(Step)), "give each kind of step a table in TABLES"


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, Session]]:
    folder = tmp_path_factory.mktemp("scratch")
    engine = DuckDB(memory="512MB", threads=1)
    with engine.open(folder / "one") as one, engine.open(folder / "two") as two:
        yield one, two


def example(kind: str) -> Step:
    if kind in EXTRAS and importlib.util.find_spec(EXTRAS[kind]) is None:
        pytest.skip(f"needs {EXTRAS[kind]}")
    return kinds(Step)[kind].example()


def rows_for(kind: str, least: int = 1, most: int = 14) -> st.SearchStrategy[list[tuple[Row, int]]]:
    """Rows of a kind's table, each with its part of the split."""
    row = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in TABLES[kind].items()})
    return st.lists(st.tuples(row, st.integers(0, 2)), min_size=least, max_size=max(most, least + 10))


def laid_out(
    make: Callable[..., Table], session: Session, kind: str, rows: Sequence[tuple[Row, int]], **how: Any
) -> Table:
    """The rows as a table. `order` is the order in which they are stored; `split` gives them their parts."""
    order = how.get("order", range(len(rows)))
    columns: dict[str, Any] = {
        how.get("names", {}).get(name, name): pa.array(
            [rows[place][0][name] for place in order], TYPES[type(values[0])]
        )
        for name, values in TABLES[kind].items()
    }
    columns[ROW] = pa.array(list(order), pa.int64())
    if how.get("split"):
        columns[SPLIT] = [rows[place][1] for place in order]
    return replace(make(session, f"t{next(NUMBERS)}", columns), name="t")


def cleaned(table: Table, steps: Sequence[Any]) -> Cleaned | str:
    """What comes of it; or why the steps don't fit the table."""
    try:
        return clean(table, steps)
    except (ComponentError, DataError) as error:
        return error.message


def cells(table: Table) -> dict[int, Row]:
    """Every row by its position; NaN as a word, so that it equals itself."""
    names = [*table.columns, *table.hidden]
    found = table.session.rows(sql.select(table.query, names))
    rows = [dict(zip(names, map(_comparable, row), strict=True)) for row in found]
    by_position = {row[ROW]: row for row in rows}
    assert len(by_position) == len(rows)
    return by_position


def _comparable(value: Any) -> Any:
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def told(found: Cleaned | str) -> Any:
    """All that a cleaning says."""
    if isinstance(found, str):
        return found
    aside = [] if found.quarantined is None else found.table.session.rows(found.quarantined)
    entries = [entry.model_dump() for entry in found.entries]
    steps = [step.written() for step in found.steps]
    return cells(found.table), entries, [[*map(_comparable, row)] for row in aside], steps, found.log


def accounted(table: Table, found: Cleaned) -> None:
    """The account of one step, held against the rows before and after."""
    before, after = cells(table), cells(found.table)
    if not found.entries:
        assert before == after
        return
    (entry,) = found.entries
    gone = entry.merged + entry.dropped + entry.quarantined
    assert entry.rows_in == len(before) == entry.kept + gone
    assert len(set(before) & set(after)) == entry.kept
    assert len(after) == entry.kept + entry.added
    assert sum(reason.rows for reason in entry.reasons) == gone
    aside = [] if found.quarantined is None else table.session.rows(sql.select(found.quarantined, [ROW]))
    assert len(aside) == entry.quarantined
    assert not {row for (row,) in aside} & set(after)
    changed = {
        name: sum(
            _differs(before[row][name], after[row][name], kind == found.table.columns[name])
            for row in before
            if row in after
        )
        for name, kind in table.columns.items()
    }
    assert entry.changed == {name: number for name, number in changed.items() if number}
    shown = [one["column"] for one in entry.notes.get("examples", ())]
    assert set(shown) == set(entry.changed)
    samples = [one["row"] for one in entry.notes.get("rows left", ())]
    assert not set(samples) & set(after)
    assert bool(samples) == bool(entry.merged + entry.dropped)


def _differs(before: Any, after: Any, same_type: bool) -> bool:
    """A cell counts as changed where its value differs; where its type does, if the value came or went."""
    return before != after if same_type else (before is None) != (after is None)


def keeps_its_word(
    make: Callable[..., Table], sessions: tuple[Session, Session], kind: str, data: st.DataObject
) -> None:
    """Every law, over one table."""
    step = example(kind)
    least = HEAVY.get(kind, 1)
    rows = data.draw(rows_for(kind, least))
    split = data.draw(st.booleans())
    table = laid_out(make, sessions[0], kind, rows, split=split)
    first = cleaned(table, [step])
    if isinstance(first, Cleaned):
        for taken in first.steps:
            one = clean(table, [taken])
            accounted(table, one)
            table = one.table
        assert cells(table) == cells(first.table)  # what was learnt and written down does the same
    order = data.draw(st.permutations(range(len(rows))))
    again = cleaned(laid_out(make, sessions[1], kind, rows, split=split, order=order), [step])
    assert told(again) == told(first)
    if kind not in BY_POSITION:
        moved = cleaned(
            laid_out(make, sessions[0], kind, [rows[place] for place in order], split=split), [step]
        )
        assert _bag(moved) == _bag(first)


def _bag(found: Cleaned | str) -> Any:
    """The rows that are left, whatever their positions."""
    if isinstance(found, str):
        return found
    return sorted(repr({n: v for n, v in row.items() if n != ROW}) for row in cells(found.table).values())


@pytest.mark.parametrize("kind", TABLES)
@FEW
@given(data=st.data())
def test_a_step_keeps_its_word(table_of, sessions, kind: str, data: st.DataObject) -> None:
    keeps_its_word(table_of, sessions, kind, data)


def judges_change_nothing(make, sessions, kind: str, data: st.DataObject) -> None:
    """Rows of validation and test replaced by others: training rows come out as they did."""
    step, least = example(kind), HEAVY.get(kind, 1)
    training = [(row, 0) for row, _ in data.draw(rows_for(kind, least))]
    others = [[(row, max(part, 1)) for row, part in data.draw(rows_for(kind))] for _ in range(2)]
    seen = []
    for session, judges in zip(sessions, others, strict=True):
        found = cleaned(laid_out(make, session, kind, training + judges, split=True), [step])
        if isinstance(found, str):
            return  # a frequency, say, that the rows of all parts must have
        rows = {at: row for at, row in cells(found.table).items() if row[SPLIT] == 0}
        put_in = [
            {n: v for n, v in row.items() if n != ROW} for at, row in rows.items() if at >= len(training)
        ]
        kept = {at: row for at, row in rows.items() if at < len(training)}
        seen.append((kept, put_in, [taken.written() for taken in found.steps], found.log))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("kind", TABLES)
@FEW
@given(data=st.data())
def test_training_rows_depend_on_themselves(table_of, sessions, kind: str, data: st.DataObject) -> None:
    judges_change_nothing(table_of, sessions, kind, data)


@pytest.mark.parametrize("kind", TABLES)
def test_tables_with_next_to_nothing_in_them(table_of, sessions, kind: str) -> None:
    """Empty, one row, one row of nothing, many of nothing: an account that adds up, or words."""
    step = example(kind)
    nothing = dict.fromkeys(TABLES[kind])
    something = {name: values[0] for name, values in TABLES[kind].items()}
    few = [
        ([], None),
        ([], 0),
        ([something], None),
        ([nothing], 0),
        ([nothing] * 3, None),
        ([something] * 2, 2),
    ]
    for rows, part in few[1::2] if kind in DEAR else few:
        split = [(row, part or 0) for row in rows]
        table = laid_out(table_of, sessions[0], kind, split, split=part is not None)
        found = cleaned(table, [step])
        if isinstance(found, Cleaned) and len(found.steps) == 1:
            accounted(table, found)


@pytest.mark.parametrize("kind", TABLES)
def test_columns_may_have_any_name(table_of, sessions, kind: str) -> None:
    """The same step over the same table under strange names gives the same, under those names."""
    columns = TABLES[kind]
    names = dict(zip(columns, ODD, strict=False))
    rows = [
        (
            {
                name: values[(place + place // 3 * at) % len(values)]
                for at, (name, values) in enumerate(columns.items())
            },
            0,
        )
        for place in range(max(HEAVY.get(kind, 0), 30))
    ]
    if "hour" in columns:
        rows = [rows[0], rows[1]]
    plain = cleaned(laid_out(table_of, sessions[0], kind, rows), [example(kind)])
    renamed = parse(Step, _renamed(example(kind).written(), names))
    odd = cleaned(laid_out(table_of, sessions[0], kind, rows, names=names), [renamed])
    assert isinstance(plain, Cleaned), plain
    assert isinstance(odd, Cleaned), odd
    expected = {
        row: {names.get(name, name): value for name, value in each.items()}
        for row, each in cells(plain.table).items()
    }
    assert cells(odd.table) == expected
    assert [entry.kept for entry in odd.entries] == [entry.kept for entry in plain.entries]


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A step as it is written, with other names of columns; in SQL they are quoted."""
    if isinstance(value, dict):
        return {
            names.get(key, key): each if key == "kind" else _renamed(each, names)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    if isinstance(value, str) and " > " in value:
        return re.sub(r"\w+", lambda word: '"{}"'.format(names[word[0]].replace('"', '""')), value)
    return names.get(value, value) if isinstance(value, str) else value
