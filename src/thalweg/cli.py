"""The command line. Exit status: 0 done, 1 the run failed, 2 the file or the arguments are wrong, 130 interrupted."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from thalweg import __version__
from thalweg.core.errors import ThalwegError

INTERRUPTED = 130
AGAIN = "interrupted; run the same command again to go on from here"

app = typer.Typer(
    name="thalweg",
    help="Deep learning on big data: from raw tables to a judged, deployable network.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a value of the file.")
]
Json = Annotated[bool, typer.Option("--json", help="Progress on stderr, one JSON object on stdout.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
File = Annotated[Path, typer.Argument(help="A pipeline file (YAML).")]


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Deep learning on big data: from raw tables to a judged, deployable network."""
    if show:
        print(f"thalweg {__version__}")
        raise typer.Exit


@contextmanager
def told(debug: bool = False) -> Iterator[None]:
    """Turn errors into a message and an exit status."""
    try:
        yield
    except ThalwegError as error:
        if debug:
            raise
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(error.exit_status) from error
    except KeyboardInterrupt:
        print(AGAIN, file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None


def _answer(value: dict[str, Any], as_json: bool, show: Callable[[dict[str, Any]], None]) -> None:
    if as_json:
        print(json.dumps(value, ensure_ascii=False, default=str))
    else:
        show(value)


@app.command()
def run(
    file: File,
    settings: Set = None,
    until: Annotated[str | None, typer.Option(metavar="STAGE", help="Stop after this stage.")] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Run a pipeline: read, clean, join, mine, train, judge, bundle. What is finished already is not done again."""
    with told(debug):
        from thalweg.core.progress import chosen
        from thalweg.pipeline.run import run_file
        from thalweg.pipeline.show import show_run

        _answer(run_file(file, settings or (), until, chosen(as_json)), as_json, show_run)


@app.command()
def plan(
    file: File,
    settings: Set = None,
    sql: Annotated[bool, typer.Option("--sql", help="Show the SQL of the stages that have run.")] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show the stages, what is cached and why not, and an estimate of memory, disk and time; run nothing."""
    with told(debug):
        from thalweg.pipeline.plan import plan_file
        from thalweg.pipeline.show import show_plan

        _answer(plan_file(file, settings or (), sql), as_json, show_plan)


@app.command()
def init(
    data: Annotated[list[str], typer.Argument(help="Files, folders, databases or samples.")],
    target: Annotated[str | None, typer.Option(help="The column to predict; proposed if left out.")] = None,
    table: Annotated[
        str | None, typer.Option(help="The table whose rows are the dataset's; proposed if left out.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path(
        "pipeline.yaml"
    ),
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Find tables, keys, references, a target; write a commented pipeline file that runs as it is."""
    with told(debug):
        from thalweg.pipeline.init import write_pipeline
        from thalweg.pipeline.show import show_draft

        _answer(write_pipeline(data, output, target, table), as_json, show_draft)


@app.command()
def profile(
    data: Annotated[str, typer.Argument(help="A file, a table of a database or a sample.")],
    page: Annotated[
        Path | None,
        typer.Option("--page", "-o", metavar="FILE.html", help="Write a page too, and FILE.json beside it."),
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """What the columns of a table hold and mean, what repeats, what goes together, what tells what."""
    with told(debug):
        from thalweg.mine.show import show_profile
        from thalweg.pipeline.look import profile_data, write_profile

        found = profile_data(data)
        numbers = write_profile(found, page) if page is not None else None
        _answer(found, as_json, show_profile)
        if numbers is not None:
            print(f"wrote {page} and {numbers}", file=sys.stderr)


@app.command()
def predict(
    bundle: Annotated[Path, typer.Argument(help="The folder or zip of a bundle.")],
    data: Annotated[str, typer.Argument(help="Any source with the columns the model was trained on.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A .parquet or .csv file to write.")],
    rows: Annotated[
        int, typer.Option(help="Rows of a part; a killed command goes on after the last whole part.")
    ] = 262_144,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Answer for every row of any source, larger than memory, and write predictions and probabilities."""
    with told(debug):
        from thalweg.core.progress import chosen
        from thalweg.deployment.predict import predict_file
        from thalweg.pipeline.show import show_prediction

        _answer(predict_file(bundle, data, output, rows, chosen(as_json)), as_json, show_prediction)


@app.command()
def samples(as_json: Json = False, debug: Debug = False) -> None:
    """Public datasets that can be read by name."""
    with told(debug):
        from thalweg.pipeline.show import show_samples
        from thalweg.sources.samples import listed

        _answer({"samples": listed()}, as_json, show_samples)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the pipeline file, for editors."""
    with told():
        from thalweg.pipeline.schema import json_schema

        print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command()
def doctor(as_json: Json = False) -> None:
    """What is installed, what is missing, and what the machine has."""
    with told():
        from thalweg.pipeline.doctor import diagnose
        from thalweg.pipeline.show import show_diagnosis

        _answer(diagnose(), as_json, show_diagnosis)


class Interrupts:
    """Remembers that Ctrl-C was pressed, since a library may turn the interruption into an error of its own."""

    def __init__(self) -> None:
        self.pressed = False

    def __enter__(self) -> None:
        signal.signal(signal.SIGINT, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.pressed = True
        raise KeyboardInterrupt

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self.pressed and error is not None and not isinstance(error, SystemExit):
            print(AGAIN, file=sys.stderr)
            sys.exit(INTERRUPTED)


def main() -> None:
    """The entry point of the `thalweg` command."""
    with Interrupts():
        app(standalone_mode=True)
