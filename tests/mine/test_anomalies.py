import pyarrow.csv as csv
import pytest

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError
from thalweg.mine.miner import Miner


@pytest.fixture(scope="module")
def payments(data):
    found = csv.read_csv(data("creditcard-fraud-sample/creditcard_sample.csv"))
    return {
        name: found[name].combine_chunks()
        for name in found.column_names
        if name.startswith(("V", "Am", "Class"))
    }


def anomalies(**fields: object) -> Miner:
    return parse(Miner, {"anomalies": {"exclude": ["Class"], "trees": 50, **fields}})


def test_most_of_the_strangest_payments_are_frauds(payments, make_table):
    finding = anomalies().mine(make_table("payments", payments))
    assert finding.facts["found"] > 50
    told = finding.facts["anomalies"]
    assert sum(payments["Class"][each["row"]].as_py() for each in told) >= 0.8 * len(
        told
    )  # of all rows 29% are
    scores = [each["score"] for each in told]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > finding.facts["threshold"]
    assert all(each["reasons"] and each["reasons"][0]["fall"] > 0 for each in told)
    assert finding.sentences[1].startswith(f"Row {told[0]['row']:,} (score ")


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_found_where_columns_are_in_disorder(payments, in_disorder, make_table, seed):
    finding = anomalies().mine(make_table("payments", in_disorder(payments, seed)))
    assert (finding.facts["found"], finding.charts, finding.grids) == (0, (), ())
    assert finding.sentences[0].startswith("No row is more unlike")


def test_the_reason_is_the_value_that_stands_out(make_table):
    names = ["a", "b", "c"]
    columns = {
        name: [float((n * step) % 101) for n in range(1000)]
        for name, step in zip(names, (7, 13, 29), strict=True)
    }
    for name in names:
        columns[name][0] = 900.0
    columns["d"] = [float(n % 5) for n in range(1000)]
    told = parse(Miner, {"anomalies": {"trees": 50}}).mine(make_table("t", columns)).facts["anomalies"]
    assert told[0]["row"] == 0
    assert {reason["column"] for reason in told[0]["reasons"]} == set(names)
    assert "900 (0.1% of rows have as much)" in told[0]["reasons"][0]["words"]


def test_columns_without_distances_are_refused(make_table):
    with pytest.raises(ComponentError, match=r"column 'x' is .*; expected numbers, text or booleans"):
        parse(Miner, {"anomalies": {"columns": ["x"]}}).mine(make_table("t", {"x": [[1], [2]]}))
    with pytest.raises(ComponentError, match="none of the columns x tells rows apart"):
        parse(Miner, "anomalies").mine(make_table("t2", {"x": [1, 1, 1]}))
    with pytest.raises(ComponentError, match="table 't3' has no column of numbers"):
        parse(Miner, {"anomalies": {"exclude": ["x"]}}).mine(make_table("t3", {"x": [1, 2, 1]}))
