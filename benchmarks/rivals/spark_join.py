"""The cleaning and the join of flights in Spark, on two cores: python spark_join.py FOLDER FILE; prints the rows."""

import sys
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col


def main() -> None:
    folder, file = Path(sys.argv[1]), sys.argv[2]
    settings = {"spark.ui.enabled": "false", "spark.driver.memory": "3g", "spark.sql.shuffle.partitions": "8"}
    settings["spark.sql.ansi.enabled"] = "false"  # else the first word for a number ends the job
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()

    def read(name: str) -> DataFrame:
        return spark.read.csv(str(folder / f"{name}.csv"), header=True, inferSchema=True)

    weather = read("weather").dropDuplicates(["origin", "time_hour"])
    flights = read("flights").withColumn("arr_delay", col("arr_delay").try_cast("double"))
    flights = flights.dropna(subset=["arr_delay"]).join(weather, ["origin", "time_hour"], "left")
    flights = flights.join(read("planes"), "tailnum", "left").withColumn("late", col("arr_delay") > 15)
    flights.write.parquet(file)
    print(spark.read.parquet(file).count())
    spark.stop()


if __name__ == "__main__":
    main()
