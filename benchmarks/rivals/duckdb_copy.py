"""DuckDB alone: one query over CSV files, copied to Parquet.

    python duckdb_copy.py QUERY FILE MEMORY SCRATCH

The bare cost of reading, joining and writing the same rows, with the same memory and all cores.
"""

import sys

import duckdb


def main() -> None:
    query, file, memory, scratch = sys.argv[1:]
    with duckdb.connect(config={"memory_limit": memory, "temp_directory": scratch}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"copy ({query}) to '{file}' (format parquet)")


if __name__ == "__main__":
    main()
