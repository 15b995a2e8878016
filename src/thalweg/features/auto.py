"""Which columns become inputs, and of which kind; and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.features.feature import PACKED, Block, Feature, TrainingColumn

AUTO = "auto"
Given = Literal["auto"] | Sequence[Feature | Mapping[str, Any] | str]


@dataclass(frozen=True)
class Choice:
    """The features, in the order of the columns; the columns refused, with the reason for each.

    `insisted` are the columns that the user named although there is a reason against them.
    """

    features: tuple[Feature, ...]
    refused: dict[str, str]
    insisted: dict[str, str]


def choose(
    columns: Sequence[TrainingColumn],
    given: Given = AUTO,
    exclude: Iterable[str] = (),
    forbidden: Mapping[str, str] | None = None,
    reads: Sequence[Block] = (),
) -> Choice:
    """Choose features for the columns of a table.

    `reads` are the blocks that the network reads besides numbers and categories.

    `given` is `auto`, or a list of features, of columns' names, and of features without a kind, such as
    `{column: temp}`, for which the kind is chosen; with the word `auto` in the list, the other columns are
    chosen too. `exclude` names columns that are never inputs; `forbidden` says of others why they are not,
    unless the user names them. Raises ComponentError where a column is unknown, named twice or both named and
    excluded, where it can't be of any kind, and where no column is left.
    """
    table = {column.name: column for column in columns}
    named = {} if given == AUTO else _named(given, table, reads)
    against = dict(forbidden or {}) | {_known(name, table, "exclude"): "is excluded" for name in exclude}
    for name in set(exclude) & set(named):
        raise ComponentError(f"column {name!r} is named under both inputs and exclude: take one of them away")
    automatic = given == AUTO or AUTO in given
    features, refused = dict[str, Feature](), dict[str, str]()
    for name, column in table.items():
        unasked = best(column, reads) if automatic else "is not listed under inputs"
        found = named.get(name) or against.get(name) or unasked
        if isinstance(found, str):
            refused[name] = found
        else:
            features[name] = found
    if not features:
        told = "; ".join(f"{name!r} {why}" for name, why in refused.items())
        raise ComponentError(f"no column is left to be an input: {told or 'the table has none'}")
    return Choice(tuple(features.values()), refused, _insisted(features, table, named, against))


def best(column: TrainingColumn, reads: Sequence[Block] = ()) -> Feature | str:
    """The feature of the most preferred kind that takes a column and gives what the network reads, or why none does."""
    accepting = _accepting(column)
    if not accepting:
        return f"has type {column.type}, which no kind of feature reads"
    for kind in accepting:
        if kind.refuses(column) is None:
            fits = _read(kind, reads)
            return kind.model_validate({"column": column.name}) if fits else _unread(kind)
    return _likely(accepting).refuses(column) or ""


def _likely(accepting: Sequence[type[Feature]]) -> type[Feature]:
    """Of kinds that refuse a column the one to ask for the reason: a name is a bad category rather than a bad image."""
    return next((kind for kind in accepting if _read(kind, ())), accepting[0])


def _read(kind: type[Feature], reads: Sequence[Block]) -> bool:
    return set(kind.blocks) <= {*PACKED, *reads}


def _unread(kind: type[Feature]) -> str:
    return f"would be read as {kind.kind}, which the network does not read; see model.network"


def _accepting(column: TrainingColumn) -> list[type[Feature]]:
    """The kinds that can read a column's type, the most preferred first."""
    found = [kind for kind in kinds(Feature).values() if kind.accepts(column.type)]
    return sorted(found, key=lambda kind: -kind.preference)


def _named(
    given: Sequence[Any], table: Mapping[str, TrainingColumn], reads: Sequence[Block]
) -> dict[str, Feature]:
    """The features that the user listed, by column."""
    named: dict[str, Feature] = {}
    for value in given:
        if value == AUTO:
            continue
        feature = _feature(value, table, reads)
        if not _read(type(feature), reads):
            raise ComponentError(
                f"column {feature.column!r} {_unread(type(feature))}",
                hint="give such an input a body: model: {network: {fusion: {bodies: {COLUMN: KIND}}}}",
            )
        if feature.column in named:
            raise ComponentError(f"column {feature.column!r} is listed twice under inputs")
        named[_known(feature.column, table, "inputs")] = feature
    return named


def _feature(value: Any, table: Mapping[str, TrainingColumn], reads: Sequence[Block]) -> Feature:
    """A listed feature; where it names no kind, of the most preferred kind that can read the column."""
    partial = {"column": value} if isinstance(value, str) else value
    if not (isinstance(partial, Mapping) and "column" in partial and "kind" not in partial):
        return parse(Feature, partial)
    column = table[_known(str(partial["column"]), table, "inputs")]
    willing = best(column, reads)
    accepting = _accepting(column)
    if not accepting:
        raise ComponentError(f"column {column.name!r} can't be an input: it {willing}")
    kind = _likely(accepting) if isinstance(willing, str) else type(willing)
    return kind.model_validate(dict(partial))


def _known(name: str, table: Mapping[str, Any], where: str) -> str:
    if name not in table:
        raise ComponentError(f"there is no column {name!r}, named under {where}; {did_you_mean(name, table)}")
    return name


def _insisted(
    features: Mapping[str, Feature],
    table: Mapping[str, TrainingColumn],
    named: Mapping[str, Feature],
    against: Mapping[str, str],
) -> dict[str, str]:
    """What speaks against the features that the user named."""
    reasons = {name: against.get(name) or features[name].refuses(table[name]) for name in named}
    return {name: reason for name, reason in reasons.items() if reason}
