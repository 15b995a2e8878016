"""DuckDB alone: `python duckdb_summarize.py FILE.csv` prints SUMMARIZE of the file, with DuckDB's own defaults."""

from __future__ import annotations

import sys

import duckdb

if __name__ == "__main__":
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        summary = f"summarize select * from read_csv('{sys.argv[1]}', nullstr = '')"
        print(*connection.execute(summary).fetchall(), sep="\n")
