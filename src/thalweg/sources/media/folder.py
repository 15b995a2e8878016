"""A folder of files of one kind of media, as a table with a row a file."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import model_validator

from thalweg.core.errors import ComponentError, SourceError
from thalweg.core.fingerprint import fingerprint, fingerprint_file
from thalweg.core.suggest import did_you_mean
from thalweg.sources.found import found, size_of
from thalweg.sources.media.labels import Labels
from thalweg.sources.media.parts import SPLITS, split_and_label
from thalweg.sources.media.pattern import NamePattern, name_pattern
from thalweg.sources.media.unpack import is_archive, unpacked
from thalweg.sources.media.walk import OTHER, Walk, digest_of, folder_at, size_of_folder
from thalweg.sources.source import Opened, Place, Source

LABEL, SPLIT = "label", "split"
FEWEST, ENOUGH = 2, 1_000  # files of a kind that show what a folder is, and that are looked at for it
OTHERS = 0.1  # files of other kinds for each of its own, at most, in such a folder


class MediaFolder(Source, ABC):
    """Reads a folder of files, or a zip or tar archive of one: a row a file, in the order of their paths."""

    endings: ClassVar[frozenset[str]]
    """Endings of the files, in lower case."""
    facts: ClassVar[dict[str, str]]
    """Arrow types of the columns that the file itself gives."""

    told_by_endings: ClassVar[bool] = True
    """Whether its files' endings tell a folder of this kind; where tables end so too, folders of labels must."""

    path: str
    """The folder, or a zip or tar archive of it; from the folder of the pipeline file."""
    name: str | None = None
    """A pattern of the files' names whose fields become columns, such as `{digit:int}_{speaker}_{n:int}.wav`; fields
    are text, `int` or `float`. A file that does not match goes to quarantine."""
    label: str | None = None
    """Where the label is: `folder`, the innermost folder's name; a field of `name`, which is called label then; or
    `none`. Left out: `folder`, or `none` where there is a file of `labels`. No column where no file has a label."""
    split: str = "folder"
    """Where the split is: `folder`, one called train, val, valid, validation, dev or test; a field of `name`; or
    `none`. Its values are train, validation and test. There is no such column where no file has one."""
    labels: Labels | None = None
    """A file of labels, such as `labels.csv`, with a line a file."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @classmethod
    def of_folder(cls, folder: Path) -> Source | None:
        walk = Walk(folder, cls.endings)
        own = [each.path for each in islice(walk, ENOUGH)]
        others = walk.passed[OTHER]
        if len(own) < FEWEST or others > len(own) * OTHERS:
            return None
        return cls(path=str(folder)) if cls.told_by_endings or all("/" in path for path in own) else None

    @abstractmethod
    def read_facts(self, file: Path) -> dict[str, Any]:
        """The values of `facts` for one file. Raises BrokenFile where it is no row."""

    @property
    def pattern(self) -> NamePattern | None:
        """What is read from names."""
        return None if self.name is None else name_pattern(self.name)

    @property
    def label_from(self) -> str:
        """Where the label is, as `label` says or implies."""
        return self.label or ("none" if self.labels else "folder")

    @model_validator(mode="after")
    def _fields_are_known(self) -> Self:
        fields = list(self.pattern.fields) if self.pattern else []
        known = ["folder", "none", *fields]
        for what, written in ((LABEL, self.label_from), (SPLIT, self.split)):
            if written not in known:
                raise ComponentError(
                    f"{what}: expected folder, none or a field of `name`, received {written!r}; "
                    f"{did_you_mean(written, known)}"
                )
        clash = {"path", "file", "bytes", *self.facts} & set(fields)
        if clash:
            raise ComponentError(
                f"the table has a column {min(clash)!r} of its own: give the field of `name` another name"
            )
        return self

    def fingerprint(self, folder: Path) -> str:
        if is_archive(self.path):
            content = fingerprint_file(found([self.path], folder)[0])
        else:
            content = digest_of(folder_at(self.path, folder), self.endings)
        labels = self.labels.source.fingerprint(folder) if self.labels else None
        return fingerprint([self.written(), content, labels])

    def size(self, folder: Path) -> int:
        if is_archive(self.path):
            return size_of(found([self.path], folder))
        return size_of_folder(folder_at(self.path, folder), self.endings)

    def open(self, name: str, place: Place) -> Opened:
        from thalweg.sources.media.rows import opened_files

        root = root_of(self.path, place)
        walk = Walk(root, self.endings)
        layout = self._layout(walk)
        return opened_files(self, walk, layout, place)

    def _layout(self, walk: Walk) -> Layout:
        """Which columns the names of the files give. Raises SourceError where there is no file."""
        pattern = self.pattern
        layout = Layout(pattern)
        files = 0
        for each in walk:
            files += 1
            split, label = split_and_label(each.path, self.split == "folder")
            layout.with_split |= split is not None and each.refused is None
            layout.with_label |= label is not None and self.label_from == "folder" and each.refused is None
        if not files:
            passed = ", ".join(f"{count:,} {what}" for what, count in sorted(walk.passed.items()))
            endings = ", ".join(sorted(self.endings))
            raise SourceError(
                f"{walk.root} holds no files that end in {endings}; found {passed or 'nothing'}",
                hint="name the folder that holds them",
            )
        for what, written in ((LABEL, self.label_from), (SPLIT, self.split)):
            if written not in ("folder", "none"):
                layout.renamed[written] = what
        return layout


@dataclass
class Layout:
    """What the names of files and folders give."""

    pattern: NamePattern | None
    with_split: bool = False
    with_label: bool = False
    renamed: dict[str, str] = field(default_factory=dict)
    """Fields of the pattern that are the label, or the split."""

    @property
    def types(self) -> dict[str, str]:
        """Arrow types of the columns that come from names."""
        fields = self.pattern.types if self.pattern else {}
        types = {self.renamed.get(name, name): kind for name, kind in fields.items()}
        types |= {LABEL: "string"} if self.with_label else {}
        types |= {SPLIT: "string"} if self.with_split or SPLIT in types else {}
        return types

    def values(self, path: str) -> dict[str, Any]:
        """The values of those columns. Raises BrokenFile where the name does not match the pattern."""
        fields = self.pattern.values(path) if self.pattern else {}
        values = {self.renamed.get(name, name): value for name, value in fields.items()}
        split, label = split_and_label(path, self.with_split)
        if self.with_label:
            values[LABEL] = label
        if self.with_split:
            values[SPLIT] = split
        elif isinstance(values.get(SPLIT), str):
            values[SPLIT] = SPLITS.get(values[SPLIT].casefold(), values[SPLIT])
        return values


def root_of(path: str, place: Place) -> Path:
    """The folder of a path, unpacked first where it is an archive."""
    if not is_archive(path):
        return folder_at(path, place.folder)
    (archive,) = found([path], place.folder)
    return unpacked(archive, place.store or place.session.scratch / "unpacked")


def absolute(file: Path) -> str:
    """Where the bytes are found later."""
    return os.path.abspath(file)
