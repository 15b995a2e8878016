"""A year of flights many times over, as a CSV of 1 GB, with the two tables it is joined to.

Copies would be duplicates, and would compress and encode better than data does. So a copy has flight numbers of its
own (+10,000 a copy, so that the keys of rows stay unique: 5,100 numbers become 150,000) and its own delays and times
in the air (a few minutes more or less, by a hash of the row). Dates, places and tail numbers stay: as many rows as
in the original find their weather (99.5%) and their plane (84%).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from benchmarks.one_csv import table_file
from benchmarks.places import flights_package, scratch

YEAR = 336_776
MINUTES = ("dep_delay", "arr_delay", "air_time")
KEPT_OUT = ["dep_delay", "dep_time", "arr_time", "air_time"]  # not known when the question is asked
QUERY = """
select f.*, w.* exclude (origin, time_hour), p.* exclude (tailnum), arr_delay > 15 as late
from read_csv('{folder}/flights.csv') f
left join read_csv('{folder}/weather.csv') w using (origin, time_hour)
left join read_csv('{folder}/planes.csv') p using (tailnum)
where arr_delay is not null
"""


def many_flights(copies: int) -> Path:
    """A folder with flights.csv (`copies` × 336,776 rows), weather.csv and planes.csv; missing values are empty."""
    folder = scratch("data", f"flights-x{copies}")
    if (folder / "flights.csv").is_file():
        return folder
    package = flights_package()
    source = {name: _read(package, name) for name in ("flights", "weather", "planes")}
    moved = ", ".join(
        f"{name} + (hash(flight, time_hour, copy, '{name}') % 9)::int - 4 as {name}" for name in MINUTES
    )
    copied = f"from {source['flights']}, range({copies}) t(copy)"
    flights = f"select * exclude (copy) replace ({moved}, flight + 10000 * copy as flight) {copied}"
    weather = f"""
        select distinct on (origin, time_hour) * exclude (year, month, day, hour) from {source["weather"]}
        order by origin, time_hour, month, day, hour
    """
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        _copy(connection, weather, folder / "weather.csv")
        _copy(connection, f"select * rename (year as built) from {source['planes']}", folder / "planes.csv")
        _copy(connection, flights, folder / "flights.csv")
    return folder


def _read(package: Path, table: str) -> str:
    return f"read_csv('{table_file(package, table)}', nullstr = 'NA')"


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    partial = path.with_suffix(".partial")
    connection.execute(f"copy ({query}) to '{partial}' (format csv)")
    partial.rename(path)


def query(folder: Path) -> str:
    """The joined table, in SQL of DuckDB's."""
    return QUERY.format(folder=folder)


def pipeline(name: str, folder: Path, memory: str) -> dict[str, Any]:
    """The same joined table for Thalweg, and what is learnt from it in one epoch."""
    return {
        "name": name,
        "sources": {table: str(folder / f"{table}.csv") for table in ("flights", "weather", "planes")},
        "clean": {"flights": [{"missing": {"arr_delay": "drop"}}]},
        "integrate": [
            {"from": "flights"},
            {"join": {"table": "weather", "on": ["origin", "time_hour"], "expect": "many-to-one"}},
            {"join": {"table": "planes", "on": "tailnum", "expect": "many-to-one"}},
            {"derive": {"late": "arr_delay > 15"}},
        ],
        "dataset": {"split": {"by": "time_hour", "fractions": [0.7, 0.15, 0.15]}},
        "model": {"exclude": KEPT_OUT, "outputs": {"late": "binary"}, "network": {"mlp": [256, 256]}},
        "train": {"epochs": 1, "batch_size": 4096},
        "compute": {"data": {"duckdb": {"memory": memory}}},
    }
