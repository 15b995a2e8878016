"""What a file does not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.engines.engine import Session
from thalweg.sources.lines.engine_reader import Values
from thalweg.sources.lines.guess import Guess, delimiter, guess, sample
from thalweg.sources.lines.records import Grammar

COMMA = Grammar(",")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a,b\n1,2\n", ","),
        (b"a;b\n1,5;2,5\n1,5;2,5\n", ";"),
        (b"|junk\na,b\n1,2\n3,4\n", ","),
        (b'a\tb\n"x,y,z"\t1\n"x,y,z"\t2\n', "\t"),
        (b"a|b|c\n1|2,5|3\n", "|"),
        (b"one column\nof text\n", ","),
        (b"", ","),
    ],
)
def test_delimiters(text: bytes, expected: str) -> None:
    assert delimiter(text, '"') == expected


def write(path: Path, text: bytes) -> Path:
    path.write_bytes(text)
    return path


def test_the_sample_is_of_sound_records(tmp_path: Path) -> None:
    one = write(tmp_path / "1", b'skip\na,b\n1,"x\ny"\n2\n\n3,"open\n4,caf\xe9\n5,z')
    two = write(tmp_path / "2", b"skip\na,b\n6,u\r\n")
    out = tmp_path / "sample"
    assert sample([one, two], COMMA, 1, None, out) == 2
    assert out.read_bytes() == b'a,b\n1,"x\ny"\n5,z\n6,u\n'
    assert sample([one], COMMA, 1, 1, out) == 1
    assert out.read_bytes() == b"2\n"
    assert sample([write(tmp_path / "3", b"\n\n")], COMMA, 0, None, out) == 0


def guessed(session: Session, tmp_path: Path, text: str, **options: bool) -> Guess:
    path = write(tmp_path / "a", text.encode())
    return guess(session, path, COMMA, Values(), text.split("\n")[0].count(",") + 1, options.get("header"))


def test_headers(session: Session, tmp_path: Path) -> None:
    assert guessed(session, tmp_path, "a,b\n1,2\n").header
    assert not guessed(session, tmp_path, "1,2\n3,4\n").header
    assert guessed(session, tmp_path, "1,2\n3,4\n", header=True).header


def test_types_and_formats(session: Session, tmp_path: Path) -> None:
    found = guessed(session, tmp_path, "a,b,c,d\n1,01,31/12/2020,x\n2,02,01/01/2021,y\n")
    assert found.types == ("BIGINT", "VARCHAR", "DATE", "VARCHAR")
    assert found.date_format == "%d/%m/%Y"
    assert found.notes == {}


def test_one_slip_in_a_hundred_is_a_slip(session: Session, tmp_path: Path) -> None:
    def column(*odd: str) -> Guess:
        return guessed(session, tmp_path, "x,y\n" + "".join(f"{v},1\n" for v in [*range(300), *odd]))

    assert column("oops").types == ("BIGINT", "BIGINT")
    assert column("2.5").types == ("DOUBLE", "BIGINT")
    assert column("2.5", "oops").types == ("DOUBLE", "BIGINT")
    assert column(*["oops"] * 4).types == ("VARCHAR", "BIGINT")
    assert column("?").notes == {0: "text, but BIGINT if declared as nulls: '?'"}
    assert column("007").types == ("VARCHAR", "BIGINT")  # codes, not numbers


def test_codes_with_leading_zeros_stay_text(session: Session, tmp_path: Path) -> None:
    rows = [f"{i:05d}" for i in range(300)]
    assert (
        guessed(session, tmp_path, "x,y\n" + "".join(f"{v},1\n" for v in [*rows, "K1A"])).types[0]
        == "VARCHAR"
    )
