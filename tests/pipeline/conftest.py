"""A small course: two dirty tables, every stage, a few seconds."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

ROWS = 1_200

FILE = """\
name: small
seed: 3
sources:
  trips: trips.csv
  cars: cars.csv
clean:
  trips:
    - missing: {late: drop}
    - duplicates: {keys: [trip]}
    - expect: {km: {between: [0, 500]}}
integrate:
  - from: trips
  - join: {table: cars, on: car}
model:
  exclude: [trip]
  outputs: {late: binary}
  network: {kind: mlp, layers: [16]}
train: {epochs: 3, batch_size: 64}
evaluate: {slices: [make], resamples: 20}
compute: {data: {duckdb: {memory: 512MB, threads: 2}}}
"""


def write_tables(folder: Path, rows: int = ROWS) -> None:
    """Trips with 10 missing answers, 7 duplicates, 5 impossible distances and 2 broken lines; 20 cars, one unknown."""
    chance = random.Random(5)
    makes = ["Saab", "Fiat", "Skoda"]
    with (folder / "cars.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["car", "make", "year"])
        out.writerows([f"c{n}", makes[n % 3], 1990 + n] for n in range(20))
    lines = []
    for trip in range(rows):
        car, hour, km = chance.randrange(21), chance.randrange(24), round(chance.uniform(1, 400), 1)
        late = chance.random() < (0.85 if km > 200 else 0.15)
        answer = "" if trip < 10 else str(late).lower()
        lines.append(f"{trip},c{car},{2_000 if 10 <= trip < 15 else km},{hour},{answer}")
    lines += lines[100:107]
    lines[50:50] = ["what,is,this", "1,2,3,4,5,6,7"]
    (folder / "trips.csv").write_text("\n".join(["trip,car,km,hour,late", *lines]) + "\n", encoding="utf-8")


@pytest.fixture
def course(tmp_path: Path) -> Callable[..., Path]:
    """`course()` writes tables and a pipeline file and gives the file; words of the file can be replaced."""

    def write(*replacements: tuple[str, str]) -> Path:
        write_tables(tmp_path)
        text = FILE
        for old, new in replacements:
            assert old in text, f"{old!r} is not in the file"
            text = text.replace(old, new)
        file = tmp_path / "small.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write
