import numpy as np
import pyarrow as pa
import pytest

from thalweg.clean.distribution import Distribution
from thalweg.mine.meanings import TEXTS, meaning_of_numbers, meaning_of_text, words_of


def texts(*values):
    return Distribution.of(pa.array(values), whole=True)


@pytest.mark.parametrize(
    ("meaning", "name", "values"),
    [
        ("e-mail", "contact", ["luis.g@embraer.com.br", "FTremblay@gmail.com"]),
        ("URL", "site", ["https://example.org/a?b=1", "www.example.org"]),
        ("path to an image", "photo", ["http://accweb/emmployees/davolio.bmp", "images/7.JPG"]),
        ("path to audio", "clip", ["recordings/7_jackson_32.wav"]),
        ("path to video", "film", ["C:\\films\\a b.mp4"]),
        ("path to a document", "file", ["reports/2019 last.pdf"]),
        ("path", "folder", ["/usr/share/dict", "~/notes"]),
        ("UUID", "key", ["6fa459ea-ee8a-3ca4-894e-db77e160355e"]),
        ("IP address", "host", ["192.168.0.1", "2001:db8::1"]),
        ("JSON", "payload", ['{"a": 1}', "[1, 2]"]),
        ("colour", "paint", ["#ff00aa", "#fff"]),
        ("money", "value", ["$1,200.50", "€ 1.234,56", "99 USD", "¥300"]),
        ("percentage", "share", ["12%", "99,5 %"]),
        ("date in text", "day", ["2013-01-05", "5/1/2013", "5 Jan 2013", "January 5, 2013", "2013年1月5日"]),
        ("date and time in text", "at", ["2013-01-05 06:00", "5/1/2013 6:00 PM", "2013-01-05T06:00:00Z"]),
        ("time in text", "start", ["06:00", "6:05 pm"]),
        ("postcode", "a", ["SW1A 1AA", "EC1 4SD", "K1A 0B1"]),
        ("postcode", "ShipPostalCode", ["12209", "05022", "S-958 22"]),
        ("phone", "fax", ["030-0076545", "(5) 555-3745", "5558101"]),
        ("phone", "contact", ["+55 (12) 3923-5555", "(171) 555-2222"]),
        ("country code", "country", ["DE", "FR"]),
        ("number with a unit", "weight", ["3 kg", "12.5 oz", "40 km/h"]),
        ("boolean in text", "active", ["yes", "NO"]),
        ("number in text", "amount", ["1.5", "-2", "3e5"]),
        (None, "city", ["Berlin", "New York"]),
        (None, "code", ["12209", "Berlin"]),
    ],
)
def test_a_meaning_is_recognised(meaning, name, values):
    assert meaning_of_text(name, texts(*values)) == meaning


def test_every_meaning_of_text_is_tested_above():
    marks = test_a_meaning_is_recognised.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {meaning.name for meaning in TEXTS} == {meaning for meaning, _, _ in marks if meaning}


def test_one_row_in_twenty_may_differ_and_no_more():
    good = [f"p{n}@example.org" for n in range(19)]
    assert meaning_of_text("mail", texts(*good, "none")) == "e-mail"
    assert meaning_of_text("mail", texts(*good, "none", "none")) is None
    assert meaning_of_text("mail", texts(" ", "")) is None


@pytest.mark.parametrize(
    ("meaning", "name", "values"),
    [
        ("latitude", "lat", [41.13, -90.0]),
        (None, "lat", [41.13, 95.0]),
        ("longitude", "dest_lon", [-80.6, 179.9]),
        ("year", "built_year", [1999, 2004]),
        (None, "built", [1999, 2004]),
        (None, "year", [1999.5, 2004.5]),
        ("Unix time", "timestamp", [964982703, 1537799250]),
        ("postcode", "zip", [35233, 99501]),
        ("phone", "PhoneNumber", [2568455121]),
        ("percentage", "pct_full", [12.5, 99.0]),
        ("money", "UnitPrice", [0.99, 18.0]),
        (None, "delay", [5, 12]),
    ],
)
def test_numbers_mean_something_by_their_range_and_the_name(meaning, name, values):
    found = Distribution.of(pa.array(np.asarray(values, dtype=float)), whole=True)
    assert meaning_of_numbers(name, found) == meaning


def test_the_words_of_a_name():
    assert words_of("ShipPostalCode") == ["ship", "postal", "code"]
    assert words_of("ship_postal_code2") == ["ship", "postal", "code", "2"]
    assert words_of("HTTPServer") == ["http", "server"]
    assert words_of("电话") == ["电话"]
