"""The census of 1994 (Adult, UCI) as one CSV with the published split: `python -m benchmarks.adult FILE`.

Nothing is changed but the form: `?` becomes an empty value, the full stops after the test answers go, and a column
`part` tells training and validation (15% of adult.data, by a hash of the line) from test (adult.test).
"""

from __future__ import annotations

import csv
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.places import data, scratch

COLUMNS = (
    *(
        "age",
        "workclass",
        "fnlwgt",
        "education",
        "education_num",
        "marital_status",
        "occupation",
        "relationship",
    ),
    *("race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"),
)
VALIDATION = 0.15
ROWS = 48_842


def adult_csv(path: Path | None = None) -> Path:
    """The file, made of adult.data and adult.test in `THALWEG_DATA`."""
    path = path or scratch("data") / "adult.csv"
    if path.is_file():
        return path
    rows = [*_rows("adult.data"), *_rows("adult.test")]
    if len(rows) != ROWS:
        raise RuntimeError(f"expected {ROWS:,} rows, found {len(rows):,}")
    partial = path.with_suffix(".partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([(*COLUMNS, "part"), *rows])
    return partial.rename(path)


def _rows(name: str) -> Iterator[list[str]]:
    for number, line in enumerate((data("adult") / name).read_text(encoding="utf-8").splitlines()):
        values = [value.strip().rstrip(".") for value in line.split(",")]
        if len(values) == len(COLUMNS):  # the rest is a heading and empty lines
            yield [*("" if value == "?" else value for value in values), _part(name, number)]


def _part(name: str, number: int) -> str:
    if name == "adult.test":
        return "test"
    return "validation" if zlib.crc32(f"{name}:{number}".encode()) < VALIDATION * 2**32 else "training"


if __name__ == "__main__":
    print(adult_csv(Path(sys.argv[1])))
