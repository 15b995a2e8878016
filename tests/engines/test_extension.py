"""Extensions come from installed packages, or not at all."""

from __future__ import annotations

import pytest

from thalweg.core.errors import MissingExtra
from thalweg.engines import extension
from thalweg.engines.apart import ForeignError, open_apart, scrubbed


def test_a_missing_package_is_named_with_the_command_that_brings_it() -> None:
    with pytest.raises(
        MissingExtra, match=r"'duckdb-extension-no-such'.*\n.*pip install 'thalweg\[postgres\]'"
    ):
        extension.extension_file("no_such", "postgres")


def test_a_package_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extension, "version", lambda _: "9.9.9")
    with pytest.raises(MissingExtra, match=r"'duckdb-extension-avro==9\.9\.9'"):
        extension.extension_file("avro", "iceberg")


def test_secrets_are_struck_out() -> None:
    assert scrubbed("no\nuse: geheim\n\nLINE 1: geheim", ["geheim", ""]) == "no use: ***"
    backtrace = (
        "IO Error: no such type 0: <delta_kernel::error::Error>::with_backtrace 1: <delta::Table>::new"
    )
    assert scrubbed(backtrace, []) == "IO Error: no such type"
    with open_apart() as apart:
        apart.secrets.append("geheim")
        with pytest.raises(ForeignError, match=r"\*\*\*") as raised:
            apart.run("SELECT * FROM geheim")
    assert "geheim" not in str(raised.value)
    assert raised.value.__cause__ is None
