"""The nearest known name."""

from __future__ import annotations

import pytest

from thalweg.core.suggest import did_you_mean


@pytest.mark.parametrize(
    ("name", "known", "advice"),
    [
        ("flihgts", ["planes", "flights"], "did you mean 'flights'?"),
        ("ARR_DELAY", ["arr_delay"], "did you mean 'arr_delay'?"),
        ("x", ["b", "a", "b"], "known: a, b"),
        ("x", [], "there are none"),
        (
            "",
            [f"{i:02}" for i in range(20)],
            "known: 00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11, … (8 more)",
        ),
    ],
)
def test_advice(name: str, known: list[str], advice: str) -> None:
    assert did_you_mean(name, known) == advice


def test_how_many_are_shown() -> None:
    assert did_you_mean("", ["a", "b", "c"], most=2) == "known: a, b, … (1 more)"
