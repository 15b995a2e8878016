"""Files in an object store: a real S3 server (moto) on loopback."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, SourceError
from thalweg.sources.source import Source

KEY = "s3cr3tkey"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def put(port: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], Any]:
    """`put("sales/a.csv", b"…")`: an object in the bucket `shop`."""
    boto3 = pytest.importorskip("boto3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "me")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1")
    client.create_bucket(Bucket="shop")
    return lambda key, content: client.put_object(Bucket="shop", Key=key, Body=content)


@pytest.fixture
def at(port: int) -> Callable[..., dict[str, Any]]:
    """`at("csv", "a.csv")`: a source in the bucket `shop`."""
    store = {"endpoint": f"127.0.0.1:{port}", "use_ssl": False}
    return lambda kind, key, **more: {"kind": kind, "path": f"s3://shop/{key}", "s3": store, **more}


def parquet(**columns: list) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_text_of_every_kind(read: Callable, put: Callable, at: Callable) -> None:
    put("t/a.csv", "名,n\n深,1\n泓,2\n".encode())
    put("t/b.csv.gz", gzip.compress("名,n\n线,3\n".encode()))
    put("t/c.jsonl", b'{"a": 1}\n{"a": 2}\nnot json\n')
    assert read(at("csv", "t/a.csv")).rows == [{"名": "深", "n": 1}, {"名": "泓", "n": 2}]
    assert read(at("csv", "t/*.csv*")).column("n") == [1, 2, 3]
    found = read(at("json", "t/c.jsonl"))
    assert found.column("a") == [1, 2]
    assert found.rejected[0]["file"].endswith("shop/t/c.jsonl")


def test_parquet_with_partitions(read: Callable, put: Callable, at: Callable) -> None:
    for year in (2023, 2024):
        put(f"sales/year={year}/a.parquet", parquet(v=[year * 10]))
    for path in ("sales/", "sales/**/*.parquet", "sales/*/*.parquet"):
        assert read(at("parquet", path)).rows == [{"v": 20230, "year": 2023}, {"v": 20240, "year": 2024}]
    one = read(at("parquet", "sales/year=2024/a.parquet"))
    assert one.rows == [{"v": 20240}]


def test_the_endpoint_may_come_from_the_environment(
    read: Callable, put: Callable, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("e.csv", b"a\n1\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    assert read("s3://shop/e.csv").column("a") == [1]


def test_the_fingerprint_follows_the_objects(put: Callable, at: Callable, tmp_path: Path) -> None:
    put("f/a.csv", b"a\n1\n")
    source = parse(Source, at("csv", "f/*.csv"))
    before = source.fingerprint(tmp_path)
    assert source.fingerprint(tmp_path) == before
    put("f/b.csv", b"a\n2\n")
    assert source.fingerprint(tmp_path) != before
    assert source.size(tmp_path) is None


def test_what_is_missing(read: Callable, put: Callable, at: Callable) -> None:
    put("m/orders.csv", b"a\n1\n")
    with pytest.raises(
        SourceError, match=r"there is no object s3://shop/m/ordres\.csv\n  did you mean 'orders\.csv'\?"
    ):
        read(at("csv", "m/ordres.csv"))
    with pytest.raises(SourceError, match=r"there is no object s3://shop/m/\*\.tsv"):
        read(at("csv", "m/*.tsv"))
    with pytest.raises(SourceError, match=r"there is no object s3://no-such-bucket/a\.csv"):
        read({**at("csv", "x.csv"), "path": "s3://no-such-bucket/a.csv"})
    with pytest.raises(
        (ComponentError, SourceError), match="expected paths that all start with s3://, or none"
    ):
        read({"csv": ["s3://shop/m/orders.csv", "b.csv"]})


def test_nobody_answers(read: Callable, put: Callable) -> None:
    store = {"endpoint": "127.0.0.1:9", "use_ssl": False}
    with pytest.raises(SourceError, match=r"no object store answers at 127\.0\.0\.1:9: ") as raised:
        read({"kind": "csv", "path": "s3://shop/a.csv", "s3": store})
    assert KEY not in str(raised.value)
