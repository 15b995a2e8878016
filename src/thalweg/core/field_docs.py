"""The docstrings beneath the fields of settings, for the schema that editors read.

They are taken from the source when the schema is asked for, not when classes are made: that would take every command
half a second.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel


def describe(schema: dict[str, Any], section: type[BaseModel]) -> None:
    """Put what stands beneath each field, its own or inherited, into the JSON Schema of a class of settings."""
    for ancestor in reversed(section.__mro__):
        for name, text in _beneath_fields(ancestor).items():
            found = section.model_fields.get(name)
            if found is not None:
                schema["properties"][found.alias or name]["description"] = text


@cache
def _beneath_fields(section: type) -> dict[str, str]:
    """The string that follows the declaration of each field in the body of a class."""
    if not issubclass(section, BaseModel) or section.__module__.startswith("pydantic."):
        return {}
    try:
        source = inspect.getsource(section)
    except OSError:  # a class that a program made, or one of which only the compiled code is there
        return {}
    (made,) = ast.parse(textwrap.dedent(source)).body
    return {
        field.target.id: inspect.cleandoc(below.value.value)
        for field, below in pairwise(made.body if isinstance(made, ast.ClassDef) else [])
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(below.value.value, str)
    }
