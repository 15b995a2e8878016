"""Will a flight be late? Rows split at random, so that the network may know the day's other flights."""

from benchmarks.places import RECIPES
from benchmarks.quality import Question, judge
from benchmarks.record import Result


def measure() -> Result:
    """`recipes/flights-random.yaml` as it is."""
    recipe = RECIPES / "flights-random.yaml"
    return judge(
        Question("quality_flights_random", "flights, split at random", recipe, "late", 0.010, ensemble=True)
    )
