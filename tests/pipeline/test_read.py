"""Every mistake in a file is told with its line, its key, and what was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from thalweg.core.errors import PipelineError
from thalweg.pipeline.read import read


def message(file: Path, *settings: str) -> str:
    with pytest.raises(PipelineError) as caught:
        read(file, settings)
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_a_right_file_is_read(course: Callable[..., Path]) -> None:
    pipeline, written = read(course())
    assert list(pipeline.sources) == ["trips", "cars"]
    assert [step.kind for step in pipeline.clean["trips"]] == ["missing", "duplicates", "expect"]
    assert written.where(("clean", "trips", 1)) == "small.yaml:9 (clean.trips[1])"


def test_an_unknown_key_is_told_with_the_nearest(course: Callable[..., Path]) -> None:
    assert "small.yaml:18 (train.epoch): unknown key 'epoch'; did you mean 'epochs'?" in message(
        course(("epochs: 3", "epoch: 3"))
    )


def test_an_unknown_section_is_told(course: Callable[..., Path]) -> None:
    assert "small.yaml:3 (source): unknown key 'source'; did you mean 'sources'?" in message(
        course(("sources:", "source:"))
    )


def test_an_unknown_kind_is_told(course: Callable[..., Path]) -> None:
    text = message(course(("- duplicates:", "- duplicate:")))
    assert "small.yaml:9 (clean.trips[1])" in text
    assert "unknown kind of step 'duplicate'; did you mean 'duplicates'?" in text


def test_an_unknown_key_of_a_component_is_told_with_its_line(course: Callable[..., Path]) -> None:
    text = message(course(("layers: [16]", "layer: [16]")))
    assert "small.yaml:17 (model.network.layer): unknown key 'layer'; did you mean 'layers'?" in text


def test_a_wrong_type_is_told(course: Callable[..., Path]) -> None:
    text = message(course(("epochs: 3", "epochs: many")))
    assert "small.yaml:18 (train.epochs)" in text
    assert "integer" in text
    assert "'many'" in text


def test_all_mistakes_are_told_at_once(course: Callable[..., Path]) -> None:
    text = message(course(("epochs: 3", "epochs: many"), ("seed: 3", "seed: -3")))
    assert "small.yaml:2 (seed)" in text
    assert "small.yaml:18 (train.epochs)" in text


def test_a_missing_key_is_told(course: Callable[..., Path]) -> None:
    assert "the key 'outputs' is needed and missing" in message(course(("  outputs: {late: binary}\n", "")))


def test_yaml_that_does_not_parse_is_told_with_its_line(course: Callable[..., Path]) -> None:
    text = message(course(("seed: 3", "seed: [3")))
    assert "this is not valid YAML" in text
    assert "small.yaml:" in text


def test_a_key_written_twice_is_told(course: Callable[..., Path]) -> None:
    assert "this is not valid YAML" in message(course(("seed: 3", "seed: 3\nseed: 4")))


def test_a_missing_file_is_told_with_the_nearest(course: Callable[..., Path]) -> None:
    file = course()
    assert "did you mean 'small.yaml'?" in message(file.with_name("smal.yaml"))


def test_a_table_that_is_cleaned_must_be_a_source(course: Callable[..., Path]) -> None:
    text = message(course(("clean:\n  trips:", "clean:\n  trip:")))
    assert "there is no source 'trip' to clean; did you mean 'trips'?" in text


def test_settings_change_values_and_open_short_forms(course: Callable[..., Path]) -> None:
    file = course(("network: {kind: mlp, layers: [16]}", "network: mlp"))
    pipeline, _ = read(
        file, ["train.epochs=7", "model.network.mlp.layers=[8, 8]", "clean.trips.0.missing.km=drop"]
    )
    assert pipeline.train.epochs == 7
    assert pipeline.model.network.written()["layers"] == [8, 8]


def test_a_setting_without_a_value_is_told(course: Callable[..., Path]) -> None:
    assert "expected --set key=value, received 'train.epochs'" in message(course(), "train.epochs")


def test_a_wrong_setting_that_the_file_does_not_have_is_told(course: Callable[..., Path]) -> None:
    text = message(course(), "dataset.shard_rows=7")
    assert "(dataset.shard_rows): Input should be greater than or equal to 1024, received 7" in text


def test_a_setting_past_the_end_of_a_list_is_told(course: Callable[..., Path]) -> None:
    assert "expected a position below 3, received '9'" in message(course(), "clean.trips.9.missing=x")


def test_nothing_in_a_file_is_executed(course: Callable[..., Path]) -> None:
    file = course(("seed: 3", "seed: !!python/object/apply:os.system ['touch owned']"))
    message(file)
    assert not (Path.cwd() / "owned").exists()
    assert not (file.parent / "owned").exists()
