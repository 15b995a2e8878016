"""The cleaning and the join of flights in Polars, streaming: python polars_join.py FOLDER FILE; prints the rows."""

import sys
from pathlib import Path

import polars
from polars import col


def main() -> None:
    folder, file = Path(sys.argv[1]), sys.argv[2]

    def read(name: str) -> polars.LazyFrame:
        return polars.scan_csv(folder / f"{name}.csv", truncate_ragged_lines=True, ignore_errors=True)

    weather = read("weather").unique(["origin", "time_hour"], keep="first", maintain_order=True)
    flights = read("flights").drop_nulls("arr_delay")
    flights = flights.join(weather, on=["origin", "time_hour"], how="left", validate="m:1")
    flights = flights.join(read("planes"), on="tailnum", how="left", validate="m:1")
    flights.with_columns(late=col("arr_delay") > 15).sink_parquet(file)
    print(polars.scan_parquet(file).select(polars.len()).collect().item())


if __name__ == "__main__":
    main()
