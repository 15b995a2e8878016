"""What tests of training ask for: a small problem, fresh models, one thread."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from small_problem import MemoryBatches, make_loaders, make_model, problem  # type: ignore[import-not-found]
from torch import Tensor

from thalweg.training.batches import Loaders
from thalweg.training.supervised import Supervised


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """Matrices here are small: threads would wait for each other longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def loaders() -> Callable[..., Loaders]:
    return make_loaders


@pytest.fixture
def model() -> Callable[..., Supervised]:
    return make_model


@pytest.fixture
def batches() -> type[MemoryBatches]:
    return MemoryBatches


@pytest.fixture
def rows() -> Callable[[int, int], dict[str, Tensor]]:
    return problem
