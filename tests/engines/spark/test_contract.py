"""Every kind of step, operation, split and miner on both engines: equal rows and accounts, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.engines.spark.cases import MINED, MINERS, REFUSED, SPLITS
from tests.engines.spark.operation_cases import OPERATIONS
from tests.engines.spark.step_cases import STEPS
from tests.engines.spark.tables import MIXED, Columns
from thalweg.clean.run import Cleaned, clean
from thalweg.clean.step import Step
from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError
from thalweg.dataset.split import Split
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import ROW, Table
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate
from thalweg.mine.barred import NOTHING
from thalweg.mine.feature_miner import FeatureMiner
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


def agree(kind: str, embedded: Callable[[], Any], on_spark: Callable[[], Any]) -> None:
    """Equal, or refused as the table of refusals says. What the embedded engine can't do is no case."""
    wanted = embedded()
    if kind in REFUSED:
        with pytest.raises(ComponentError, match=REFUSED[kind]):
            on_spark()
        return
    assert on_spark() == wanted


STEP_CASES = [(kind, place) for kind, cases in STEPS.items() for place in range(len(cases))]


@pytest.mark.parametrize(("kind", "place"), STEP_CASES)
def test_steps_clean_alike(
    kind: str, place: int, embedded: Session, on_spark: Session, table_of: Make
) -> None:
    columns, steps = STEPS[kind][place]

    def cleaned(session: Session) -> dict[str, Any]:
        return told(clean(table_of(session, "t", columns), steps))

    agree(kind, lambda: cleaned(embedded), lambda: cleaned(on_spark))


CHAINS = [(kind, place) for kind, cases in OPERATIONS.items() for place in range(len(cases))]


@pytest.mark.parametrize(("kind", "place"), CHAINS)
def test_operations_integrate_alike(
    kind: str, place: int, embedded: Session, on_spark: Session, table_of: Make
) -> None:
    tables, chain = OPERATIONS[kind][place]
    agree(
        kind,
        lambda: integrated(embedded, tables, chain, table_of),
        lambda: integrated(on_spark, tables, chain, table_of),
    )


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


LOOKS = [(kind, place) for kind, cases in MINERS.items() for place in range(len(cases))]


@pytest.mark.parametrize(("kind", "place"), LOOKS)
def test_miners_find_alike(
    kind: str, place: int, embedded: Session, on_spark: Session, table_of: Make
) -> None:
    """Findings; and where they feed the network, the columns that are made of them."""
    miner = parse(Miner, {kind: MINERS[kind][place]})

    def mined(session: Session) -> Any:
        table = table_of(session, "t", MINED)
        if not (isinstance(miner, FeatureMiner) and miner.as_features):
            return rounded(miner.mine(table).model_dump(mode="json"))
        finding, fitted = miner.learn(table, NOTHING)
        query = sql.select(table.query, [*fitted.inputs, ROW]).order_by(sql.column(ROW))
        made = [fitted.apply(batch) for batch in session.batches(query)]
        values = {name: [value for each in made for value in each[name].to_pylist()] for name in fitted.makes}
        return rounded([finding.model_dump(mode="json"), fitted.model_dump(mode="json"), values])

    agree(kind, lambda: mined(embedded), lambda: mined(on_spark))


def rounded(value: Any) -> Any:
    """Floats to nine digits: their sums are taken in the order rows arrive."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return f"{value:.9g}" if isinstance(value, float) else value


@pytest.mark.parametrize(
    ("family", "cases"),
    [(Step, STEPS), (Operation, OPERATIONS), (Miner, MINERS)],
    ids=lambda each: each.__class__,
)
def test_every_kind_has_a_case(family: type, cases: Mapping[str, Any]) -> None:
    assert set(cases) == set(kinds(family)), (
        "give each kind a case in step_cases.py, operation_cases.py or cases.py"
    )


def test_what_is_refused_is_known() -> None:
    known = {*kinds(Step), *kinds(Operation), *kinds(Miner)}
    assert set(REFUSED) <= known
