"""Facts that stand in a file's name: `{digit:int}_{speaker}_{n:int}.wav`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.sources.media.broken import BrokenFile

FIELD = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
KINDS = {
    "text": (r"[^/]+?", str, "string"),
    "int": (r"-?\d{1,18}", int, "int64"),
    "float": (r"-?\d+(?:\.\d+)?", float, "double"),
}
UNMATCHED = "name that does not match"


@dataclass(frozen=True)
class NamePattern:
    """A pattern of names with fields; each is a column. With a `/` it is matched with the path, else with the name."""

    text: str
    fields: dict[str, str]
    """Kind of each field by name: text, int or float."""
    expression: re.Pattern[str]

    @property
    def types(self) -> dict[str, str]:
        """Arrow types of the columns."""
        return {name: KINDS[kind][2] for name, kind in self.fields.items()}

    def values(self, path: str) -> dict[str, Any]:
        """The fields of a path from the folder. Raises BrokenFile where it does not match."""
        name = path if "/" in self.text else path.rpartition("/")[2]
        found = self.expression.fullmatch(name)
        if found is None:
            raise BrokenFile(UNMATCHED, f"expected a name such as {self.text}, found {name!r}")
        return {field: KINDS[kind][1](found[f"f{i}"]) for i, (field, kind) in enumerate(self.fields.items())}


def name_pattern(text: str) -> NamePattern:
    """Read a pattern. Raises ComponentError where it has no field, the same one twice, or one of an unknown kind."""
    fields: dict[str, str] = {}
    parts, end = [], 0
    for found in FIELD.finditer(text):
        name, kind = found[1].strip(), (found[2] or "text").strip()
        if kind not in KINDS:
            raise ComponentError(f"{text!r}: unknown kind of field {kind!r}; {did_you_mean(kind, KINDS)}")
        if not name or name in fields:
            raise ComponentError(
                f"{text!r}: each field needs a name of its own, found {name!r} again or empty"
            )
        parts += [re.escape(text[end : found.start()]), f"(?P<f{len(fields)}>{KINDS[kind][0]})"]
        fields[name] = kind
        end = found.end()
    rest = text[end:]
    if not fields or set("{}") & set("".join([rest])):
        raise ComponentError(
            f"expected a pattern with fields in braces, such as {{label}}_{{n:int}}.wav, received {text!r}"
        )
    return NamePattern(text, fields, re.compile("".join([*parts, re.escape(rest)])))
