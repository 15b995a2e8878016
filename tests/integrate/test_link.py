import csv
import sys

import pytest
from pydantic import ValidationError

from thalweg.core.component import parse
from thalweg.core.errors import ComponentError, DataError, MissingExtra
from thalweg.engines import sql
from thalweg.integrate.operation import Operation
from thalweg.integrate.run import integrate

pytest.importorskip("splink")

WORDS = ["river", "bridge", "lantern", "copper", "saddle", "velvet", "orchard"]
WORDS += ["marble", "falcon", "timber", "candle", "harvest", "pepper", "anchor"]


def shops():
    """Two shops with the same 90 goods, described in other words; the second has 10 more, of no one's."""
    names = [
        f"{a} {b} {number + 100}" for number, (a, b) in enumerate(zip(WORDS * 7, WORDS[3:] * 9, strict=False))
    ]
    prices = [10.0 + 3 * number for number in range(len(names))]
    here = {"item": names[:90], "price": prices[:90]}
    other = [f"Fine {name.upper()}!" for name in names[:90]] + [f"sundry {number}" for number in range(10)]
    there = {"item": other, "price": [*prices[:90], *(5000.0 + number for number in range(10))]}
    return here, there


def linked(make_table, here, there, **settings):
    tables = {"here": make_table("here", here), "there": make_table("there", there)}
    link = {"table": "there", "compare": {"item": "text", "price": "number"}, **settings}
    done = integrate([parse(Operation, {"from": "here"}), parse(Operation, {"link": link})], tables)
    return done.table, done.entries[-1]


def test_publications_find_their_partners(make_table, data, rows_of):
    folder = data("entity-resolution/DBLP-ACM")
    tables = {}
    for name, file in (("dblp", "DBLP2"), ("acm", "ACM"), ("true", "DBLP-ACM_perfectMapping")):
        with (folder / f"{file}.csv").open(encoding="latin-1", newline="") as opened:
            tables[name] = list(csv.DictReader(opened))
    true = {(row["idDBLP"], row["idACM"]) for row in tables["true"]}
    some = {"dblp": tables["dblp"][:300], "acm": tables["acm"]}
    made = {
        n: make_table(n, {k: [row[k] or None for row in rows] for k in rows[0]}) for n, rows in some.items()
    }
    compare = {"title": "text", "authors": "text", "year": "number", "venue": "text"}
    link = {"table": "acm", "compare": compare, "keep": "one-to-one", "how": "inner"}
    table = integrate([parse(Operation, {"from": "dblp"}), parse(Operation, {"link": link})], made).table
    names = list(table.columns)
    found = {(row[names.index("id")], row[names.index("acm_id")]) for row in rows_of(table)}
    wanted = {pair for pair in true if pair[0] in {row["id"] for row in some["dblp"]}}
    assert 2 * len(found & wanted) / (len(found) + len(wanted)) >= 0.96


def test_rows_are_linked_counted_and_never_multiply(make_table, rows_of):
    here, there = shops()
    table, entry = linked(make_table, here, there)
    rows = rows_of(table)
    assert list(table.columns) == ["item", "price", "there_item", "there_price", "match_probability"]
    assert [row[-1] for row in rows] == list(range(90))
    assert sum(row[2] == f"Fine {row[0].upper()}!" for row in rows) >= 88
    assert all(row[4] >= 0.5 for row in rows if row[2] is not None)
    assert (entry.rows_in, entry.kept, entry.added) == (90, 90, 0)
    assert entry.notes["matched"] == sum(row[2] is not None for row in rows)
    assert table.lineage["match_probability"] == {"here.item", "here.price", "there.item", "there.price"}


def test_one_to_one_gives_no_row_two_partners_and_all_gives_every_match(make_table, rows_of):
    here, there = shops()
    twice = {name: [*values, values[0]] for name, values in there.items()}
    two_here = {name: [*values, values[1]] for name, values in here.items()}
    table, entry = linked(make_table, two_here, twice, keep="one-to-one")
    partners = [row[2] for row in rows_of(table) if row[2] is not None]
    assert partners.count("Fine RIVER COPPER 100!") == 1
    assert len({row[0] for row in rows_of(table) if row[2] is not None}) == len(partners)
    table, entry = linked(make_table, two_here, twice, keep="all")
    rows = rows_of(table)
    assert entry.added >= 1
    assert len(rows) == entry.rows_out == entry.kept + entry.added
    assert [row[-1] for row in rows] == list(range(len(rows)))
    assert [row[2] for row in rows if row[0] == here["item"][0]].count("Fine RIVER COPPER 100!") == 2


def test_inner_drops_rows_without_a_partner_with_a_reason(make_table):
    here, there = shops()
    alone = {"item": [*here["item"], "zebra quartz 7"], "price": [*here["price"], 99999.0]}
    table, entry = linked(make_table, alone, there, how="inner")
    assert entry.dropped >= 1
    assert entry.kept == table.count()
    assert entry.reasons[0].rule == "no row of there matches with a probability of 0.5 or more"


def test_two_runs_are_alike_to_the_last_bit(make_table, rows_of):
    one, other = (linked(make_table, *shops(), keep="all") for _ in range(2))
    assert rows_of(one[0]) == rows_of(other[0])
    assert one[1] == other[1]


def test_names_of_columns_may_be_anything(make_table, rows_of):
    here, there = shops()
    odd = {'the "item"': here["item"], "价 格": here["price"]}
    strange = {"select; --": there["item"], "c0_l": there["price"]}
    compare = {'the "item"': {"to": "select; --", "kind": "text"}, "价 格": {"to": "c0_l"}}
    table, entry = linked(make_table, odd, strange, compare=compare)
    assert entry.notes["matched"] >= 88
    assert "there_select; --" in table.columns


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"compare": {"itm": "text"}}, "'here' has no column to compare, 'itm'; did you mean 'item'"),
        (
            {"compare": {"item": {"to": "itme"}}},
            "'there' has no column to compare, 'itme'; did you mean 'item'",
        ),
        ({"prefix": ""}, "more than one column would be called 'item', 'price'"),
        ({"compare": {"item": "date"}, "block": [[]]}, "a rule of 'block' is empty"),
        ({"compare": {"item": "txt"}}, "did you mean 'text'"),
        ({"compare": {"item": ["text", "model_number"]}}, "did you mean 'model_numbers'"),
        ({"compare": {"item": ["text", "text"]}}, r"compared twice in the same way: \['text', 'text'\]"),
        ({"probability": "__row"}, "reserved"),
    ],
)
def test_what_is_written_wrongly_is_told(make_table, settings, message):
    with pytest.raises((ComponentError, ValidationError), match=message):
        linked(make_table, *shops(), **settings)


def test_an_empty_table_is_refused(make_table):
    here, _ = shops()
    cells = {"item": ["x"], "price": [1.0], "__row": [0]}
    empty = make_table("there", cells)

    tables = {"here": make_table("here", here), "there": empty.where(sql.is_null(sql.column("item")))}
    link = {"table": "there", "compare": {"item": "text"}}
    with pytest.raises(DataError, match="table 'there' has no rows, so there is nothing to compare"):
        integrate([parse(Operation, {"from": "here"}), parse(Operation, {"link": link})], tables)


def test_a_column_without_values_and_pairs_beyond_the_limit_are_refused(make_table):
    here, there = shops()
    nothing = {**there, "item": [None] * 99 + ["!"]}
    with pytest.raises(
        DataError, match=r"no row of table 'there' has a value to compare in 'item' \(as text\)"
    ):
        linked(make_table, here, nothing)
    same = [{**each, "place": ["x"] * len(each["item"])} for each in (here, there)]
    compare = {"item": "text", "place": "exact"}
    with pytest.raises(DataError, match="more than 5,000 pairs to compare: 9,000 by place: 9,000 pairs"):
        linked(make_table, *same, compare=compare, block="place", most_pairs=5000)


def test_splink_missing_is_told_with_the_command(make_table, monkeypatch):
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(MissingExtra, match=r"pip install 'thalweg\[link\]'"):
        linked(make_table, *shops())


def goods():
    """Two shops that use the same few words for 60 goods, and write two of three numbers of models otherwise."""
    codes = zip("PKDTLW" * 10, "SXMRCVN" * 9, range(60), strict=False)
    models = [f"{a}{b}{100 + 37 * n}{'HKS'[n % 3]}" for a, b, n in codes]
    words = [f"{WORDS[n % 14]} {WORDS[n % 5]}" for n in range(60)]
    written = [(model, f"{model[:2]}-{model[2:]}", f"{model}/B")[n % 3] for n, model in enumerate(models)]
    here = {"item": [f"{word} - {model}" for word, model in zip(words, models, strict=True)]}
    return here, {"item": [f"New {model} {word}" for word, model in zip(words, written, strict=True)]}


def test_numbers_of_models_find_what_words_do_not(make_table, rows_of):
    here, there = goods()
    right = {}
    for kinds in ("text", ["text", "model_numbers"]):
        table, entry = linked(make_table, here, there, compare={"item": kinds}, keep="one-to-one")
        at = {text: n for n, text in enumerate(there["item"])}
        right[str(kinds)] = sum(row[1] is not None and at[row[1]] == row[-1] for row in rows_of(table))
    assert right["['text', 'model_numbers']"] >= 2 * right["text"] >= 20
    assert set(entry.notes["learnt"]) == {"item as text", "item as model_numbers"}
    assert [told.partition(":")[0] for told in entry.notes["blocking"]] == [
        "item as text",
        "item as model_numbers",
    ]


def test_a_model_that_never_settles_is_told(make_table, monkeypatch):
    from thalweg.clean.linkage import judging

    def vanishing(*_):
        raise ValueError("u_probability value 0.0 is below the minimum allowed value of 1e-300")

    class Trained:
        class training:
            estimate_parameters_using_expectation_maximisation = staticmethod(lambda *_, **__: vanishing())

    monkeypatch.setattr(judging, "linker", lambda *_: Trained)
    with pytest.raises(
        DataError, match="no model of matches can be learnt from item, price: some of these repeat"
    ):
        linked(make_table, *shops())
