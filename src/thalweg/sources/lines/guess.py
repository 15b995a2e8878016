"""What a delimited file does not say: its delimiter, whether its first line names the columns, and their types.

Types are guessed from a sample of sound records. A column has the narrowest type that all values of the sample have,
or, since one slip of the hand should not turn numbers into text, that all but one in a hundred have; the others are
then bad cells, whose rows go to quarantine. Usual spellings of a missing value (`NA`, `?` …) are no slips: where they
stand between numbers the column stays text, and a note says which `nulls` to declare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlglot import exp

from thalweg.core.errors import DataError
from thalweg.engines import sql
from thalweg.engines.engine import Session
from thalweg.sources.lines.engine_reader import Values, position, read_csv, sniff_csv
from thalweg.sources.lines.records import Grammar, records

SAMPLE = 20_480  # records
LOOK = 2**18  # bytes looked at for the delimiter
DELIMITERS = ",\t;|"
GLANCE, GLANCE_DOUBT = 1_000, 0.1  # records looked at first, for few text columns are worth a look at all
DOUBT = 0.01  # the share of values that may contradict a type before the type is wrong
NARROW_FIRST = ("BIGINT", "DOUBLE", "DATE", "TIMESTAMP")
MISSING = {"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", ".", "?", "unknown", "missing"}
LEADING_ZERO = r"^\s*[-+]?0[0-9]"


def delimiter(text: bytes, quote: str) -> str:
    """The delimiter that cuts most lines into equally many fields: `,`, tab, `;` or `|`; `,` where none does."""
    content = text.decode("utf-8", "replace")
    if quote:
        mark = re.escape(quote)
        content = re.sub(rf"{mark}(?:[^{mark}]|{mark}{mark})*+{mark}", "", content)
    lines = [line for line in content.splitlines() if line.strip()][:1000]
    scores = {sign: _regularity([line.count(sign) for line in lines]) for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: scores[sign])


def _regularity(counts: list[int]) -> tuple[int, int]:
    """How many lines hold the commonest number of a sign that is not 0, and that number."""
    common = Counter(count for count in counts if count)
    return max(((lines, count) for count, lines in common.items()), default=(0, 0))


@dataclass(frozen=True)
class Guess:
    """Whether the first record is a header; column types by position; formats of dates; what to tell of a column."""

    header: bool
    types: tuple[str, ...]
    date_format: str | None
    timestamp_format: str | None
    notes: Mapping[int, str]


def sample(files: Sequence[Path], grammar: Grammar, skip: int, width: int | None, target: Path) -> int:
    """Write the first sound records of files, those of `width` fields (left out: the commonest number), to `target`.

    Returns how many fields they have; 0 where there are none. A first record equal to that of the first file, a
    header, is written once.
    """
    each = max(SAMPLE // len(files), 100)
    taken = [_first(file, grammar, skip, each) for file in files[: SAMPLE // 100]]
    head = next((texts[0] for texts in taken if texts), None)
    texts = [
        text for n, found in enumerate(taken) for i, text in enumerate(found) if n == 0 or i or text != head
    ]
    widths = [len(grammar.split(text)) for text in texts]
    if width is None:
        width = max(Counter(widths).items(), key=lambda found: (found[1], found[0]), default=(0, 0))[0]
    with target.open("wb") as file:
        file.writelines(t.rstrip(b"\r\n") + b"\n" for t, w in zip(texts, widths, strict=True) if w == width)
    return width


def _first(path: Path, grammar: Grammar, skip: int, most: int) -> list[bytes]:
    with path.open("rb") as file:
        sound = (r.text for r in records(file, grammar, skip) if r.sound and r.text.strip(b"\r\n"))
        return [text for text in islice(sound, most) if decodes(text)]


def decodes(text: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def guess(
    session: Session, file: Path, grammar: Grammar, values: Values, width: int, header: bool | None
) -> Guess:
    """Guess from a sample what its file does not say."""
    names = ("HasHeader", "Columns", "DateFormat", "TimestampFormat")
    query = exp.select(*(sql.column(name) for name in names)).from_(sniff_csv(file, grammar, values, header))
    try:
        ((found_header, columns, date_format, timestamp_format),) = session.rows(query)
        types = [column["type"] for column in columns]
    except (
        DataError
    ):  # the sniffer gives up where no line is like another: text it is, and every line is judged
        found_header, types, date_format, timestamp_format = header is not False, [], None, None
    if len(types) != width:
        types, date_format, timestamp_format = ["VARCHAR"] * width, None, None
    is_header = found_header if header is None else header
    better, notes = _doubted(session, file, grammar, values, types, is_header)
    return Guess(is_header, better, date_format, timestamp_format, notes)


def _doubted(
    session: Session, file: Path, grammar: Grammar, values: Values, types: Sequence[str], header: bool
) -> tuple[tuple[str, ...], dict[int, str]]:
    """The types after a second look at columns taken for text, and notes on those that are nearly something else."""
    rows = read_csv([file], grammar, ["VARCHAR"] * len(types), values, header=header, ignore_errors=True)
    better, notes = list(types), {}
    texts = [index for index, kind in enumerate(types) if kind == "VARCHAR"]
    doubtful = _nearly(session, exp.select(exp.Star()).from_(rows).limit(GLANCE), texts, GLANCE_DOUBT)
    for i, kind in _nearly(session, rows, list(doubtful), DOUBT).items():
        text = sql.column(position(i))
        misfits = sql.select(rows, {"v": text}).where(sql.not_null(text), exp.not_(_fits(i, kind)))
        misfitting = {value for (value,) in session.rows(misfits.distinct())}
        spelled = sorted(value for value in misfitting if value.strip().casefold() in MISSING)
        if spelled:
            notes[i] = f"text, but {kind} if declared as nulls: {', '.join(map(repr, spelled))}"
        elif misfitting and not any(re.match(LEADING_ZERO, value) for value in misfitting):  # `007` is a code
            better[i] = kind
    return tuple(better), notes


def _nearly(
    session: Session, rows: exp.Query | exp.Table, columns: Sequence[int], doubt: float
) -> dict[int, str]:
    """The narrowest type that all but a share of the values of a column have, for the columns that have one."""
    if not columns:
        return {}
    counts = {(i, kind): sql.true_count(_fits(i, kind)) for i in columns for kind in NARROW_FIRST}
    filled = {(i, "all"): exp.Count(this=sql.column(position(i))) for i in columns}
    wanted = {f"{kind} {i}": value for (i, kind), value in {**counts, **filled}.items()}
    (row,) = session.rows(sql.select(rows, wanted))
    found = dict(zip([*counts, *filled], row, strict=True))
    most = {i: max(found[i, kind] for kind in NARROW_FIRST) for i in columns if found[i, "all"]}
    return {
        i: next(kind for kind in NARROW_FIRST if found[i, kind] == fitting)
        for i, fitting in most.items()
        if fitting >= found[i, "all"] * (1 - doubt)
    }


def _fits(index: int, kind: str) -> exp.Expr:
    """Whether a text is a value of a type and nothing is lost by saying so (`1.5` is no BIGINT, `007` no number)."""
    text = sql.column(position(index))
    value = sql.cast(text, kind, strict=False)
    whole = sql.not_null(value)
    if kind in ("BIGINT", "DOUBLE"):
        whole = exp.and_(whole, exp.not_(sql.call("regexp_matches", text.copy(), LEADING_ZERO)))
    if kind == "BIGINT":
        whole = exp.and_(
            whole, exp.EQ(this=sql.cast(text.copy(), "DOUBLE", strict=False), expression=value.copy())
        )
    if kind == "DATE":
        midnight = sql.cast(sql.cast(text.copy(), "TIMESTAMP", strict=False), "DATE")
        exact = exp.EQ(
            this=sql.cast(text.copy(), "TIMESTAMP", strict=False), expression=sql.cast(midnight, "TIMESTAMP")
        )
        whole = exp.and_(whole, exact)
    return whole
