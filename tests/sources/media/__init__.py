"""Small media made for tests."""

from __future__ import annotations

import struct


def pgm(width: int = 3, height: int = 2) -> bytes:
    """A grey image, the simplest there is."""
    return b"P5\n%d %d\n255\n" % (width, height) + bytes(width * height)


def wav(samples: int = 800, rate: int = 8_000, channels: int = 1) -> bytes:
    """Silence of 16 bits."""
    frame = 2 * channels
    body = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * frame, frame, 16)
    body += struct.pack("<4sI", b"data", samples * frame) + bytes(samples * frame)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body
