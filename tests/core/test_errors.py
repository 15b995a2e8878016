"""The tree of errors, and how they read."""

from __future__ import annotations

import inspect

import pytest

from thalweg.core import errors
from thalweg.core.errors import ComponentError, MissingExtra, PipelineError, SourceError, ThalwegError, at

TREE = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ThalwegError)]


def test_the_drawing_is_the_tree() -> None:
    drawn = [line.split("──")[1].split()[0] for line in (errors.__doc__ or "").splitlines() if "──" in line]
    assert sorted(drawn) == sorted(kind.__name__ for kind in TREE if kind is not ThalwegError)


@pytest.mark.parametrize("kind", TREE)
def test_mistakes_in_files_end_with_2_and_failures_with_1(kind: type[ThalwegError]) -> None:
    assert kind.exit_status == (2 if issubclass(kind, PipelineError) else 1)


def test_a_message_says_where_what_and_what_to_do() -> None:
    assert str(SourceError("gone")) == "gone"
    assert str(SourceError("gone", where="a.yaml:3", hint="look again")) == "a.yaml:3: gone\n  look again"


def test_a_missing_package_says_how_to_install_it() -> None:
    assert str(MissingExtra("timm", "vision")) == (
        "this needs the package 'timm', which is not installed\n  install it with: pip install 'thalweg[vision]'"
    )


def test_the_way_to_a_component_is_noted_from_inside_out() -> None:
    with pytest.raises(ComponentError) as raised, at("clean", "flights"), at(2):
        raise ComponentError("no")
    assert raised.value.path == ("clean", "flights", 2)
    assert isinstance(raised.value, ValueError)


def test_other_errors_pass_unchanged() -> None:
    with pytest.raises(SourceError, match="no"), at("clean"):
        raise SourceError("no")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("no kind for 'postgress://ann:s3cret@db/shop'", "no kind for 'postgress://ann:***@db/shop'"),
        ("mysql://ann:a b@x is wrong", "mysql://ann:***@x is wrong"),
        ("at 9 it is noon:30@x, see http://y", "at 9 it is noon:30@x, see http://y"),
        ("http://host:8080/path and 12:30@noon", "http://host:8080/path and 12:30@noon"),
    ],
)
def test_a_password_in_an_address_is_never_told(said: str, told: str) -> None:
    assert str(PipelineError(said)) == told
    assert PipelineError("x", hint=said).hint == told
