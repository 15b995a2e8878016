import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls

from thalweg.mine.topic_weights import FittedTopics, nearest_mixture

WORDS = ("anchor", "barn", "cow", "harbour", "ship")


@pytest.fixture(scope="module")
def fitted() -> FittedTopics:
    return FittedTopics(
        inputs={"text": "VARCHAR"},
        name="about",
        column="text",
        words=WORDS,
        rarity=(1.5, 2.0, 1.0, 1.25, 3.0),
        topics=((0.9, 0.0, 0.1, 0.4, 0.8), (0.0, 0.7, 0.9, 0.1, 0.0)),
    )


def test_weights_are_the_nearest_mixture_of_topics(fitted):
    batch = pa.RecordBatch.from_pydict(
        {"text": ["The ship, a SHIP in harbour", "cow barn cow", None, "else"]}
    )
    made = fitted.apply(batch)
    assert list(made) == ["about_1", "about_2"] == list(fitted.makes)
    found = np.stack([values.to_numpy() for values in made.values()], axis=1)
    topics, rarity = np.array(fitted.topics), np.array(fitted.rarity)
    for row, held in enumerate([{"ship", "harbour"}, {"cow", "barn"}, set(), set()]):
        text = rarity * np.array([word in held for word in WORDS])
        expected = nnls(topics.T, text / np.linalg.norm(text))[0] if held else np.zeros(2)
        assert found[row] == pytest.approx(expected, abs=1e-9)


@given(
    st.lists(st.lists(st.sampled_from([*WORDS, "other"])).map(" ".join) | st.none(), max_size=20), st.data()
)
def test_a_text_has_the_same_weights_wherever_it_stands(fitted, texts, data):
    batch = pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())})
    cut = data.draw(st.integers(0, len(texts)))
    whole, first, rest = (fitted.apply(part) for part in (batch, batch.slice(0, cut), batch.slice(cut)))
    for name in fitted.makes:
        assert pa.concat_arrays([first[name], rest[name]]).equals(whole[name])


def test_a_topic_of_no_words_has_no_weight():
    assert nearest_mixture(np.array([[0.5], [0.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])).tolist() == [
        [0.5],
        [0.0],
    ]
