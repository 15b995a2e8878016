"""Many flights with what real files hold: lines that are broken, and weather that was recorded twice."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from benchmarks.many_flights import many_flights
from benchmarks.places import scratch

BROKEN = 60  # lines of flights.csv, a third of each kind
REPEATED = 100  # rows of weather.csv
SHORT, LONG, WORD = "too few fields", "too many fields", "a word for a number"


def dirty_flights(copies: int) -> Path:
    """A folder like `many_flights`, with 60 broken lines in flights.csv and 100 repeated rows in weather.csv."""
    clean, folder = many_flights(copies), scratch("data", f"dirty-x{copies}")
    if (folder / "flights.csv").is_file():
        return folder
    shutil.copyfile(clean / "planes.csv", folder / "planes.csv")
    weather = (clean / "weather.csv").read_text().splitlines(keepends=True)
    repeated = random.Random(0).sample(weather[1:], REPEATED)
    (folder / "weather.csv").write_text("".join([*weather, *repeated]))
    partial = folder / "flights.partial"
    with (clean / "flights.csv").open() as lines, partial.open("w") as out:
        heading = next(lines)
        out.write(heading)
        place = heading.rstrip("\n").split(",").index("arr_delay")
        kinds = [SHORT, LONG, WORD] * (BROKEN // 3)
        for number, line in enumerate(lines):
            out.write(line)
            if kinds and number % 5_003 == 5_002:
                out.write(_broken(line, kinds.pop(), place))
    partial.rename(folder / "flights.csv")
    return folder


def _broken(line: str, kind: str, place: int) -> str:
    """A copy of a line, as an interrupted or careless program would write it."""
    fields = line.rstrip("\n").split(",")
    if kind == SHORT:
        fields = fields[: place + 2]
    elif kind == LONG:
        fields = [*fields[:place], "1", *fields[place:]]
    else:
        fields[place] = "delayed"
    return ",".join(fields) + "\n"
