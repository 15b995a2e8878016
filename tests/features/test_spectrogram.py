"""The mel spectrogram and its cosine transform, against what is known of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.fft import dct

from thalweg.features.spectrogram import Spectrogram, mel

RATE = 8_000


def sine(hertz: float, seconds: float = 0.5, loud: float = 1.0) -> np.ndarray:
    return loud * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def test_a_thousand_hertz_are_a_thousand_mel() -> None:
    assert mel(np.array([0.0, 1000.0])) == pytest.approx([0, 1000], abs=0.1)


@pytest.mark.parametrize("hertz", [200, 500, 1000, 2500, 3500])
def test_a_tone_is_loudest_in_the_band_of_its_pitch(hertz: int) -> None:
    found = Spectrogram(rate=RATE, bands=40).of(sine(hertz))[10]
    expected = mel(np.array(hertz)) / mel(np.array(RATE / 2)) * 41 - 1
    assert abs(found.argmax() - expected) <= 1


def test_ten_times_louder_is_a_hundred_times_the_power() -> None:
    spectrogram = Spectrogram(rate=RATE, bands=40)
    soft, loud = spectrogram.of(sine(1000, loud=0.05))[10], spectrogram.of(sine(1000, loud=0.5))[10]
    assert (loud - soft).max() == pytest.approx(np.log(100), rel=1e-3)


def test_every_line_between_the_first_and_last_band_counts_once() -> None:
    filters = Spectrogram(rate=RATE, bands=20)._filters.sum(1)
    inside = filters[len(filters) // 20 : len(filters) * 4 // 5]
    assert inside == pytest.approx(1)


@pytest.mark.parametrize(("samples", "frames"), [(1, 1), (80, 1), (81, 2), (8000, 100)])
def test_a_frame_for_each_ten_milliseconds_begun(samples: int, frames: int) -> None:
    spectrogram = Spectrogram(rate=RATE, bands=10)
    assert spectrogram.of(np.ones(samples)).shape == (frames, 10)
    assert spectrogram.frames(samples / RATE) == frames


def test_silence_is_finite() -> None:
    assert np.isfinite(Spectrogram(rate=RATE, bands=40).of(np.zeros(100))).all()


def test_coefficients_are_the_cosine_transform_of_the_logarithms() -> None:
    sound = sine(700) + sine(1900, loud=0.3)
    logs = Spectrogram(rate=RATE, bands=30).of(sound)
    found = Spectrogram(rate=RATE, bands=30, coefficients=13).of(sound)
    assert found == pytest.approx(dct(logs, norm="ortho")[:, :13], abs=1e-9)
