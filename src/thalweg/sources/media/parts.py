"""What the names of folders say: the split, such as `train`, and the label."""

from __future__ import annotations

SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}


def split_and_label(path: str, with_split: bool) -> tuple[str | None, str | None]:
    """Of `train/cats/1.jpg`: train and cats. The label is the innermost folder that is not the split's.

    `with_split` false: no folder is the split's.
    """
    folders = path.split("/")[:-1]
    at = next((i for i, name in enumerate(folders) if with_split and name.casefold() in SPLITS), None)
    split = None if at is None else SPLITS[folders[at].casefold()]
    others = [name for i, name in enumerate(folders) if i != at]
    return split, others[-1] if others else None


def split_in_name(name: str) -> str | None:
    """The split that a file's name tells, such as `instances_val2017.json`: validation. None where it tells none."""
    words = "".join(sign if sign.isalpha() else " " for sign in name.casefold()).split()
    return next((SPLITS[word] for word in words if word in SPLITS), None)
