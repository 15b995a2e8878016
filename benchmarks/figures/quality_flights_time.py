"""Will a flight be late? Learn from the year's past, be judged on its future."""

from benchmarks.places import RECIPES
from benchmarks.quality import Question, judge
from benchmarks.record import Result


def measure() -> Result:
    """`recipes/flights.yaml` as it is."""
    return judge(
        Question("quality_flights_time", "flights, split by time", RECIPES / "flights.yaml", "late", 0.0)
    )
