"""What the commands print for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def show_run(answer: Mapping[str, Any]) -> None:
    """What was learnt, the account of rows, and where the report and the bundle are."""
    console = Console(highlight=False)
    rows = answer["rows"]
    console.print(
        f"\n[bold]{rows['in']:,} rows[/] read: {rows['kept']:,} kept, {rows['merged']:,} merged, "
        f"{rows['dropped']:,} dropped, {rows['quarantined']:,} quarantined"
    )
    for sentence in answer.get("learnt", ()):
        console.print(f"• {escape(sentence)}")
    console.print()
    for name in ("report", "bundle", "run"):
        if name in answer:
            console.print(f"{name:<7} {escape(str(answer[name]))}")


def show_draft(answer: Mapping[str, Any]) -> None:
    """What was found and proposed, and what to do next."""
    console = Console(highlight=False, soft_wrap=True)
    joins = f", joined with {', '.join(answer['joins'])}" if answer["joins"] else ""
    console.print(f"{len(answer['tables'])} tables; rows are those of {escape(answer['main'] + joins)}")
    for name, why in answer["skipped"].items():
        console.print(f"left out {escape(name)}: {escape(why)}")
    until = ""
    if answer["target"] is None:
        console.print("no column looks like a target: name one in the file, under model: outputs")
        until = " --until mine"
    else:
        console.print(f"to predict: {escape(answer['target'])} ({answer['task']})")
    console.print(f"wrote {escape(answer['output'])}; now: thalweg run {escape(answer['output'])}{until}")


def show_plan(answer: Mapping[str, Any]) -> None:
    """A line for each stage; then the SQL, where it was asked for."""
    console = Console(highlight=False)
    table = Table("stage", "state", "why", "rows", "memory", "disk", "time", box=None, pad_edge=False)
    for stage in answer["stages"]:
        table.add_row(
            stage["stage"],
            "[green]cached[/]" if stage["cached"] else "[yellow]to run[/]",
            escape("" if stage["cached"] else stage["why"]),
            *(_size(stage[name], unit) for name, unit in (("rows", ""), ("memory", "B"), ("disk", "B"))),
            f"~{stage['seconds']:.0f} s" if stage["seconds"] is not None else "?",
        )
    console.print(table)
    for mined in answer.get("mined", ()):
        console.print(f"\n{mined['miner']} feeds the network: {escape(', '.join(mined['columns']))}")
    console.print(f"\nmemory, disk and time are estimates ({answer['basis']})")
    for name, text in answer.get("sql", {}).items():
        console.print(f"\n[bold]-- {escape(name)}[/]")
        console.print(text, markup=False, soft_wrap=True)


def show_prediction(answer: Mapping[str, Any]) -> None:
    """How many rows were answered, why others were not, and where the answers are."""
    console = Console(highlight=False)
    rows = answer["rows"]
    console.print(f"{rows['kept']:,} of {rows['in']:,} rows answered in {answer['seconds']:.1f} s")
    for reason, count in answer["reasons"].items():
        console.print(f"  {count:,} set aside: {escape(reason)}")
    for what, count in answer["replaced"].items():
        console.print(f"  {count:,} values replaced: {escape(what)}")
    console.print(f"output {escape(answer['output'])}")


def show_samples(answer: Mapping[str, Any]) -> None:
    """The samples there are: what each is, then its tables with their rows."""
    console = Console(highlight=False, soft_wrap=True)
    about = None
    for sample in answer["samples"]:
        if sample["about"] != about:
            about = sample["about"]
            console.print(f"\n[bold]{escape(about)}[/]  ({escape(sample['licence'])})")
        console.print(f"  {escape(sample['name']):<44} {sample['rows']:>9,} rows")


def show_diagnosis(answer: Mapping[str, Any]) -> None:
    """What is installed, a line each."""
    console = Console(highlight=False)
    for name, value in answer.items():
        if isinstance(value, Mapping):
            console.print(f"{name}:")
            for package, found in value.items():
                console.print(f"  {package:<14} {escape(str(found or 'missing'))}")
        else:
            shown = (
                _size(value, "B")
                if name == "memory"
                else ", ".join(value)
                if isinstance(value, list)
                else value
            )
            console.print(f"{name:<10} {escape(str(shown))}")


def _size(value: float | None, unit: str) -> str:
    if value is None:
        return "?"
    for prefix in ("", "k", "M", "G"):
        if value < 1000:
            return f"{value:.3g} {prefix}{unit}".strip()
        value /= 1000
    return f"{value:.3g} T{unit}"
