"""Does a person earn more than $50,000? The census of 1994 (Adult), its published split."""

from benchmarks.places import RECIPES, data
from benchmarks.quality import Question, judge
from benchmarks.record import Published, Result

PUBLISHED = Published(0.928, "boosted trees on this split, as commonly reported; 87.3% accuracy")


def measure() -> Result:
    """`recipes/adult.yaml`: 32,561 people to learn from, 16,281 to be judged on."""
    folder = data("adult")
    settings = [f"sources.{part}.path={folder / f'adult.{part}'}" for part in ("data", "test")]
    recipe = RECIPES / "adult.yaml"
    return judge(Question("quality_adult", "Adult", recipe, "rich", -0.003, settings, PUBLISHED))
