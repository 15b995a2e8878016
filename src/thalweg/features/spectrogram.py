"""What a sound is made of, over time: log-mel spectrograms and cepstral coefficients, in plain numpy.

The mel scale is 2595·log10(1 + f/700) (O'Shaughnessy, Speech Communication, 1987); triangular filters on it, and the
cosine transform of their logarithms (MFCC), are those of Davis & Mermelstein (1980).
"""

from __future__ import annotations

from functools import cached_property
from math import ceil

import numpy as np
from pydantic import BaseModel, ConfigDict

WINDOW, HOP = 0.025, 0.010  # seconds that a frame looks at, and from one frame to the next
FLOOR = 1e-8  # power that silence is taken for: the logarithm of nothing is not a number


class Spectrogram(BaseModel):
    """Samples (n,) of a rate → frames (T, width) float64, one for each 10 ms begun."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate: int
    """Samples a second."""
    bands: int
    """Filters, evenly on the mel scale up to half the rate."""
    coefficients: int | None = None
    """Cepstral coefficients instead of the bands' logarithms."""

    @property
    def width(self) -> int:
        """Numbers of a frame."""
        return self.coefficients or self.bands

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        return max(1, round(HOP * self.rate))

    def frames(self, seconds: float) -> int:
        """How many frames that many seconds have."""
        return ceil(ceil(seconds * self.rate) / self.hop)

    def of(self, samples: np.ndarray) -> np.ndarray:
        """The spectrogram of at least one sample. The last frames look at silence after the end."""
        frames, window = ceil(len(samples) / self.hop), len(self._window)
        padded = np.zeros((frames - 1) * self.hop + window)
        padded[: len(samples)] = samples
        cut = np.lib.stride_tricks.sliding_window_view(padded, window)[:: self.hop]
        power = np.abs(np.fft.rfft(cut * self._window, self._size)) ** 2
        logs = np.log(power @ self._filters + FLOOR)
        return logs @ self._cosines if self.coefficients else logs

    @cached_property
    def _window(self) -> np.ndarray:
        """The periodic Hann window, whose squares add up to one: power does not depend on the rate."""
        size = max(2, round(WINDOW * self.rate))
        shape = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
        return shape / np.sqrt((shape**2).sum())

    @property
    def _size(self) -> int:
        """Of the Fourier transform: a power of two, twice the window, so that low filters are not between two lines."""
        return 2 ** (len(self._window) - 1).bit_length() * 2

    @cached_property
    def _filters(self) -> np.ndarray:
        """Triangles (lines, bands) on the mel scale, each rising to 1 where its neighbours begin and end."""
        lines = mel(np.fft.rfftfreq(self._size, 1 / self.rate))
        edges = np.linspace(0, mel(np.array(self.rate / 2)), self.bands + 2)
        width = edges[1]
        return np.clip(1 - np.abs(lines[:, None] - edges[None, 1:-1]) / width, 0, None)

    @cached_property
    def _cosines(self) -> np.ndarray:
        """The orthonormal cosine transform of type two (bands, coefficients)."""
        assert self.coefficients is not None
        middle = np.arange(self.bands)[:, None] + 0.5
        waves = np.cos(np.pi / self.bands * middle * np.arange(self.coefficients)[None])
        waves[:, 0] /= np.sqrt(2)
        return waves * np.sqrt(2 / self.bands)


def mel(hertz: np.ndarray) -> np.ndarray:
    """Hertz on the mel scale."""
    return 2595 * np.log10(1 + hertz / 700)
