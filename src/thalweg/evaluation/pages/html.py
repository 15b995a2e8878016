"""HTML whose text is escaped unless it was made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

LONGEST = 100  # characters of a cell or a name
OUTPUTS = 6


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


class Section(NamedTuple):
    """A part of the page: where it is linked to, its title, what it says in a sentence, and what it shows."""

    anchor: str
    title: str
    lead: str
    body: Html


def text(value: Any) -> Html:
    """Any value as HTML; what is HTML already as it is."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def tag(name: str, *children: Any, **attributes: Any) -> Html:
    """An element. `class_` is written `class`, `data_x` as `data-x`; what is None is left out."""
    named = {
        key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value is not None
    }
    written = "".join(f' {key}="{escape(str(value))}"' for key, value in named.items())
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def join(parts: Iterable[Any]) -> Html:
    """Parts side by side; None is nothing."""
    return Html("".join(text(part) for part in parts if part is not None))


def cut(value: Any) -> Any:
    """Plain text no longer than a cell bears; anything else as it is."""
    if isinstance(value, Html) or not isinstance(value, str) or len(value) <= LONGEST:
        return value
    return value[: LONGEST - 1] + "…"


def shown(outputs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The outputs that the page has room for; `report.json` has them all."""
    return list(outputs.items())[:OUTPUTS]


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], numbers: int | None = None) -> Html:
    """A table that scrolls sideways where the screen is narrow.

    The last `numbers` columns (all but the first, where not said) are set to the right.
    """
    from_right = len(head) - 1 if numbers is None else numbers
    kinds = [None if index < len(head) - from_right else "n" for index in range(len(head))]
    top = tag(
        "tr",
        *(tag("th", cut(name), class_=kind, scope="col") for name, kind in zip(head, kinds, strict=True)),
    )
    body = [
        tag("tr", *(tag("td", cut(cell), class_=kind) for cell, kind in zip(row, kinds, strict=True)))
        for row in rows
    ]
    return tag("div", tag("table", tag("thead", top), tag("tbody", *body)), class_="table")


def details(title: str, *body: Any) -> Html:
    """What is there for those who look for it."""
    return tag("details", tag("summary", title), *body)


def code(value: Any) -> Html:
    """A name from the data or the file, set apart from the sentence."""
    return tag("code", cut(str(value)))


def chip(words: Any, kind: str) -> Html:
    """A word that stands out: `good`, `bad` or `plain`."""
    return tag("span", words, class_=f"chip {kind}")


def paragraph(*parts: Any, class_: str | None = None) -> Html:
    return tag("p", *parts, class_=class_)


def subtitle(words: Any) -> Html:
    return tag("h3", words)


def columns(*parts: Any) -> Html:
    """Side by side where there is room."""
    return tag("div", *parts, class_="columns")
