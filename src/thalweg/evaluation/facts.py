"""What earlier stages have to say to the report. What is left out leaves out its section, nothing else."""

from __future__ import annotations

from typing import Any, TypedDict


class SetAside(TypedDict, total=False):
    """Rows that went to quarantine for one reason, with a few of them as they were."""

    stage: str
    table: str
    rule: str
    rows: int
    examples: list[dict[str, Any]]
    """By column; `line` and `text` where a line could not even be read."""


class Cleaned(TypedDict, total=False):
    """The steps of one table, in full form, and why `auto` proposed them."""

    steps: list[dict[str, Any]]
    log: list[str]


class SplitPart(TypedDict, total=False):
    """One part of the split; `start` and `end` where it is by time, `target` each output's mean or share."""

    name: str
    rows: int
    start: str | None
    end: str | None
    target: dict[str, float]


class Used(TypedDict, total=False):
    """A column that is an input, and how."""

    column: str
    kind: str
    type: str
    why: str
    slots: int
    counts: dict[str, int]
    """Values replaced when encoding: missing, unseen, rare …"""
    mined_from: list[str]
    """The columns it was mined of, where it is not one of the table."""


class Refused(TypedDict, total=False):
    """A column that is not an input, and why."""

    column: str
    why: str


class Leaks(TypedDict, total=False):
    """What may give the answer away."""

    derived: list[dict[str, Any]]
    """`{column, target}`: left out because the target was derived from them."""
    suspects: list[dict[str, Any]]
    """`{column, target, metric, value}`: kept, though alone they predict the target too well."""


class Trained(TypedDict, total=False):
    """How training went."""

    history: list[dict[str, Any]]
    """One for each epoch: `epoch`, `loss`, `validation_loss`, and the metrics of each output."""
    best_epoch: int | None
    stopped: str
    """Why it ended, in words."""
    parameters: int
    seconds: float
    rows_per_second: float
    device: str
    precision: str
    network: dict[str, Any]
    settings: dict[str, Any]


class Ran(TypedDict, total=False):
    """One stage of the run: `peak_memory` in bytes, `cached` where its result was there already."""

    stage: str
    seconds: float
    peak_memory: int | None
    cached: bool
    fingerprint: str


class Provenance(TypedDict, total=False):
    """What has to be the same for the same result."""

    versions: dict[str, str]
    seed: int
    stages: list[Ran]
    machine: dict[str, Any]
    pipeline: str
    """The resolved file, as YAML."""
    fingerprints: dict[str, str]


class Facts(TypedDict, total=False):
    """Everything but the judgement. All values are JSON."""

    name: str
    question: str
    """In the user's words."""
    table: str
    """The table whose rows are the rows of the dataset."""
    made: str
    """When, in ISO 8601."""
    ledger: list[dict[str, Any]]
    """Entries of `core.ledger`, in the order the data flowed."""
    quarantine: list[SetAside]
    cleaning: dict[str, Cleaned]
    """By table."""
    profile: dict[str, Any]
    """What was mined of the integrated table, by miner: `{title, sentences, facts}`, see `mine.miner.Finding`."""
    split: dict[str, Any]
    """`{how: words, parts: [SplitPart]}`"""
    inputs: dict[str, Any]
    """`{used: [Used], refused: [Refused]}`"""
    leaks: Leaks
    training: Trained
    bundle: str
    """Where the bundle is, as the commands of the report should name it."""
    provenance: Provenance
