from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from thalweg.core.component import Section
from thalweg.core.docstrings import field_docstrings


class Above(Section):
    """What a class says of itself is none of its fields'."""

    side: int = 1
    """Of the square,

    in metres.
    """
    bare: int = 0

    class Inside(Section):
        height: int = 2
        """Of what is inside."""


class Below(Above):
    known: ClassVar[int] = 3
    """Of the class, not a field."""
    side: int = 4
    """Another side."""
    named: int = Field(5, alias="name", description="Said in the field.")
    """Not told either."""
    as_text: int = Field(6, alias="text")
    """Told by its alias."""


def described(kind: type[Section]) -> dict[str, str]:
    fields = kind.model_json_schema()["properties"]
    return {name: field["description"] for name, field in fields.items() if "description" in field}


def test_a_field_is_described_by_the_text_below_it():
    assert described(Above) == {"side": "Of the square,\n\nin metres."}
    assert described(Above.Inside) == {"height": "Of what is inside."}


def test_inherited_fields_and_aliases_are_described_and_a_description_of_its_own_comes_first():
    assert described(Below) == {
        "side": "Another side.",
        "name": "Said in the field.",
        "text": "Told by its alias.",
    }


def test_a_class_in_a_function_is_found():
    class Here(Section):
        width: int = 1
        """Of this one."""

    assert described(Here) == {"width": "Of this one."}


def test_a_class_without_source_has_none():
    made = type("Made", (Section,), {"__module__": "nowhere", "__annotations__": {"width": int}})
    assert field_docstrings(made) == {}
    assert described(made) == {}
