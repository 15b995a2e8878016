"""Does a person earn more than $50,000? The census of 1994 (Adult), judged on its published test rows."""

from benchmarks.adult import adult_csv
from benchmarks.places import RECIPES
from benchmarks.quality import Question, judge
from benchmarks.record import Published, Result

PUBLISHED = Published(0.928, "boosted trees on this split, as commonly reported; 87.3% accuracy")


def measure() -> Result:
    """`recipes/adult.yaml`: 32,561 people to learn from, 15% of them to choose the epoch; 16,281 to be judged on."""
    settings = (f"sources.people={adult_csv()}",)
    recipe = RECIPES / "adult.yaml"
    return judge(Question("quality_adult", "Adult", recipe, "rich", -0.003, settings, PUBLISHED))
