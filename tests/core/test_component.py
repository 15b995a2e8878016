"""A component is its own configuration: a small family, and what may be written for it."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError

from thalweg.core import component as module
from thalweg.core.component import (
    Component,
    Section,
    any_kind,
    is_concrete,
    kind_of,
    kinds,
    parse,
)
from thalweg.core.errors import ComponentError

SHAPES = '''
from abc import ABC, abstractmethod
from thalweg.core.component import Component

class Shape(Component, ABC):
    """A shape."""
    @abstractmethod
    def area(self) -> float: ...
'''
CIRCLE = '''
from shapes.shape import Shape

class Circle(Shape):
    """A round shape."""
    kind = "circle"
    radius: float = 1.0
    """Half its width."""

    @classmethod
    def expand(cls, value):
        return {"radius": value} if isinstance(value, (int, float)) else value

    def area(self):
        return 3 * self.radius**2

class Sketch(Shape):
    """Not concrete: it has no kind."""
'''
SQUARE = """
from shapes.shape import Shape

class Square(Shape):
    kind = "square"
    side: int

    @classmethod
    def claims(cls, value):
        return isinstance(value, str) and value.endswith("cm")

    @classmethod
    def expand(cls, value):
        return {"side": int(value.removesuffix("cm"))} if isinstance(value, str) else value

    def area(self):
        return self.side**2
"""


@pytest.fixture
def shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Component]]:
    """The family `Shape`, with its kinds in files of their own."""
    folder = tmp_path / "shapes"
    folder.mkdir()
    for name, code in {"__init__": "", "shape": SHAPES, "circle": CIRCLE, "square": SQUARE}.items():
        (folder / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    from shapes.shape import Shape  # pyright: ignore[reportMissingImports]

    yield Shape
    for name in [name for name in sys.modules if name.split(".")[0] == "shapes"]:
        del sys.modules[name]
    module._scan.cache_clear()


def test_kinds_are_found_in_the_familys_folder(shape: Any) -> None:
    assert list(kinds(shape)) == ["circle", "square"]
    assert kind_of(shape, "circle").kind == "circle"
    assert not is_concrete(shape)


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("circle", {"kind": "circle", "radius": 1.0}),
        ({"circle": None}, {"kind": "circle", "radius": 1.0}),
        ({"circle": {"radius": 2}}, {"kind": "circle", "radius": 2.0}),
        ({"circle": 2}, {"kind": "circle", "radius": 2.0}),
        ({"kind": "circle", "radius": 2}, {"kind": "circle", "radius": 2.0}),
        ({"square": "3cm"}, {"kind": "square", "side": 3}),
        ("3cm", {"kind": "square", "side": 3}),
    ],
)
def test_every_form_of_a_component(shape: Any, written: Any, full: dict) -> None:
    found = parse(shape, written)
    assert found.written() == full
    assert parse(shape, full) == found
    assert parse(shape, found) is found


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("cirle", "unknown kind of shape 'cirle'; did you mean 'circle'?"),
        ({"cirle": 1}, "unknown kind of shape 'cirle'; did you mean 'circle'?"),
        ({"kind": "hexagon"}, "unknown kind of shape 'hexagon'; known: circle, square"),
        (
            7,
            "expected a shape as a name, {name: settings} or {kind: name, …}, received 7; known: circle, square",
        ),
        ({"a": 1, "b": 2}, "expected a shape as a name"),
    ],
)
def test_what_is_not_understood(shape: Any, written: Any, message: str) -> None:
    with pytest.raises(ComponentError) as raised:
        parse(shape, written)
    assert message in str(raised.value)


def test_an_unknown_key_is_refused_with_the_nearest(shape: Any) -> None:
    with pytest.raises(ValidationError, match=r"unknown key 'raduis'; did you mean 'radius'\?") as raised:
        parse(shape, {"circle": {"raduis": 1}})
    (wrong,) = raised.value.errors()
    assert wrong.get("ctx", {})["error"].path == ("raduis",)


def test_components_do_not_change(shape: Any) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        parse(shape, "circle").radius = 2.0


def test_other_packages_may_offer_kinds(shape: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Triangle(shape):
        kind = "triangle"

        def area(self) -> float:
            return 1.0

    class Foreign(Component):
        kind = "foreign"

    offered = ModuleType("offered")
    offered.__dict__.update(Triangle=Triangle, Foreign=Foreign)
    monkeypatch.setitem(sys.modules, "offered", offered)
    points = [EntryPoint(name, f"offered:{name}", "thalweg.components") for name in ("Triangle", "Foreign")]
    monkeypatch.setattr(module, "entry_points", lambda group: points)
    assert list(kinds(shape)) == ["circle", "square", "triangle"]


def test_a_field_may_hold_any_kind(shape: Any) -> None:
    class Drawing(Section):
        outline: any_kind(shape)  # pyright: ignore[reportInvalidTypeForm]

    drawing = Drawing(outline="3cm")
    assert drawing.outline.area() == 9
    assert drawing.model_dump(mode="json") == {"outline": {"kind": "square", "side": 3}}
    assert Drawing(**drawing.model_dump(mode="json")) == drawing
    with pytest.raises(ValidationError, match="unknown kind of shape 'blob'"):
        Drawing(outline="blob")
    assert "circle" in str(Drawing.model_json_schema())


def test_the_schema_says_what_may_be_written(shape: Any) -> None:
    class Drawing(Section):
        outline: any_kind(shape)  # pyright: ignore[reportInvalidTypeForm]

    schema = Drawing.model_json_schema()["properties"]["outline"]
    assert schema["examples"] == ["circle", "square"]
    forms = {
        form["properties"]["kind"]["const"]: form
        for form in schema["anyOf"]
        if "kind" in form.get("required", [])
    }
    assert forms["square"]["required"] == ["kind", "side"]
    assert forms["circle"]["properties"]["radius"]["description"] == "Half its width."
    assert forms["circle"]["description"] == "A round shape."
    assert {"type": "string"} in schema["anyOf"]


class Abstract(Component, ABC):
    kind = "abstract"

    @abstractmethod
    def do(self) -> None: ...


def test_what_is_no_component() -> None:
    assert not is_concrete(Abstract)
    assert not is_concrete(int)
    assert not is_concrete("x")  # pyright: ignore[reportArgumentType]
