"""The cleaning and the join of flights in pandas: python pandas_join.py FOLDER FILE; prints the rows."""

import sys
from pathlib import Path

import pandas


def main() -> None:
    folder, file = Path(sys.argv[1]), sys.argv[2]
    flights = pandas.read_csv(folder / "flights.csv", on_bad_lines="skip", low_memory=False)
    weather = pandas.read_csv(folder / "weather.csv").drop_duplicates(["origin", "time_hour"])
    planes = pandas.read_csv(folder / "planes.csv")
    flights["arr_delay"] = pandas.to_numeric(flights["arr_delay"], errors="coerce")
    flights = flights.dropna(subset=["arr_delay"])
    flights = flights.merge(weather, on=["origin", "time_hour"], how="left", validate="m:1")
    flights = flights.merge(planes, on="tailnum", how="left", validate="m:1")
    flights["late"] = flights["arr_delay"] > 15
    flights.to_parquet(file)
    print(len(flights))


if __name__ == "__main__":
    main()
