"""Running DuckDB's SQL on Spark, meaning for meaning."""
