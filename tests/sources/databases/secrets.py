"""What the tests of every database server ask of its password: that it stands nowhere."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.databases.servers import PASSWORD
from thalweg.cli import app
from thalweg.core.errors import DataError, SourceError

WRONG = "falsch geheim7"


def refused(read: Callable, source: Any) -> str:
    """What is said when a source cannot be read: nowhere in it, nor in what it is raised from, stands the password."""
    with pytest.raises((SourceError, DataError)) as raised:
        read(source)
    whole = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert PASSWORD not in whole
    assert "geheim" not in whole
    return str(raised.value)


def stores_no_password(address: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Run a pipeline over the table with the right password in $SECRET and with a wrong one; look into every file."""
    (folder / "p.yaml").write_text(
        f"name: p\nsources: {{t: '{address}'}}\nmodel: {{outputs: {{Phone: category}}}}\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET", PASSWORD)
        assert ran(folder) == 0, capfd.readouterr().err
        patch.setenv("SECRET", WRONG)
        assert ran(folder) == 1
    said = "".join(capfd.readouterr())
    assert "does not let the user 'reader' in with this password" in said
    files = [path for path in (folder / "runs").rglob("*") if path.is_file()]
    assert {"run.json", "source.json", "data.parquet"} <= {path.name for path in files}
    for text in (said.encode(), *(path.read_bytes() for path in files)):
        assert PASSWORD.encode() not in text
        assert b"geheim" not in text


def ran(folder: Path) -> int:
    """The exit status of `thalweg run --until sources`."""
    with pytest.raises(SystemExit) as left:
        app(["run", str(folder / "p.yaml"), "--until", "sources"])
    return int(left.value.code or 0)
