"""A component is its own configuration.

A family (sources, cleaning steps, features, networks …) is an abstract `Component` whose module sits in the
family's folder. Its kinds are the concrete classes found in the other modules of that folder, and those that
installed packages offer under the entry point group `thalweg.components`. There is no list to edit.

What a user may write for a component of kind `k` with fields `f`:

    k                         the kind alone, every field at its default
    {k: {f: …}}               the kind as the only key
    {k: value}                the same, `value` understood by the kind's `expand`
    {kind: k, f: …}           in full
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Annotated, Any, ClassVar, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import core_schema

from thalweg.core.docstrings import describe
from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean

C = TypeVar("C", bound="Component")


class Section(BaseModel):
    """Settings with names that are checked: an unknown one is refused with the nearest known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def expand(cls, value: Any) -> Any:
        """Turn a short form into a mapping of fields. What is not a short form is returned as it came."""
        return value

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: Any) -> Any:
        fields = cls.expand(value)
        known = {field.alias or name for name, field in cls.model_fields.items()}
        for name in fields if isinstance(fields, dict) else ():
            if name not in known:
                error = ComponentError(f"unknown key {name!r}; {did_you_mean(str(name), known)}")
                error.path = (name,)
                raise error
        return fields

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """With the docstring below each field as its description."""
        found = handler(schema)
        describe(cls, handler.resolve_ref_schema(found))
        return found


class Component(Section):
    """One frozen class in one file: its fields are what may be written, its docstring what is documented."""

    kind: ClassVar[str] = ""

    @classmethod
    def claims(cls, value: Any) -> bool:
        """Whether a value that names no kind, such as `data.csv` or `{by: time}`, is a short form of this one."""
        return False

    @classmethod
    def example(cls) -> Self:
        """A small valid instance, for contract tests and the reference pages."""
        return cls()

    def written(self) -> dict[str, Any]:
        """The full form, as JSON values: what a resolved file shows and what fingerprints are taken of."""
        return {"kind": self.kind, **self.model_dump(mode="json", by_alias=True)}


def is_concrete(kind: type) -> bool:
    """Whether a class is a component that a user may name."""
    return (
        isinstance(kind, type)
        and issubclass(kind, Component)
        and bool(kind.kind)
        and not inspect.isabstract(kind)
    )


def kinds(family: type[C]) -> dict[str, type[C]]:
    """Every kind of a family by name: those of its folder, then those of installed packages."""
    return cast(dict[str, type[C]], _scan(family))


@cache
def _scan(family: type[Component]) -> dict[str, type[Component]]:
    folder = importlib.import_module(family.__module__.rpartition(".")[0])
    modules = [
        importlib.import_module(f"{folder.__name__}.{found.name}")
        for found in pkgutil.iter_modules(folder.__path__)
    ]
    offered = [value for module in modules for value in vars(module).values() if is_concrete(value)]
    offered += [point.load() for point in entry_points(group="thalweg.components")]
    members = {kind.kind: kind for kind in offered if is_concrete(kind) and issubclass(kind, family)}
    return dict(sorted(members.items()))


def kind_of(family: type[C], name: str) -> type[C]:
    """The class of a kind. Raises ComponentError with the nearest name when there is none."""
    found = kinds(family).get(name)
    if found is None:
        raise _not_understood(family, name)
    return found


def parse(family: type[C], value: Any) -> C:
    """The component that a short or full form stands for."""
    if isinstance(value, family):
        return value
    if isinstance(value, dict) and "kind" in value:
        fields = {key: field for key, field in value.items() if key != "kind"}
        return kind_of(family, str(value["kind"])).model_validate(fields)
    if isinstance(value, str) and value in kinds(family):
        return kinds(family)[value].model_validate({})
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in kinds(family):
        ((name, body),) = value.items()
        return kinds(family)[name].model_validate({} if body is None else body)
    for kind in kinds(family).values():
        if kind.claims(value):
            return kind.model_validate(value)
    raise _not_understood(family, value)


def _not_understood(family: type[Component], value: Any) -> ComponentError:
    noun = family.__name__.lower()
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value
    if isinstance(value, str):
        return ComponentError(f"unknown kind of {noun} {value!r}; {did_you_mean(value, kinds(family))}")
    return ComponentError(
        f"expected a {noun} as a name, {{name: settings}} or {{kind: name, …}}, received {value!r}; "
        f"{did_you_mean('', kinds(family))}"
    )


class _AnyKindOf:
    """Lets pydantic validate a field as any kind of a family and describe it in JSON Schema."""

    def __init__(self, family: type[Component]):
        self.family = family

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: parse(self.family, value),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.written()),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict:
        return _forms(self.family, handler)


def any_kind(family: type[C]) -> Any:
    """The type of a pydantic field that holds any kind of a family, in any of its written forms."""
    return Annotated[family, _AnyKindOf(family)]


def _forms(family: type[Component], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """JSON Schema of everything that may be written for a family."""
    named = kinds(family)
    forms: list[dict[str, Any]] = [{"type": "string"}]
    for name, kind in named.items():
        body = handler.resolve_ref_schema(handler(kind.__pydantic_core_schema__))
        describe(kind, body)
        about = {"type": "object", "description": inspect.getdoc(kind) or ""}
        fields = {"kind": {"const": name}, **body.get("properties", {})}
        needed = ["kind", *body.get("required", [])]
        forms.append({**about, "properties": fields, "required": needed, "additionalProperties": False})
        forms.append({**about, "properties": {name: {}}, "required": [name], "additionalProperties": False})
    return {"anyOf": forms, "examples": list(named)}
