"""A judged network made from arrays: a problem whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from thalweg.evaluation.judged import Blocks, Judged, Part
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.tasks.binary import BinaryTarget
from thalweg.tasks.category import CategoryTarget
from thalweg.tasks.number import NumberTarget
from thalweg.tasks.task import Target

EVIL = "<script>alert(1)</script>"
EFFECT = np.array([-1.0, 0.5, 1.5, 0.0])
COLUMNS = {
    "age": ("age",),
    "debt": ("debt", "debt:missing"),
    "noise": ("noise",),
    "city": ("city",),
    EVIL: (EVIL,),
}
LAYOUT = Layout(
    slots=(
        *(Slot(name=name, block="numbers") for name in ("age", "debt", "noise", "debt:missing")),
        *(Slot(name=name, block="categories", cardinality=size) for name, size in (("city", 4), (EVIL, 9))),
    )
)
TARGETS: dict[str, Target] = {
    "binary": BinaryTarget(column="late", type="BOOLEAN", classes=(False, True)),
    "category": CategoryTarget(column="late", type="VARCHAR", classes=("a", "b", "<c>")),
    "number": NumberTarget(column="late", type="DOUBLE", mean=0.0, scale=1.0),
}


def score(blocks: Blocks) -> np.ndarray:
    """What the truth is drawn from: age and city, and debt where it is known."""
    debt = np.where(blocks.numbers[:, 3] > 0.5, 1.0, np.sin(2 * blocks.numbers[:, 1]))
    return 1.5 * blocks.numbers[:, 0] + debt + EFFECT[blocks.categories[:, 0]]


def answers(kind: str, blocks: Blocks) -> np.ndarray:
    """The predictions (n, K) of a network that has found the truth."""
    z = score(blocks).astype(np.float64)
    if kind == "number":
        return z[:, None]
    if kind == "binary":
        return 1 / (1 + np.exp(-z))[:, None]
    p = np.exp(-((z[:, None] - np.array([-2.0, 0.0, 2.0])) ** 2))
    return p / p.sum(axis=1, keepdims=True)


def truths(kind: str, blocks: Blocks, rng: np.random.Generator) -> np.ndarray:
    """Values drawn from the network's own predictions, so that it is as good as can be."""
    p = answers(kind, blocks)
    if kind == "number":
        return (p[:, 0] + rng.normal(size=blocks.rows)).astype(np.float32)
    if kind == "binary":
        return (rng.random(blocks.rows) < p[:, 0]).astype(np.int64)
    return (rng.random(blocks.rows)[:, None] > p.cumsum(axis=1)[:, :-1]).sum(axis=1)


def drawn(rows: int, seed: int = 0) -> Blocks:
    """Inputs (rows, 4) and (rows, 2); a tenth of the debts are missing."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(rows, 4)).astype(np.float32)
    numbers[:, 3] = rng.random(rows) < 0.1
    numbers[numbers[:, 3] > 0.5, 1] = 0
    return Blocks(
        numbers, np.stack([rng.integers(0, 4, rows), rng.integers(0, 9, rows)], axis=1).astype(np.int32)
    )


def judged(kind: str = "binary", rows: int = 3000, outputs: tuple[str, ...] = ("late",)) -> Judged:
    """Three fifths of the rows to learn from, one fifth to choose by, one to judge on."""
    blocks = drawn(rows)
    y = truths(kind, blocks, np.random.default_rng(1))

    def predict(some: Blocks) -> Mapping[str, np.ndarray]:
        return dict.fromkeys(outputs, answers(kind, some))

    def part(start: int, end: int, judged: bool) -> Part:
        some = blocks.take(np.arange(start, end))
        p = predict(some) if judged else {}
        return Part(np.arange(start, end), some, dict.fromkeys(outputs, y[start:end]), p)

    first, second = rows * 3 // 5, rows * 4 // 5
    test = part(second, rows, True)
    named = pa.array(["none", "Ulm", "<b>Bonn</b>", "Rom"])
    city = named.take(pa.array(test.blocks.categories[:, 0]))
    return Judged(
        targets=dict.fromkeys(outputs, TARGETS[kind]),
        layout=LAYOUT,
        columns=COLUMNS,
        training=part(0, first, False),
        validation=part(first, second, True),
        test=test,
        slices=pa.table({"city": city, "age": pa.array(test.blocks.numbers[:, 0])}),
        predict=predict,
    )
