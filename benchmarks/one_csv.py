"""The table of the speed benchmarks, 327,346 flights in one CSV with 17 inputs, and the network on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from benchmarks.places import flights_package, scratch

ROWS = 327_346
LABEL = "late"
NUMBERS = (
    *("month", "day", "sched_dep_time", "sched_arr_time", "distance", "hour"),
    *("temp", "dewp", "humid", "wind_speed", "precip", "visib"),
)
CATEGORIES = ("carrier", "origin", "dest", "tailnum", "manufacturer")
LAYERS = (256, 256)
BATCH = 1_024
LEARNING_RATE = 0.001
FRACTIONS = (0.7, 0.1, 0.2)  # Ludwig's default; given to both


def one_csv() -> Path:
    """The file, made by joining weather and planes to the flights that arrived; missing values are empty."""
    path = scratch("data") / "flights-18.csv"
    if path.is_file():
        return path
    columns = ", ".join((*NUMBERS, *CATEGORIES))
    partial = path.with_suffix(".partial")
    with duckdb.connect() as connection:
        folder = flights_package()
        for table in ("flights", "weather", "planes"):
            connection.execute(
                f"create view {table} as from read_csv('{table_file(folder, table)}', nullstr = 'NA')"
            )
        connection.execute(
            f"""copy (
                select {columns}, arr_delay > 15 as {LABEL} from flights
                left join (
                    select distinct on (origin, time_hour) * exclude (year, month, day, hour) from weather
                ) using (origin, time_hour)
                left join (select * exclude (year) from planes) using (tailnum)
                where arr_delay is not null
                order by flights.time_hour, carrier, flight, origin
            ) to '{partial}' (format csv)"""
        )
        (rows,) = connection.execute(f"select count(*) from read_csv('{partial}')").fetchone() or (0,)
    if rows != ROWS:
        raise RuntimeError(f"expected {ROWS:,} rows, made {rows:,}")
    return partial.rename(path)


def table_file(folder: Path, table: str) -> Path:
    """A table of the package as a CSV: the largest is zipped there, and is unpacked once."""
    if (folder / f"{table}.csv").is_file():
        return folder / f"{table}.csv"
    unpacked = scratch("data") / f"{table}.csv"
    if not unpacked.is_file():
        import zipfile

        with zipfile.ZipFile(folder / f"{table}.csv.zip") as archive:
            archive.extract(f"{table}.csv", unpacked.parent)
    return unpacked


def thalweg_pipeline(name: str, epochs: int = 1, judged: bool = False) -> dict[str, Any]:
    """The pipeline on that file; `judged` with profile and all that evaluation does by default, else metrics alone."""
    numbers = [{"kind": "number", "column": column, "names": False, "missing": "mean"} for column in NUMBERS]
    inputs = numbers + [{"category": column} for column in CATEGORIES]
    lean = {"baseline": False, "linear": False, "importance": False}
    return {
        "name": name,
        "sources": {"flights": {"kind": "csv", "path": str(one_csv())}},
        "mine": ["profile"] if judged else [],
        "dataset": {"split": {"kind": "random", "fractions": list(FRACTIONS)}},
        "model": {"inputs": inputs, "outputs": {LABEL: "binary"}, "network": {"mlp": list(LAYERS)}},
        "train": {
            "epochs": epochs,
            "batch_size": BATCH,
            "optimizer": "adamw",
            "learning_rate": LEARNING_RATE,
            "clip": None,
        },
        "evaluate": {} if judged else lean,
    }


def ludwig_config(epochs: int = 1) -> dict[str, Any]:
    """The same network, batches and steps for Ludwig; missing numbers become the mean."""
    filled = {"missing_value_strategy": "fill_with_mean", "normalization": "zscore"}
    return {
        "input_features": [
            *({"name": column, "type": "number", "preprocessing": filled} for column in NUMBERS),
            *({"name": column, "type": "category"} for column in CATEGORIES),
        ],
        "output_features": [{"name": LABEL, "type": "binary"}],
        "combiner": {
            "type": "concat",
            "fc_layers": [{"output_size": width} for width in LAYERS],
        },
        "preprocessing": {"split": {"type": "random", "probabilities": list(FRACTIONS)}},
        "trainer": {
            "epochs": epochs,
            "batch_size": BATCH,
            "eval_batch_size": 16 * BATCH,
            "early_stop": -1,
            "learning_rate": LEARNING_RATE,
            "optimizer": {"type": "adamw"},
            "gradient_clipping": {"clipglobalnorm": None},
        },
    }
