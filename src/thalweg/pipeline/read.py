"""From the user's file to a checked pipeline; every mistake told with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from thalweg.core.errors import ComponentError, PipelineError
from thalweg.core.suggest import did_you_mean
from thalweg.pipeline.schema import Pipeline

Path_ = Sequence[str | int]


@dataclass(frozen=True)
class Written:
    """What the user wrote, kept to say where: the file's name, and the tree with its line numbers."""

    name: str
    tree: Any

    def where(self, path: Path_) -> str:
        """`flights.yaml:12 (clean.flights[2])` for a path of keys and indices, as deep as the file goes."""
        node: Any = self.tree
        line, found = None, list[str | int]()
        for key in path:
            node = _through_short_form(node, key)
            if not _has(node, key):
                break
            line = _line(node, key)
            node = node[key]
            found.append(key)
        place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in found).lstrip(".")
        number = f":{line + 1}" if line is not None else ""
        return f"{self.name}{number}" + (f" ({place})" if place else "")


def _has(node: Any, key: str | int) -> bool:
    return key in node if isinstance(node, dict) else isinstance(node, list) and key in range(len(node))


def _line(node: Any, key: str | int) -> int | None:
    """The line, from 0, of a key or item; None of one that did not come from a file, such as by `--set`."""
    lines = getattr(node, "lc", None)
    if lines is None or key not in (lines.data or {}):
        return None
    return (lines.key(key) if isinstance(node, dict) else lines.item(key))[0]


def _through_short_form(node: Any, key: str | int) -> Any:
    """Step into `{kind: body}` where the path, which knows nothing of short forms, skips the kind."""
    if isinstance(node, dict) and len(node) == 1 and key not in node:
        (body,) = node.values()
        if isinstance(body, dict) and key in body:
            return body
    return node


def read(file: Path, settings: Sequence[str] = ()) -> tuple[Pipeline, Written]:
    """The pipeline of a YAML file, with `a.b=c` settings laid over it.

    Raises PipelineError, with file, line and key, where it is not a valid pipeline.
    """
    if not file.is_file():
        near = [found.name for found in file.parent.glob("*.y*ml")] if file.parent.is_dir() else []
        raise PipelineError(f"there is no file {file}", hint=did_you_mean(file.name, near))
    tree = _load(file.read_text(encoding="utf-8-sig"), file.name)
    if not isinstance(tree, dict):
        raise PipelineError("expected a mapping with `sources` and `model`", where=file.name)
    for setting in settings:
        lay_over(tree, setting)
    written = Written(file.name, tree)
    return check(tree, written), written


def _load(text: str, name: str) -> Any:
    try:
        return YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise PipelineError(f"this is not valid YAML: {problem}", where=where) from error


def check(tree: dict[str, Any], written: Written) -> Pipeline:
    """The pipeline that a tree describes. Raises one PipelineError that lists every mistake."""
    try:
        return Pipeline.model_validate(tree)
    except ValidationError as error:
        problems = [_problem(detail, written) for detail in error.errors()]
        raise PipelineError("\n".join(dict.fromkeys(problems))) from error


def _problem(detail: Any, written: Written) -> str:
    path = tuple(detail["loc"])
    cause = detail.get("ctx", {}).get("error")
    if detail["type"] == "missing":
        text, path = f"the key {path[-1]!r} is needed and missing", path[:-1]
    elif isinstance(cause, ComponentError):
        text, path = str(cause), (*path, *cause.path)
    else:
        text = f"{detail['msg'].removeprefix('Value error, ')}, received {detail['input']!r}"
    return f"{written.where(path)}: {text}"


def lay_over(tree: dict[str, Any], setting: str) -> None:
    """Change one value in place: `train.epochs=3`. The value is read as YAML; short forms are opened on the way."""
    key, equals, text = setting.partition("=")
    if not equals or not key.strip():
        raise PipelineError(
            f"expected --set key=value, received {setting!r}", hint="such as: --set train.epochs=3"
        )
    *way, last = key.strip().split(".")
    node: Any = tree
    for part in way:
        node = _step(node, part, setting)
    if isinstance(node, list):
        node[_index(node, last, setting)] = _load(text, "--set")
    else:
        node[last] = _load(text, "--set")


def _step(node: Any, part: str, setting: str) -> Any:
    if isinstance(node, list):
        return node[_index(node, part, setting)]
    if not isinstance(node.get(part), (dict, list)):
        name = node.get(part)
        node[part] = {name: {}} if isinstance(name, str) else {}
    return node[part]


def _index(node: list[Any], part: str, setting: str) -> int:
    if not part.isdigit() or int(part) >= len(node):
        raise PipelineError(f"--set {setting}: expected a position below {len(node)}, received {part!r}")
    return int(part)
