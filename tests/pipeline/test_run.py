"""A whole run: what it writes, what it finds again, what it makes anew, and what it says when it can't."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from thalweg.core.errors import DataError, PipelineError, SourceError, StorageError
from thalweg.core.files import first_damage
from thalweg.pipeline.run import locked, run_file


class Said:
    """Progress that remembers which stages were made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def say(self, text: str, **facts: Any) -> None:
        if facts.get("cached") is False:
            self.made.append(facts["stage"])

    def task(self, name: str, total: float | None = None) -> Any:
        from thalweg.core.progress import Silent

        return Silent().task(name, total)


def run(file: Path, *settings: str, until: str | None = None) -> tuple[dict[str, Any], list[str]]:
    said = Said()
    return run_file(file, settings, until, said), said.made


EVERY = ["sources", "clean", "integrate", "mine", "dataset", "train", "evaluate", "bundle"]


def test_a_run_from_raw_tables_to_a_bundle(course: Callable[..., Path]) -> None:
    file = course()
    answer, made = run(file)
    assert made == EVERY
    assert answer["status"] == "done"
    # 1,200 trips, 7 of them twice, 2 lines that are no rows; 10 without an answer, 5 with an impossible distance
    assert answer["rows"] == {"in": 1_209, "kept": 1_185, "merged": 7, "dropped": 10, "quarantined": 7}
    assert answer["metrics"]["late"]["roc_auc"] > 0.6
    assert set(answer["baseline"]["late"]) == {"lightgbm", "linear"}
    folder = Path(answer["run"])
    assert Path(answer["report"]).is_file()
    assert first_damage(Path(answer["bundle"])) is None
    assert {path.name for path in (folder / "quarantine").iterdir()} == {
        "sources-trips.parquet",
        "clean-trips.parquet",
    }
    lines = parquet.read_table(folder / "quarantine" / "sources-trips.parquet").to_pydict()
    assert lines["text"] == ["what,is,this", "1,2,3,4,5,6,7"]
    assert lines["line"] == [52, 53]
    entries = json.loads((folder / "ledger.json").read_text())
    assert entries[0]["stage"] == "sources"

    again, made = run(file)
    assert made == []
    assert again["metrics"] == answer["metrics"]


def test_only_what_a_change_touches_is_made_again(course: Callable[..., Path]) -> None:
    file = course()
    run(file)
    assert run(file, "model.network.layers=[8]")[1] == ["train", "evaluate", "bundle"]
    assert run(file, "model.network.layers=[8]", "evaluate.resamples=30")[1] == ["evaluate", "bundle"]
    _, made = run(file, "integrate.1.join.prefix=car_", "evaluate.slices=[]")
    assert made == ["integrate", "mine", "dataset", "train", "evaluate", "bundle"]
    text = (file.parent / "cars.csv").read_text()
    (file.parent / "cars.csv").write_text(text.replace("Saab", "Seat"))
    assert run(file)[1] == [stage for stage in EVERY if stage != "clean"]  # no step cleans the cars


def test_a_damaged_result_is_made_again(course: Callable[..., Path]) -> None:
    file = course()
    answer, _ = run(file, until="dataset")
    shard = next(Path(answer["run"]).glob("dataset/**/*.arrow"))
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert run(file, until="dataset")[1] == ["dataset"]
    assert shard.read_bytes() == whole


def test_until_an_unknown_stage(course: Callable[..., Path]) -> None:
    with pytest.raises(PipelineError, match="there is no stage 'trains'; did you mean 'train'"):
        run(course(), until="trains")


def test_two_runs_in_one_folder(course: Callable[..., Path]) -> None:
    file = course()
    with locked(file.parent / "runs" / "small"), pytest.raises(PipelineError, match="another run is using"):
        run(file)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (("trips.csv", "trisp.csv"), SourceError, "did you mean 'trips.csv'"),
        (("{km: {between", "{kilo: {between"), PipelineError, r"small.yaml:10 .*no column 'kilo'"),
        (("on: car}", "on: cra}"), PipelineError, r"small.yaml:13 .*'cra'; did you mean 'car'"),
        (("{late: binary}", "{lat: binary}"), PipelineError, "no .*column 'lat'; did you mean 'late'"),
        (("exclude: [trip]", "exclude: [tripp]"), PipelineError, "'tripp'.*did you mean 'trip'"),
        (("slices: [make]", "slices: [maker]"), PipelineError, "'maker'; did you mean 'make'"),
        (("- join:", "- derive: {x: 'km +'}\n  - join:"), PipelineError, "'km \\+' is not valid SQL"),
        (("- join:", "- derive: {x: 'kmm + 1'}\n  - join:"), PipelineError, "'kmm'.*did you mean 'km'"),
        (("between: [0, 500]", "between: [5000, 6000]"), DataError, "km"),
        (("on: car}", "on: {hour: year}, how: semi}"), DataError, "no rows|empty|0 rows"),
    ],
)
def test_mistakes_that_only_the_data_shows(
    course: Callable[..., Path], change: tuple[str, str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        run(course(change))


def test_a_target_that_is_constant(course: Callable[..., Path]) -> None:
    file = course(
        ("outputs: {late: binary}", "outputs: {always: binary}"),
        ("- join:", "- derive: {always: 'km >= 0'}\n  - join:"),
    )
    with pytest.raises(DataError, match="always"):
        run(file)


def test_a_target_that_is_all_missing(course: Callable[..., Path]) -> None:
    file = course(
        ("outputs: {late: binary}", "outputs: {never: binary}"),
        ("- join:", "- derive: {never: 'CASE WHEN km < -1 THEN true END'}\n  - join:"),
    )
    with pytest.raises(DataError, match="never"):
        run(file)


def test_what_a_target_came_from_is_no_input(course: Callable[..., Path]) -> None:
    file = course(
        ("outputs: {late: binary}", "outputs: {far: binary}"),
        ("- join:", "- derive: {far: 'km > 200'}\n  - join:"),
    )
    answer, _ = run(file)
    report = json.loads(Path(answer["report"]).with_name("report.json").read_text())
    assert "km" not in [used["column"] for used in report["inputs"]["used"]]
    assert {"column": "km", "target": "far"}.items() <= report["leaks"]["derived"][0].items()


def test_an_input_that_the_target_was_derived_from_can_be_insisted_on(course: Callable[..., Path]) -> None:
    file = course(
        ("outputs: {late: binary}", "outputs: {far: binary}\n  inputs: [km, hour]"),
        ("- join:", "- derive: {far: 'km > 200'}\n  - join:"),
    )
    answer, _ = run(file)
    report = json.loads(Path(answer["report"]).with_name("report.json").read_text())
    assert report["leaks"]["suspects"][0]["column"] == "km"


def test_no_permission_to_write(course: Callable[..., Path]) -> None:
    file = course()
    (file.parent / "runs").write_text("a file where the folder should be")
    with pytest.raises((StorageError, FileExistsError, NotADirectoryError)):
        run(file)
