"""JSON lines and arrays."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from thalweg.core.component import parse
from thalweg.core.errors import DataError, SourceError
from thalweg.sources.json import Json
from thalweg.sources.source import Source


@pytest.fixture
def read_json(read: Callable, tmp_path: Path) -> Callable:
    def run(content: str | bytes, name: str = "a.jsonl", **fields: object):
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return read({"kind": "json", "path": name, **fields})

    return run


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.ndjson.gz", "parts/*.jsonl"])
def test_a_name_is_enough(name: str) -> None:
    assert parse(Source, name) == Json(path=name)


def test_the_full_form_reads_back() -> None:
    assert parse(Source, Json.example().written()) == Json.example()


def test_columns_are_the_keys_of_all_objects(read_json: Callable) -> None:
    found = read_json(
        '{"a": 1, "b": {"c": [1, 2]}, "day": "2020-01-31", "at": "2020-01-31T10:00:00", "s": "x"}\n'
        '{"a": 2.5, "late/key": true, "day": "2020-02-01", "s": 7}\n'
    )
    assert found.types == {
        "a": "DOUBLE",
        "b": "STRUCT(c BIGINT[])",
        "day": "DATE",
        "at": "TIMESTAMP",
        "s": "VARCHAR",
        "late/key": "BOOLEAN",
    }
    assert found.rows == [
        {
            **{"a": 1.0, "b": {"c": [1, 2]}, "day": date(2020, 1, 31), "at": datetime(2020, 1, 31, 10)},
            **{"s": "x", "late/key": None},
        },
        {"a": 2.5, "b": None, "day": date(2020, 2, 1), "at": None, "s": "7", "late/key": True},
    ]


def test_a_key_that_comes_late_is_a_column(read_json: Callable) -> None:
    found = read_json(
        "".join(json.dumps({"n": i}) + "\n" for i in range(30_000)) + '{"n": 1.5, "late": "x"}\n'
    )
    assert found.types == {"n": "DOUBLE", "late": "VARCHAR"}
    assert found.rows[-1] == {"n": 1.5, "late": "x"}


def test_lines_that_are_no_objects_are_set_aside(read_json: Callable) -> None:
    found = read_json(b'{"a": 1}\n{broken\n\n[1]\n"s"\n{"a": "caf\xe9"}\n{"a": 2}\n{"a": 3')
    assert [row["a"] for row in found.rows] == [1, 2]
    assert [(row["line"], row["text"], row["rule"]) for row in found.rejected] == [
        (2, "{broken", "not a JSON object"),
        (4, "[1]", "not a JSON object"),
        (5, '"s"', "not a JSON object"),
        (6, '{"a": "caf\\xe9"}', "bytes that are not in the file's encoding"),
        (8, '{"a": 3', "not a JSON object"),
    ]


def test_declared_types_hold(read_json: Callable) -> None:
    content = '{"n": 1, "t": "2020-01-01"}\n{"n": "x"}\n{"n": 2.5}\n{"n": null}\n{"n": "3"}\n{}\n'
    found = read_json(content, columns={"n": "int", "t": "text"})
    assert found.types == {"n": "BIGINT", "t": "VARCHAR"}
    assert found.column("n") == [1, None, 3, None]
    assert [(row["line"], row["rule"]) for row in found.rejected] == [
        (2, "n is not of type BIGINT"),
        (3, "n is not of type BIGINT"),
    ]


def test_an_integer_too_large_is_set_aside(read_json: Callable) -> None:
    found = read_json('{"n": 1}\n{"n": 18446744073709551615}\n')
    assert found.column("n") == [1]
    assert [row["rule"] for row in found.rejected] == ["n is not of type BIGINT"]


def test_several_files_compressed(read: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"a": 1}\n'))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"b": 2}\nx\n'))
    found = read("*.jsonl.gz")
    assert found.rows == [{"a": 1, "b": None}, {"a": None, "b": 2}]
    assert [(Path(row["file"]).name, row["line"]) for row in found.rejected] == [("b.jsonl.gz", 2)]


def test_an_array_of_objects(read_json: Callable) -> None:
    found = read_json(' [{"a": 1, "b": "x"},\n {"a": 2, "c": {"d": 1.5}}]', "a.json")
    assert found.types == {"a": "BIGINT", "b": "VARCHAR", "c": "STRUCT(d DOUBLE)"}
    assert found.rows[1] == {"a": 2, "b": None, "c": {"d": 1.5}}


def test_an_array_cut_short(read_json: Callable) -> None:
    with pytest.raises(SourceError, match=r"a\.json is no array of JSON objects: .* at byte"):
        read_json('[{"a": 1}, {"a": 2', "a.json")


def test_an_array_of_other_things(read_json: Callable) -> None:
    with pytest.raises(SourceError, match="is an array, but not of objects"):
        read_json("[1, 2, 3]", "a.json")


def test_no_line_is_an_object(read_json: Callable) -> None:
    with pytest.raises(
        SourceError, match="none of 2 lines is a JSON object\n  expected an object on each line"
    ):
        read_json("1\nx\n")


def test_an_empty_file(read_json: Callable) -> None:
    with pytest.raises(SourceError, match=r"a\.jsonl is empty"):
        read_json("")


def test_declaring_a_key_that_is_not_there(read_json: Callable) -> None:
    for content, name in (('{"price": 1}\n', "a.jsonl"), ('[{"price": 1}]', "a.json")):
        with pytest.raises(
            SourceError, match="no object has the key 'prize' to declare; did you mean 'price'"
        ):
            read_json(content, name, columns={"prize": "int"})


def test_keys_that_differ_only_in_case(read_json: Callable) -> None:
    with pytest.raises(SourceError, match="names that differ only in case: 'a', 'A'"):
        read_json('{"a": 1, "A": 2}\n')


def test_all_objects_set_aside(read_json: Callable) -> None:
    with pytest.raises(DataError, match="not one of the 1 rows of source 't' could be read"):
        read_json('{"n": "x"}\n', columns={"n": "int"})


def test_an_array_with_a_value_of_another_type_is_not_read(read_json: Callable) -> None:
    assert read_json('[{"n": 2.0}, {"n": null}]', "a.json", columns={"n": "int"}).column("n") == [2, None]
    for value in ("2.5", '"x"'):
        with pytest.raises(SourceError, match="source 't': "):
            read_json(f'[{{"n": 1}}, {{"n": {value}}}]', "a.json", columns={"n": "int"})


ZONED = ["2020-03-29 01:30:00.000001+02:00", "2020-03-29T01:30:00Z"]
IN_UTC = [datetime(2020, 3, 28, 23, 30, 0, 1, tzinfo=UTC), datetime(2020, 3, 29, 1, 30, tzinfo=UTC)]


def lines(values: list) -> str:
    return "".join(json.dumps({"t": value}) + "\n" for value in values)


def array(values: list) -> str:
    return json.dumps([{"t": value} for value in values])


@pytest.mark.parametrize("written", [lines, array])
def test_a_zone_is_not_left_out(read_json: Callable, written: Callable) -> None:
    found = read_json(written(ZONED))
    assert found.types == {"t": "TIMESTAMP WITH TIME ZONE"}
    assert found.column("t") == IN_UTC
    declared = read_json(written(ZONED), columns={"t": "timestamp"})
    assert declared.column("t") == [moment.replace(tzinfo=None) for moment in IN_UTC]


@pytest.mark.parametrize("written", [lines, array])
def test_whole_numbers_of_both_signs(read_json: Callable, written: Callable) -> None:
    found = read_json(written([2**63 - 1, -(2**63), 0]))
    assert found.types == {"t": "BIGINT"}
    assert found.column("t") == [2**63 - 1, -(2**63), 0]


def test_an_array_that_was_cut_off(read_json: Callable) -> None:
    with pytest.raises(SourceError, match="is cut off: its array of objects is not closed"):
        read_json('[{"a": 1},{"a": 2},')
    with pytest.raises(SourceError, match="is empty: it holds no rows"):
        read_json("[]")


def test_one_object_of_many_keys_is_refused_at_once(read_json: Callable) -> None:
    values = {f"item {i}": [1, 2, i] for i in range(12_000)}
    keys = r'12,000 different keys \("item 0", "item 1", "item 2" …\), and each would be a column'
    for content, found in (
        (json.dumps(values), keys.replace("different ", "")),
        (f'{json.dumps(values)}\n{{"item 0": null}}', keys),
        (f"[{json.dumps(values)}]", keys),
    ):
        with pytest.raises(SourceError, match=found) as raised:
            read_json(content, "a.json")
        assert "lines, or one array, of objects that share at most 4,000 keys" in str(raised.value)
        assert 'write an object for each: {"key": "item 0", "value": …}' in str(raised.value)


def test_a_real_object_of_many_keys(read: Callable, data: Callable) -> None:
    path = data("beauty") / "Beauty_item2attributes.json"
    with pytest.raises(SourceError, match="one JSON object with 12,101 keys"):
        read(str(path))


def test_an_object_over_several_lines(read_json: Callable) -> None:
    with pytest.raises(SourceError, match=r"none of 3 lines is a JSON object\n .* put \[ \] around it"):
        read_json(json.dumps({"a": 1}, indent=1), "a.json")


def test_lines_of_many_columns_and_the_misfits_among_them(read_json: Callable) -> None:
    """Time and memory grow with the columns, not with their square; each misfit is told by its own column."""
    rows = [{f"c{k}": (i, k / 7, f"t{i}", k % 2 == 0)[k % 4] for k in range(600)} for i in range(20)]
    rows[3] |= {"c0": "x", "c4": 1.5}
    rows[5]["c8"] = 2**64 - 1
    found = read_json("".join(json.dumps(row) + "\n" for row in rows), columns={"c0": "int", "c4": "int"})
    assert found.rows == [row for i, row in enumerate(rows) if i not in (3, 5)]
    assert [(row["line"], row["rule"]) for row in found.rejected] == [
        (4, "c0 is not of type BIGINT"),
        (6, "c8 is not of type BIGINT"),
    ]


def test_moments_of_which_the_first_are_missing(read_json: Callable) -> None:
    """A column's first values tell that it holds no moments; that it does, all of them."""
    missing = '{"t": null, "s": "2020-01-31"}\n' * 200
    assert read_json(missing + '{"t": "2020-01-31"}\n').types == {"t": "DATE", "s": "DATE"}
    assert read_json(missing + '{"t": "31 is no day", "s": "no"}\n').types == {"t": "VARCHAR", "s": "VARCHAR"}


def test_a_key_twice_in_one_object(read_json: Callable) -> None:
    assert read_json('{"a": 1, "a": 2}\n{"a": 3}\n').column("a") == [1, 3]
