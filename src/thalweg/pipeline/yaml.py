"""A resolved pipeline as YAML text."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML


def as_yaml(value: Any) -> str:
    """JSON values as block-style YAML, which reads back as the same values."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    text = StringIO()
    yaml.dump(value, text)
    return text.getvalue()
