"""Every kind of step, operation, split and miner on both engines: equal rows and accounts, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import pyarrow as pa
import pytest

from tests.engines.spark.cases import MIXED, OPERATIONS, REFUSED, SPLITS, STEPS, Columns
from thalweg.clean.run import Cleaned, clean
from thalweg.clean.step import Step
from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError, ThalwegError
from thalweg.dataset.split import Split
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW, Table
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate
from thalweg.mine.miner import Miner

Make = Callable[..., Table]


def rows_of(table: Table) -> tuple[dict[str, str], list[str]]:
    """Types, and rows as text in the order of `__row`: NaN equals NaN, and 1 is not 1.0."""
    query = sql.select(table.query, [*table.columns, *table.hidden]).order_by(sql.column(ROW))
    return dict(table.columns), listed(table.session, query)


def listed(session: Session, query: Any) -> list[str]:
    batches = list(session.batches(query))
    return [repr(row) for batch in batches for row in batch.to_pylist()]


def told(cleaned: Cleaned) -> dict[str, Any]:
    aside = [] if cleaned.quarantined is None else listed(cleaned.table.session, cleaned.quarantined)
    return {
        "rows": rows_of(cleaned.table),
        "entries": [entry.model_dump() for entry in cleaned.entries],
        "aside": aside,
        "steps": [step.written() for step in cleaned.steps],
        "log": cleaned.log,
    }


def attempted(work: Callable[[], Any]) -> Any:
    """What comes of it, or the error in words."""
    try:
        return work()
    except ThalwegError as error:
        return f"{type(error).__name__}: {error.message}"


def agree(kind: str, embedded: Any, on_spark: Any) -> None:
    """Equal, or refused as the table of refusals says."""
    if kind in REFUSED:
        assert isinstance(on_spark, str)
        assert REFUSED[kind] in on_spark
        return
    assert on_spark == embedded


STEP_CASES = [(kind, place) for kind, cases in STEPS.items() for place in range(len(cases))]


@pytest.mark.parametrize(("kind", "place"), STEP_CASES)
def test_steps_clean_alike(
    kind: str, place: int, embedded: Session, on_spark: Session, table_of: Make
) -> None:
    columns, steps = STEPS[kind][place]
    found = [
        attempted(lambda session=session: told(clean(table_of(session, "t", columns), steps)))
        for session in (embedded, on_spark)
    ]
    agree(kind, *found)


CHAINS = [(kind, place) for kind, cases in OPERATIONS.items() for place in range(len(cases))]


@pytest.mark.parametrize(("kind", "place"), CHAINS)
def test_operations_integrate_alike(
    kind: str, place: int, embedded: Session, on_spark: Session, table_of: Make
) -> None:
    tables, chain = OPERATIONS[kind][place]
    found = [attempted(lambda s=s: integrated(s, tables, chain, table_of)) for s in (embedded, on_spark)]
    agree(kind, *found)


def integrated(session: Session, tables: Mapping[str, Columns], chain: list[Any], table_of: Make) -> Any:
    made = {name: table_of(session, name, columns) for name, columns in tables.items()}
    done = integrate([parse(Operation, operation) for operation in chain], made)
    return rows_of(done.table), [entry.model_dump() for entry in done.entries], done.table.lineage


def test_splits_divide_alike(embedded: Session, on_spark: Session, table_of: Make) -> None:
    """All of them in one query, since each is an expression over one row."""
    found = []
    for session in (embedded, on_spark):
        table = table_of(session, "t", MIXED)
        fitted = [parse(Split, split).fit(table) for split in SPLITS]
        parts = {f"{place}": one.expression(table) for place, one in enumerate(fitted)}
        query = sql.select(table.query, {**parts, ROW: sql.column(ROW)}).order_by(sql.column(ROW))
        found.append(([one.rule for one in fitted], listed(session, query)))
    assert found[0] == found[1]
    used = {parse(Split, split).kind for split in SPLITS}
    assert used == set(kinds(Split)), "give each kind of split a case in cases.py"


@pytest.mark.parametrize("kind", sorted(kinds(Miner)))
def test_miners_find_alike(kind: str, embedded: Session, on_spark: Session, table_of: Make) -> None:
    columns = {**MIXED, "amount": [1.0, 2.0, 2.0, 4.0, 5.0, None, 5.0, 6.0]}
    columns = {
        name: (values if isinstance(values, pa.Array) else pa.array(values))
        for name, values in columns.items()
    }
    columns = {name: pa.concat_arrays([values] * 4) for name, values in columns.items()}
    example = kinds(Miner)[kind].example()
    found = [
        attempted(lambda s=s: rounded(example.mine(table_of(s, "t", columns)).model_dump(mode="json")))
        for s in (embedded, on_spark)
    ]
    agree(kind, *found)


def rounded(value: Any) -> Any:
    """Floats to nine digits: their sums are taken in the order rows arrive."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return f"{value:.9g}" if isinstance(value, float) else value


# Kinds that have no case of their own are tried with their example.

CANDIDATES: list[Callable[[], Any]] = [
    lambda: ["1", "x", None, " 2 ", "é", "1"],
    lambda: [1.5, None, 2.0, 2.0, 100.0, 3.0],
    lambda: pa.array([1, 2, None, 2, 5, 6], pa.int64()),
    lambda: MIXED["at"].slice(0, 6),
    lambda: pa.array(MIXED["day"]).slice(0, 6),
    lambda: [True, False, None, True, True, False],
]
TRIES = 200


def fitting(
    work: Callable[[Mapping[str, Columns]], Any], tables: tuple[str, ...]
) -> tuple[dict[str, Columns], Any] | None:
    """Tables over which a component runs on the embedded engine, found by trying; and what comes of it."""
    names: list[str] = []
    while True:
        missing = None
        for chosen in tuple(product(CANDIDATES, repeat=len(names)))[:TRIES]:
            columns = {name: make() for name, make in zip(names, chosen, strict=True)}
            made = {table: {"anything": [1, 2, 3, 4, 5, 6], **columns} for table in tables}
            try:
                return made, work(made)
            except ComponentError as error:
                found = re.search(r"has no [\w ]*'([^']+)'|no known column: '?\"?([^'\"]+)", error.message)
                missing = missing or (found and (found[1] or found[2]))
            except ThalwegError:
                continue
        if missing is None or missing in names:
            return None
        names.append(missing)


def untried(family: type, cases: Mapping[str, Any]) -> Iterator[str]:
    yield from sorted(set(kinds(family)) - set(cases))


@pytest.mark.parametrize("kind", list(untried(Step, STEPS)))
def test_a_new_step_cleans_alike(kind: str, embedded: Session, on_spark: Session, table_of: Make) -> None:
    example = kinds(Step)[kind].example()

    def work(session: Session, tables: Mapping[str, Columns]) -> Any:
        return told(clean(table_of(session, "t", tables["t"]), [example]))

    fitted = fitting(lambda tables: work(embedded, tables), ("t",))
    if fitted is None:
        pytest.skip(f"no table was found that fits the example of {kind!r}: give it a case in cases.py")
    agree(kind, fitted[1], attempted(lambda: work(on_spark, fitted[0])))


@pytest.mark.parametrize("kind", list(untried(Operation, OPERATIONS)))
def test_a_new_operation_integrates_alike(
    kind: str, embedded: Session, on_spark: Session, table_of: Make
) -> None:
    example = kinds(Operation)[kind].example()
    chain = [{"from": "main"}, example]

    def work(session: Session, tables: Mapping[str, Columns]) -> Any:
        return integrated(session, tables, chain, table_of)

    fitted = fitting(lambda tables: work(embedded, tables), ("main", *example.tables()))
    if fitted is None:
        pytest.skip(f"no tables were found that fit the example of {kind!r}: give it a case in cases.py")
    agree(kind, fitted[1], attempted(lambda: work(on_spark, fitted[0])))


def test_what_is_refused_is_known() -> None:
    known = {*kinds(Step), *kinds(Operation), *kinds(Miner)}
    assert set(REFUSED) <= known
