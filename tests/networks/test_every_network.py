"""What every kind of network promises."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from thalweg.core.component import kinds
from thalweg.core.errors import TrainingError
from thalweg.features.feature import Slot
from thalweg.features.layout import Layout
from thalweg.networks.network import Network

BINNED = [
    Slot(name="age", block="numbers", bins=(-2.0, -0.5, 0.0, 0.5, 2.0)),
    Slot(name="fare", block="numbers", bins=(-1.0, 0.25, 3.0)),
    Slot(name="one_bin", block="numbers", bins=(0.0, 1.0)),
]
PLAIN = [Slot(name="missing", block="numbers"), Slot(name="sin", block="numbers")]
CATEGORIES = [Slot(name=f"c{n}", block="categories", cardinality=n) for n in (2, 7, 90, 7)]
LAYOUTS = {
    "mixed": Layout(slots=(*BINNED, *CATEGORIES, *PLAIN)),
    "plain numbers": Layout(slots=tuple(PLAIN)),
    "binned numbers": Layout(slots=tuple(BINNED)),
    "categories": Layout(slots=tuple(CATEGORIES)),
}
WIDTH = 3

every_kind = pytest.mark.parametrize("kind", kinds(Network).values(), ids=kinds(Network))
every_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


def batch_of(layout: Layout, rows: int, seed: int = 0) -> dict[str, Tensor]:
    """Random rows that fit a layout; a block without slots has width 0."""
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.tensor([slot.cardinality or 1 for slot in layout.of("categories")], dtype=torch.float32)
    uniform = torch.rand(rows, len(sizes), generator=generator)
    return {
        "numbers": torch.randn(rows, len(layout.of("numbers")), generator=generator),
        "categories": (uniform * sizes).long(),
    }


def build(kind: type[Network], layout: Layout, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return kind.example().build(layout, WIDTH)


@every_layout
@every_kind
def test_logits_have_a_row_a_member_and_a_width(kind: type[Network], layout: Layout):
    logits = build(kind, layout)(batch_of(layout, 5))
    assert logits.shape[0] == 5
    assert logits.shape[2] == WIDTH
    assert logits.dtype == torch.float32
    assert logits.isfinite().all()


@every_layout
@every_kind
def test_every_parameter_is_learnt(kind: type[Network], layout: Layout):
    module = build(kind, layout)
    module(batch_of(layout, 64)).pow(2).sum().backward()
    still = [name for name, p in module.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert still == []


@every_layout
@every_kind
def test_saved_weights_give_the_same_bits(kind: type[Network], layout: Layout, tmp_path: Path):
    module, other = build(kind, layout).eval(), build(kind, layout, seed=1).eval()
    batch = batch_of(layout, 9)
    assert not torch.equal(module(batch), other(batch))
    save_file(module.state_dict(), tmp_path / "weights.safetensors")
    other.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    assert torch.equal(module(batch), other(batch))


@every_layout
@every_kind
def test_the_seed_alone_decides_the_weights(kind: type[Network], layout: Layout):
    first, again, other = build(kind, layout), build(kind, layout), build(kind, layout, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))


@every_layout
@every_kind
def test_a_row_does_not_depend_on_its_company(kind: type[Network], layout: Layout):
    """Within 1e-5: kernels for matrices of other shapes add in another order."""
    module = build(kind, layout).eval()
    batch = batch_of(layout, 130)
    whole = module(batch)
    for size in (1, 7, 64):
        parts = [module({k: v[i : i + size] for k, v in batch.items()}) for i in range(0, 130, size)]
        torch.testing.assert_close(torch.cat(parts), whole, rtol=1e-5, atol=1e-5)


@every_kind
def test_every_input_matters(kind: type[Network]):
    """No column is dropped or read twice in place of another."""
    layout = LAYOUTS["mixed"]
    module = build(kind, layout).eval()
    batch = batch_of(layout, 8)
    before = module(batch)
    for block, values in batch.items():
        sizes = [slot.cardinality for slot in layout.of(block)]
        for column, size in enumerate(sizes):
            changed = values.clone()
            changed[:, column] = (changed[:, column] + 1) % size if size else changed[:, column] + 0.7
            assert not torch.equal(module({**batch, block: changed}), before), f"{block} {column}"


@every_kind
def test_a_table_without_inputs_is_refused(kind: type[Network]):
    with pytest.raises(TrainingError, match=r"at least one input column, found none") as error:
        kind.example().build(Layout(slots=()), 1)
    assert "thalweg plan" in str(error.value)
