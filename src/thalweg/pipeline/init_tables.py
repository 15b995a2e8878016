"""The tables in what a user points at: files, folders of files, databases, samples; read, cleaned, their keys found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from thalweg.clean.run import clean
from thalweg.clean.step import Step
from thalweg.core.component import kinds, parse
from thalweg.core.errors import ComponentError, PipelineError, SourceError, ThalwegError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.engines.table import Table
from thalweg.mine.keys import Keyed, keyed
from thalweg.mine.references import Reference, declared_reference
from thalweg.sources.load import Loaded, load
from thalweg.sources.media.unpack import is_archive
from thalweg.sources.source import Place, Source

OTHERS = 5  # files that are no tables, named at most
KEPT_CELLS = 5_000_000  # of a cleaned table, up to which its rows are kept while it is looked at
SHOWN = 10  # tables to choose from
PLAIN = (".txt", ".text", ".data", ".dat")  # endings of tables, and of much else
REFUSED = 0.1  # of the lines of such a file: it is no table then
PACKED = "an archive: unpack it into a folder of its own, and name that"


@dataclass(frozen=True)
class Named:
    """A table by name: how its source is written, and the source. `kind` is written with it where the place alone does
    not show what it is, as of a folder."""

    name: str
    written: str
    source: Source
    kind: str | None = None


@dataclass(frozen=True)
class FoundTable:
    """A table as its source gives it, and as it is after the `steps` that `auto` proposes, with its keys.

    `refused` are lines or files that could not be read as rows.
    """

    named: Named
    raw: Table
    keyed: Keyed
    steps: tuple[Step, ...]
    refused: int = 0

    @property
    def table(self) -> Table:
        return self.keyed.table


@dataclass(frozen=True)
class Found:
    """The tables that could be read; what could not, by name, with the reason."""

    tables: tuple[FoundTable, ...]
    skipped: dict[str, str]


def find_tables(data: Sequence[str], session: Session, scratch: Path) -> Found:
    """Every table of the data, read into a folder that will be thrown away.

    Raises PipelineError where there is no table, none can be read, or two would have one name.
    """
    skipped: dict[str, str] = {}
    named: dict[str, Named] = {}
    for each in (table for place in data for table in _named(place, skipped)):
        if each.name in named and Path(each.written).suffix.lower() in PLAIN:
            skipped[each.written] = (
                f"{named[each.name].written} has the same name: to read both, name them one by one"
            )
            continue
        if each.name in named:
            raise PipelineError(
                f"two tables would be called {each.name!r}: {named[each.name].written} and {each.written}",
                hint="name the files one by one, or give one of them another name",
            )
        named[each.name] = each
    tables = []
    for place, each in enumerate(named.values()):
        try:
            tables.append(_read(each, session, scratch / str(place)))
        except ThalwegError as error:
            skipped[each.written] = error.message
    if not tables:
        raise _nothing(data, skipped)
    return Found(tuple(tables), skipped)


def one_table(place: str) -> Named:
    """The only table of a place. Raises PipelineError where there is none, or there are several."""
    skipped: dict[str, str] = {}
    found = list(_named(place, skipped))
    if not found:
        raise _nothing([place], skipped)
    if len(found) > 1:
        shown = [each.written for each in found[:SHOWN]]
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise PipelineError(
            f"{place} holds {len(found)} tables: which one?", hint=f"name it: {', '.join(shown)}{more}"
        )
    return found[0]


def declared_between(tables: Sequence[FoundTable]) -> list[Reference]:
    """The references that databases declare between these tables."""
    names = {each.named.written.casefold(): each.named.name for each in tables}
    found = []
    for each in tables:
        place, inside, _ = each.named.written.rpartition("#")
        for columns, (other, keys) in each.named.source.declared(Path.cwd()).items() if inside else ():
            name = names.get(f"{place}#{other}".casefold())
            if name is not None:
                found.append(declared_reference(each.named.name, columns, name, keys))
    return found


def _read(named: Named, session: Session, folder: Path) -> FoundTable:
    folder.mkdir(parents=True)
    loaded = load(named.name, named.source, Place(session, Path.cwd()), folder)
    raw = loaded.table
    if Path(named.written).suffix.lower() in PLAIN:
        _refuse_text(loaded)
    cleaned = clean(raw, "auto")
    small = loaded.entry.kept * len(raw.columns) <= KEPT_CELLS
    table = computed(cleaned.table) if small else cleaned.table
    return FoundTable(named, raw, keyed(table), tuple(cleaned.steps), loaded.entry.quarantined)


def _refuse_text(loaded: Loaded) -> None:
    """Raises SourceError where a file that may hold anything does not read as delimited text."""
    if len(loaded.table.columns) == 1:
        raise SourceError("a text, not a table: it has one column")
    entry = loaded.entry
    if entry.quarantined > REFUSED * entry.rows_in:
        raise SourceError(
            f"a text, not a table: {entry.quarantined:,} of its {entry.rows_in:,} lines have other fields than the rest"
        )


def computed(table: Table) -> Table:
    """The rows of a table computed once, in the session: what looks at them often need not clean them each time."""
    names = [*table.columns, *table.hidden]
    kept = table.session.keep(f"init {len(table.session.kept)}", sql.select(table.query, names))
    return replace(table, query=sql.select(kept, names))


def _named(place: str, skipped: dict[str, str]) -> Iterator[Named]:
    """The tables of a place: of each file of a folder, of each table of a database."""
    path = Path(place).expanduser()
    if path.is_dir():
        whole = _whole(path, place)
        yield from [whole] if whole else _in_folder(path, skipped)
        return
    if path.is_file() and (table := _maybe(path)) is not None:
        yield replace(table, written=place)
        return
    yield from _of_source(place, _source(place), skipped)


def _whole(folder: Path, place: str) -> Named | None:
    """A folder that is one table, as its layout shows: of a lake, of partitions, of images …

    Raises PipelineError where it may not be looked into.
    """
    _inside(folder)
    for name, kind in kinds(Source).items():
        source = kind.of_folder(folder)
        if source is not None:
            return Named(folder.resolve().name, place, source, name)
    return None


def _in_folder(folder: Path, skipped: dict[str, str]) -> Iterator[Named]:
    """The files of a folder by name, and folders in it that are one table each; what lies deeper is left, as its names
    would mix."""
    others = []
    for file in _inside(folder):
        if file.name.startswith((".", "_")):
            continue
        if file.is_dir():
            yield from _deeper(file, skipped)
            continue
        try:
            source = parse(Source, str(file))
        except ComponentError:  # its name shows no kind of source
            if (table := _maybe(file)) is not None:
                yield table
            elif is_archive(file.name):
                skipped[str(file)] = PACKED
            else:
                others.append(file.name)
            continue
        yield from _of_source(str(file), source, skipped)
    if others:
        more = f" and {len(others) - OTHERS} more" if len(others) > OTHERS else ""
        skipped[f"{', '.join(others[:OTHERS])}{more}"] = "no kind of table that is known by its ending"


def _deeper(folder: Path, skipped: dict[str, str]) -> Iterator[Named]:
    """A folder in a folder, where it is one table."""
    try:
        whole = _whole(folder, str(folder))
    except ThalwegError as error:
        skipped[str(folder)] = error.message
        return
    if whole is None:
        skipped[str(folder)] = "a folder that is no table as a whole: name it too, to look into it"
    else:
        yield whole


def _inside(folder: Path) -> list[Path]:
    """What a folder holds, by name. Raises PipelineError where it may not be looked into."""
    try:
        return sorted(folder.iterdir())
    except PermissionError as error:
        raise PipelineError(
            f"no permission to read the folder {folder}",
            hint="run as a user who may read it, or change its permissions",
        ) from error


def _maybe(file: Path) -> Named | None:
    """The table that a file may be although its ending says so of many others."""
    for name, kind in kinds(Source).items():
        source = kind.of_file(file)
        if source is not None:
            return Named(_name(str(file)), str(file), source, name)
    return None


def _of_source(place: str, source: Source, skipped: dict[str, str]) -> Iterator[Named]:
    try:
        inside = source.within(Path.cwd())
    except ThalwegError as error:
        skipped[place] = error.message
        return
    for part, table in inside.items():
        yield Named(part.replace('"', ""), f"{place}#{part}", table)
    if not inside:
        yield Named(_name(place), place, source)


def _source(place: str) -> Source:
    try:
        return parse(Source, place)
    except ComponentError as error:
        if "://" in place:
            raise
        missing = "" if Path(place).exists() else "there is no such file or folder, and "
        raise PipelineError(
            f"{place}: {missing}its name does not show what it holds",
            hint="expected a folder; an ending such as .csv, .parquet, .jsonl, .xlsx, .sqlite or .duckdb; an address "
            "such as postgres://HOST/DATABASE; or sample://NAME/TABLE",
        ) from error


def _name(place: str) -> str:
    """`orders` of `shop.db#orders`, `flights` of `data/flights.csv.gz`, `train` of `sample://adult/train`."""
    path, _, table = place.partition("#")
    return table or Path(path).name.partition(".")[0] or "data"


def _nothing(data: Sequence[str], skipped: dict[str, str]) -> PipelineError:
    told = "".join(f"\n  {name}: {why}" for name, why in skipped.items())
    return PipelineError(
        f"found no table that can be read in {', '.join(data)}{':' if told else ''}{told}",
        hint="expected files that end in .csv, .parquet, .jsonl, .arrow, .xlsx or .sqlite, a database with tables, "
        "or a folder of images, of sounds, or of texts in folders of labels",
    )
