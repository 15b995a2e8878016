"""What stands beneath a field is its description in the JSON Schema, also where it is inherited or has an alias."""

from pydantic import Field, create_model

from thalweg.core.component import Section


class Plain(Section):
    size: int = 1
    """Rows at once,
    at most."""
    bare: int = 2
    where: str = Field("", alias="from")
    """The place."""


class Wider(Plain):
    size: int = 3
    """Rows, here more."""
    _hidden = "not a field"
    """Nobody's."""


def properties(section: type[Section]) -> dict:
    return section.model_json_schema()["properties"]


def test_what_stands_beneath_a_field_is_its_description():
    assert properties(Plain)["size"]["description"] == "Rows at once,\nat most."
    assert "description" not in properties(Plain)["bare"]
    assert properties(Plain)["from"]["description"] == "The place."


def test_an_heir_may_say_it_anew_and_keeps_the_rest():
    assert properties(Wider)["size"]["description"] == "Rows, here more."
    assert properties(Wider)["from"]["description"] == "The place."


def test_a_class_that_a_program_made_has_what_it_inherits():
    made = create_model("Made", __base__=Plain, more=(int, 1))
    assert properties(made)["from"]["description"] == "The place."
    assert "description" not in properties(made)["more"]
