"""The demo once everything is installed: five raw tables to a judged model and its bundle."""

from benchmarks.course import follow
from benchmarks.places import RECIPES
from benchmarks.record import Figure, Result, Target

STAGES = ("sources", "clean", "integrate", "mine", "dataset", "train", "evaluate", "bundle")


def measure() -> Result:
    """`thalweg run recipes/flights.yaml`, nothing cached."""
    course = follow(RECIPES / "flights.yaml")
    seconds, memory = course.process.seconds, course.process.peak_memory / 2**30
    stages = {stage: course.stage_seconds(stage) for stage in STAGES}
    return Result(
        "demo",
        [
            Figure(
                "make demo, after installation",
                seconds,
                "s",
                target=Target("value", "at most", 300),
                runs=stages,
            ),
            Figure("make demo, peak memory", memory, "GiB", headline=False),
        ],
        [f"{name}: {took:.1f} s" for name, took in stages.items()],
    )
