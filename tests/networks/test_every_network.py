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
TENSORS = {
    "tokens": Slot(name="t", block="tokens", shape=(9,), cardinality=30),
    "set": Slot(name="s", block="set", shape=(4,), cardinality=30),
    "image": Slot(name="i", block="image", shape=(3, 32, 36)),
    "series": Slot(name="v", block="series", shape=(12, 3)),
    "vector": Slot(name="d", block="vector", shape=(6,)),
}
LAYOUTS |= {block: Layout(slots=(slot,)) for block, slot in TENSORS.items()}
LAYOUTS |= {f"{block} and more": Layout(slots=(*PLAIN, slot, *CATEGORIES)) for block, slot in TENSORS.items()}
LAYOUTS["everything"] = Layout(slots=(*BINNED, *TENSORS.values(), *CATEGORIES))
WIDTH = 3

every_kind = pytest.mark.parametrize("kind", kinds(Network).values(), ids=kinds(Network))
every_layout = pytest.mark.parametrize(
    ("kind", "layout"),
    [
        pytest.param(kind, layout, id=f"{kind.kind}-{name}")
        for kind in kinds(Network).values()
        for name, layout in LAYOUTS.items()
        if {slot.block for slot in layout.tensors} <= set(kind.reads)
    ],
)


def batch_of(layout: Layout, rows: int, seed: int = 0) -> dict[str, Tensor]:
    """Random rows that fit a layout; a block without slots has width 0."""
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.tensor([slot.cardinality or 1 for slot in layout.of("categories")], dtype=torch.float32)
    uniform = torch.rand(rows, len(sizes), generator=generator)
    return {
        "numbers": torch.randn(rows, len(layout.of("numbers")), generator=generator),
        "categories": (uniform * sizes).long(),
        **{slot.key: drawn(slot, rows, generator) for slot in layout.tensors},
    }


def drawn(slot: Slot, rows: int, generator: torch.Generator) -> Tensor:
    """A tensor of its own for random rows: texts end and series begin anywhere."""
    shape = (rows, *slot.shape)
    if slot.block == "image":
        return torch.randint(256, shape, generator=generator).byte()
    if slot.block == "vector":
        return torch.randn(shape, generator=generator)
    lengths = torch.randint(1, slot.shape[0] + 1, (rows, 1), generator=generator)
    steps = torch.arange(slot.shape[0])
    if slot.block == "series":
        values = torch.randn(shape, generator=generator)
        values[..., -1] = 1.0
        return values * (steps >= slot.shape[0] - lengths).unsqueeze(-1)
    assert slot.cardinality is not None
    return torch.randint(1, slot.cardinality, shape, generator=generator) * (steps < lengths)


def build(kind: type[Network], layout: Layout, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return kind.example().build(layout, WIDTH)


@every_layout
def test_logits_have_a_row_a_member_and_a_width(kind: type[Network], layout: Layout):
    logits = build(kind, layout)(batch_of(layout, 5))
    assert logits.shape[0] == 5
    assert logits.shape[2] == WIDTH
    assert logits.dtype == torch.float32
    assert logits.isfinite().all()


@every_layout
def test_every_parameter_is_learnt(kind: type[Network], layout: Layout):
    """By the second step: a branch whose last weight begins at zero passes no gradient back at the first."""
    module, batch = build(kind, layout), batch_of(layout, 64)
    module(batch).pow(2).sum().backward()
    torch.optim.SGD(module.parameters(), lr=1e-4).step()
    module.zero_grad()
    module(batch).pow(2).sum().backward()
    still = [name for name, p in module.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert still == []


@every_layout
def test_saved_weights_give_the_same_bits(kind: type[Network], layout: Layout, tmp_path: Path):
    module, other = build(kind, layout).eval(), build(kind, layout, seed=1).eval()
    batch = batch_of(layout, 9)
    assert not torch.equal(module(batch), other(batch))
    save_file(
        {name: each.contiguous() for name, each in module.state_dict().items()},
        tmp_path / "weights.safetensors",
    )
    other.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    assert torch.equal(module(batch), other(batch))


@every_layout
def test_the_seed_alone_decides_the_weights(kind: type[Network], layout: Layout):
    first, again, other = build(kind, layout), build(kind, layout), build(kind, layout, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))


@every_layout
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


@every_layout
def test_every_tensor_matters(kind: type[Network], layout: Layout):
    module, batch = build(kind, layout).eval(), batch_of(layout, 8)
    before = module(batch)
    for slot in layout.tensors:
        values = batch[slot.key]
        changed = (
            torch.where(values > 0, values % 7 + 1, values) if slot.cardinality else values + (values > 0)
        )
        assert not torch.equal(module({**batch, slot.key: changed.to(values.dtype)}), before), slot.key


@every_layout
def test_what_is_no_step_is_not_read(kind: type[Network], layout: Layout):
    """A text with room behind it and a series with room before it give what they give without."""
    module = build(kind, layout).eval()
    batch = batch_of(layout, 20)
    for slot in layout.tensors:
        if slot.block == "series":
            there = batch[slot.key][..., -1:] > 0
            noisy = torch.where(there, batch[slot.key], torch.full_like(batch[slot.key], 9.0))
            noisy[..., -1] = batch[slot.key][..., -1]
            torch.testing.assert_close(module({**batch, slot.key: noisy}), module(batch))


@every_kind
def test_a_block_it_does_not_read_is_refused(kind: type[Network]):
    for block, slot in TENSORS.items():
        if block not in kind.reads:
            with pytest.raises(
                TrainingError, match=rf"the network '{kind.kind}' .*input '{slot.name}' is {block}"
            ):
                kind.example().build(Layout(slots=(*PLAIN, slot)), 1)
