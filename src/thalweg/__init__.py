"""Thalweg: deep learning on big data, from raw tables to a judged, deployable network.

    thalweg.run("flights.yaml")                              a whole run, as the command does it
    thalweg.fit(frame, target="late")                        the same, from a frame or a file, all inferred
    thalweg.load("runs/flights/bundle").predict(frame)       answers from a bundle

Heavy libraries are imported by the stage that needs them, so that this import stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "fit", "load", "run"]

if TYPE_CHECKING:
    from thalweg.api import fit, load, run


def __getattr__(name: str) -> Any:
    if name in ("fit", "load", "run"):
        from thalweg import api

        return getattr(api, name)
    raise AttributeError(f"module 'thalweg' has no attribute {name!r}")
