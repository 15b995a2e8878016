import json
import re

import pytest

from thalweg.core.errors import PipelineError
from thalweg.mine.profile import profile
from thalweg.pipeline.look import profile_data, write_profile


def test_a_table_of_a_database_is_called_by_its_name(data):
    facts = profile_data(f"{data('chinook/Chinook_Sqlite.sqlite')}#Customer")
    assert (facts["name"], facts["rows"]) == ("Customer", 59)
    meanings = {column["name"]: column["meaning"] for column in facts["columns"]}
    assert (meanings["Email"], meanings["Phone"], meanings["PostalCode"]) == ("e-mail", "phone", "postcode")
    assert "gmail" not in json.dumps(facts)


def test_a_page_is_one_file_that_asks_for_no_other_and_shows_nothing_of_a_person(make_table, tmp_path):
    rows = 200
    columns = {
        "mail": [f"person{n}@example.org" for n in range(rows)],
        "city": [["<b>Oslo</b>", "Bergen", "Tromsø"][n % 3] for n in range(rows)],
        "land": [["NO", "SE", "DK"][n % 3] for n in range(rows)],
        "price": [n % 17 / 2 for n in range(rows)],
    }
    facts = profile(make_table("shop", columns))
    numbers = write_profile(facts, tmp_path / "shop.html")
    page = (tmp_path / "shop.html").read_text(encoding="utf-8")
    assert json.loads(numbers.read_text()) == json.loads(json.dumps(facts))
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "person1" not in page
    assert "<b>Oslo" not in page
    assert "&lt;b&gt;Oslo" in page
    for words in (
        "How texts are written",
        "What tells what",
        "What goes together",
        "varchar · e-mail",
        "200",
    ):
        assert words in page


def test_a_page_needs_the_name_of_a_page(make_table, tmp_path):
    facts = profile(make_table("t", {"a": [1, 2]}))
    with pytest.raises(
        PipelineError, match=r"expected the name of a page to write, such as profile.html, received"
    ):
        write_profile(facts, tmp_path / "profile.json")
    assert not list(tmp_path.glob("profile.*"))


def test_a_place_must_hold_one_table(data, tmp_path):
    with pytest.raises(PipelineError, match=r"northwind\.db holds 13 tables: which one\?") as error:
        profile_data(str(data("northwind/northwind.db")))
    assert "northwind.db#Categories" in str(error.value)
    assert "and 3 more" in str(error.value)
    (tmp_path / "empty").mkdir()
    with pytest.raises(PipelineError, match=r"found no table that can be read in .*empty"):
        profile_data(str(tmp_path / "empty"))
    with pytest.raises(PipelineError, match="there is no such file or folder"):
        profile_data(str(tmp_path / "nowhere"))
    (tmp_path / "empty" / "a.csv").write_text("a,b\n1,2\n3,4\n")
    assert profile_data(str(tmp_path / "empty"))["rows"] == 2
