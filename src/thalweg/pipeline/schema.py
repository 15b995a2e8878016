"""The sections of the user's file. What is left out is filled in here or inferred by the stage that needs it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from thalweg.clean.step import Step
from thalweg.core.component import Component, Section, any_kind, parse
from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean
from thalweg.dataset.split import Split
from thalweg.engines.engine import Engine
from thalweg.evaluation.settings import Evaluate
from thalweg.features.feature import Feature
from thalweg.integrate.operation import Operation
from thalweg.mine.feature_miner import FeatureMiner
from thalweg.mine.miner import Miner
from thalweg.networks.network import Network
from thalweg.sources.source import Source
from thalweg.tasks.task import Task
from thalweg.training.settings import Train


class Dataset(Section):
    """How rows become training, validation and test."""

    split: any_kind(Split) = Field(default_factory=lambda: parse(Split, "random"))  # type: ignore[valid-type]
    """By time (`{by: column}`), at random, by group, stratified, or a column that says it."""
    shard_rows: int = Field(131_072, ge=1_024)
    """Rows in a shard of the encoded dataset, about."""


class Model(Section):
    """What goes in, what comes out, and the network between."""

    inputs: Literal["auto"] | tuple[any_kind(Feature) | Any, ...] = "auto"  # type: ignore[valid-type]
    """Features, names of columns, or `auto`: every column that is fit to be one."""
    exclude: tuple[str, ...] = ()
    """Columns that are never inputs: what is not known yet when a prediction is asked for."""
    outputs: dict[str, any_kind(Task)]  # type: ignore[valid-type]
    """The task of each column to predict."""
    network: any_kind(Network) = Field(default_factory=lambda: parse(Network, "tabular"))  # type: ignore[valid-type]

    @field_validator("outputs")
    @classmethod
    def _at_least_one(cls, outputs: dict[str, Any]) -> dict[str, Any]:
        if not outputs:
            raise ComponentError("expected at least one output, such as {price: number}, received none")
        return outputs


class Compute(Section):
    """Where the work is done."""

    data: any_kind(Engine) = Field(default_factory=lambda: parse(Engine, "duckdb"))  # type: ignore[valid-type]
    """The engine for the stages before training."""


class Pipeline(Section):
    """A whole run, from sources to a bundle."""

    name: str = Field(pattern=r"^[\w][\w .-]*$")
    """Names the folder of the run."""
    question: str | None = None
    """What is asked, in your words, for the head of the report."""
    output: str = "runs"
    """The folder that holds the run's folder, relative to the file."""
    seed: int = Field(0, ge=0)
    """Fixes everything that is drawn by chance: the order of rows, initial weights, dropout. A split has its own."""
    sources: dict[str, any_kind(Source)] = Field(min_length=1)  # type: ignore[valid-type]
    """The raw tables, by name."""
    clean: dict[str, tuple[any_kind(Step), ...]] = Field(default_factory=dict)  # type: ignore[valid-type]
    """The steps for each table, in order; or `auto`."""
    integrate: tuple[any_kind(Operation), ...] = ()  # type: ignore[valid-type]
    """How the tables become one. Left out where there is one source."""
    mine: tuple[any_kind(Miner), ...] = Field(default_factory=lambda: (parse(Miner, "profile"),))  # type: ignore[valid-type]
    """What to find out about the integrated table."""
    dataset: Dataset = Field(default_factory=lambda: Dataset.model_validate({}))
    model: Model
    train: Train = Field(default_factory=Train)
    evaluate: Evaluate = Field(default_factory=Evaluate)
    compute: Compute = Field(default_factory=Compute)

    @field_validator("clean", mode="before")
    @classmethod
    def _one_step_is_a_list(cls, tables: Any) -> Any:
        if not isinstance(tables, dict):
            return tables
        return {name: steps if isinstance(steps, list) else [steps] for name, steps in tables.items()}

    @model_validator(mode="after")
    def _tables_are_known(self) -> Pipeline:
        for table in self.clean:
            if table not in self.sources:
                error = ComponentError(
                    f"there is no source {table!r} to clean; {did_you_mean(table, self.sources)}"
                )
                error.path = ("clean", table)
                raise error
        return self

    @model_validator(mode="after")
    def _mined_columns_have_names_of_their_own(self) -> Pipeline:
        taken: dict[str, str] = {}
        for index, miner in feeding(self).items():
            for name in miner.makes:
                if name.casefold() in taken:
                    error = ComponentError(
                        f"{taken[name.casefold()]} and {miner.kind} would both make a column {name!r}; "
                        f"give one of them a name of its own, such as {{{miner.kind}: {{as_features: true, name: …}}}}"
                    )
                    error.path = ("mine", index)
                    raise error
                taken[name.casefold()] = miner.kind
        return self


def feeding(pipeline: Pipeline) -> dict[int, FeatureMiner]:
    """The miners whose findings become columns for the network, by their place in the file."""
    return {
        index: miner
        for index, miner in enumerate(pipeline.mine)
        if isinstance(miner, FeatureMiner) and miner.as_features
    }


def json_schema() -> dict[str, Any]:
    """JSON Schema of the pipeline file, for editors."""
    schema = Pipeline.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def written(value: Any) -> Any:
    """Any part of a pipeline in full form, as JSON values."""
    if isinstance(value, Component):
        return value.written()
    if isinstance(value, Section):
        return {name: written(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {name: written(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [written(part) for part in value]
    return value
