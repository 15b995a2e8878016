"""What the stage of integration leaves behind in a run."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as parquet
from ruamel.yaml import YAML

from thalweg.pipeline import facts
from thalweg.pipeline.read import read
from thalweg.pipeline.run import prepare, run_file

FILE = """\
name: orders
sources: {orders: orders.csv, customers: customers.csv}
integrate:
  - from: orders
  - references: {table: customers, on: customer, else: quarantine}
dataset: {split: {random: {key: [id]}}}
model: {outputs: {paid: binary}, network: mlp}
compute: {data: {duckdb: {memory: 256MB, threads: 2}}}
"""


def written(folder: Path) -> Path:
    lines = [f"{n},c{n % 7},{n % 2}" for n in range(70)]
    (folder / "orders.csv").write_text("\n".join(["id,customer,paid", *lines]) + "\n")
    (folder / "customers.csv").write_text("customer,city\n" + "".join(f"c{n},x\n" for n in range(5)))
    (folder / "orders.yaml").write_text(FILE)
    return folder / "orders.yaml"


def test_rows_set_aside_reach_the_ledger_the_runs_quarantine_and_the_report(tmp_path: Path) -> None:
    file = written(tmp_path)
    for _ in range(2):  # made, then found again
        answer = run_file(file, until="integrate")
        assert answer["rows"] == {"in": 70, "kept": 50, "merged": 0, "dropped": 0, "quarantined": 20}
        rows = parquet.read_table(tmp_path / "runs/orders/quarantine/integrate-orders.parquet").to_pylist()
        assert [row["id"] for row in rows] == [n for n in range(70) if n % 7 in (5, 6)]
        assert {row["step"] for row in rows} == {"references customers"}
    rule = "no row of customers with the same customer"
    (entry,) = (e for e in json.loads((tmp_path / "runs/orders/ledger.json").read_text()) if e["reasons"])
    assert entry["reasons"] == [{"fate": "quarantined", "rule": rule, "rows": 20}]
    pipeline, source = read(file, ())
    run = prepare(pipeline, source, tmp_path)
    try:
        (told,) = facts._quarantine(run, [each for stage in run.stages[:3] for each in stage.entries(run)])
    finally:
        run.close()
    assert (told["stage"], told["table"], told["rule"], told["rows"]) == ("integrate", "orders", rule, 20)
    assert [row["id"] for row in told["examples"]] == [5, 6, 12]


LEARNS = """\
name: learns
sources: {sales: sales.csv, more: more.csv}
clean: {sales: auto}
integrate:
  - from: sales
  - union: {table: more, match: auto, score: 0.5}
  - pivot: {by: [shop], column: product, values: {amount: sum}}
dataset: {split: {group: {column: shop}}}
model: {outputs: {amount_tea: number}, network: mlp}
compute: {data: {duckdb: {memory: 256MB, threads: 2}}}
"""


def test_what_was_learnt_is_written_into_the_resolved_file_which_runs_to_the_same_table(
    tmp_path: Path,
) -> None:
    rows = [f"s{n // 4}, {('tea', 'rice', 'oil', 'tea')[n % 4]} ,{n}" for n in range(200)]
    (tmp_path / "sales.csv").write_text("\n".join(["shop,product,amount", *rows]) + "\n")
    more = [line.replace("s", "t", 1) for line in rows]
    (tmp_path / "more.csv").write_text("\n".join(["shop,products,amount", *more]) + "\n")
    (tmp_path / "learns.yaml").write_text(LEARNS)
    run_file(tmp_path / "learns.yaml", until="integrate")
    text = (tmp_path / "runs/learns/resolved.yaml").read_text()
    resolved = YAML(typ="safe").load(text)
    assert "auto" not in {step["kind"] for step in resolved["clean"]["sales"]}
    start, union, pivot = resolved["integrate"]
    assert (start["kind"], union["match"], union["columns"]) == ("from", "name", {"products": "product"})
    assert set(pivot["take"]) >= {"tea", "rice", "oil"}
    (tmp_path / "again.yaml").write_text(text.replace("name: learns", "name: again", 1))
    run_file(tmp_path / "again.yaml", until="integrate")
    first, second = (
        parquet.read_table(tmp_path / f"runs/{name}/integrate/data.parquet") for name in ("learns", "again")
    )
    assert first.sort_by("__row").equals(second.sort_by("__row"))
    assert (tmp_path / "runs/again/resolved.yaml").read_text() == text.replace(
        "name: learns", "name: again", 1
    )
