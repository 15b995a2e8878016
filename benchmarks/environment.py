"""A rival's own virtual environment: made when first needed, kept, made anew when its packages change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.places import PROJECT, rivals
from benchmarks.process import Finished, run

PYTHON = (3, 12)  # what both rivals run on
READY = "ready.txt"


@dataclass(frozen=True)
class Rival:
    """Somebody else's program, and the script in `rivals/` that drives it."""

    name: str
    packages: Sequence[str]
    script: Path

    @property
    def python(self) -> Path:
        return rivals() / self.name / "bin" / "python"

    def prepare(self) -> None:
        """Make the environment unless it stands already. Takes minutes and up to 6 GB the first time."""
        folder, wanted = rivals() / self.name, "\n".join(self.packages)
        marker = folder / READY
        if marker.is_file() and marker.read_text() == wanted:
            return
        print(f"setting up {self.name} in {folder}: {', '.join(self.packages)}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([_interpreter(), "-m", "venv", folder], check=True)
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", *self.packages], check=True)
        marker.write_text(wanted)

    def run(
        self, arguments: Mapping[str, Any], environment: Mapping[str, str] | None = None
    ) -> tuple[Any, Finished]:
        """Run the script on arguments (JSON); what it answers on its last line, and how the process went."""
        self.prepare()
        asked = json.dumps(dict(arguments), default=str)
        finished = run([self.python, self.script, asked], environment=environment)
        return json.loads(finished.output.splitlines()[-1]), finished


def rival(name: str, packages: Sequence[str]) -> Rival:
    """A rival whose script is named for it."""
    return Rival(name, packages, PROJECT / "benchmarks" / "rivals" / f"{name}.py")


def _interpreter() -> str:
    """A Python of the version that the rivals need: `RIVALS_PYTHON`, or the first found that is."""
    asked = os.environ.get("RIVALS_PYTHON")
    wanted = ".".join(map(str, PYTHON))
    for found in [asked] if asked else [sys.executable, f"python{wanted}", "python3"]:
        path = shutil.which(found)
        if path and _is_wanted(path):
            return path
    raise SystemExit(
        f"the rivals need Python {wanted}; say where one is with RIVALS_PYTHON=/path/to/python{wanted}"
    )


def _is_wanted(python: str) -> bool:
    check = f"import sys; sys.exit(sys.version_info[:2] != {PYTHON!r})"
    return subprocess.run([python, "-c", check], capture_output=True).returncode == 0
