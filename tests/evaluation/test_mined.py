import json
import re

from thalweg.evaluation.pages.mined import ROWS, section
from thalweg.mine.exhibit import Chart, Grid, Trace
from thalweg.mine.miner import Finding


def report(**more: object) -> dict:
    finding = Finding(title="What goes <together>", sentences=("a & b",), facts={"n": 1}, **more)
    return {"profile": {"some": finding.model_dump(mode="json")}}


def test_a_finding_shows_its_sentences_size_and_guard_escaped():
    body = section(report(size="9 rows", guard="shuffled <100> times")).body
    assert "What goes &lt;together&gt;" in body
    assert "<li>a &amp; b</li>" in body
    assert "Looked at: 9 rows" in body
    assert "Guard against chance: shuffled &lt;100&gt; times" in body


def test_charts_are_drawn_from_their_traces_with_words_of_the_data_escaped():
    traces = (
        Trace(shape="bars", x=(1, 2.5), y=("<b>one</b>", "two"), name="here"),
        Trace(shape="points", x=(3,), y=("two",), name="there", notes=("<i>",)),
        Trace(shape="line", x=(1, 2), y=(1, 2)),
    )
    chart = Chart(title="Both", traces=traces, sideways=True, marks=(2,))
    body = section(report(charts=(chart,))).body
    (held,) = re.findall(r'<script type="application/json">(.*?)</script>', body)
    figure = json.loads(held)
    bars, points, line = figure["data"]
    assert (bars["type"], bars["orientation"], bars["x"]) == ("bar", "h", [1, 2.5])
    assert bars["y"] == ["&lt;b&gt;one&lt;/b&gt;", "two"]
    assert (points["mode"], points["text"]) == ("markers", ["&lt;i&gt;"])
    assert line["mode"] == "lines"
    assert figure["layout"]["shapes"][0]["x0"] == 2
    assert figure["layout"]["yaxis"]["autorange"] == "reversed"


def test_a_long_table_is_folded():
    grid = Grid(
        title="All", head=("name", "n"), rows=tuple((f"<{n}>", str(n)) for n in range(ROWS + 3)), numbers=1
    )
    body = section(report(grids=(grid,))).body
    assert "The other 3" in body
    assert f"&lt;{ROWS + 2}&gt;" in body
    assert body.count("<tr>") == ROWS + 3 + 2


def test_a_finding_of_columns_has_a_section_of_its_own():
    assert (
        section({"profile": {"profile": {"title": "t", "sentences": ["s"], "facts": {"columns": [1]}}}})
        is None
    )
    assert section({}) is None
