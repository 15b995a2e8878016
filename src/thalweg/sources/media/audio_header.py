"""Length and rate of a sound, from the header of its file: WAV, FLAC and MP3."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO, Any

from thalweg.sources.media.broken import BrokenFile, damaged

MP3_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
MP3_KBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG 1, layer III
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG 2 and 2.5
}
SEARCHED = 64 * 2**10  # bytes in which the first frame of an MP3 must begin


def audio_header(path: Path) -> dict[str, Any]:
    """`sample_rate` in hertz, `channels`, and `seconds`. Raises BrokenFile where the header is no such thing.

    The length of an MP3 is that of its Xing header, or, without one, of a constant bit rate.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(12)
        file.seek(0)
        if start[:4] in (b"RIFF", b"RF64") and start[8:] == b"WAVE":
            facts = _wav(file, size)
        elif start[:4] == b"fLaC":
            facts = _flac(file)
        elif start[:3] == b"ID3" or (len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0):
            facts = _mp3(file, size)
        else:
            raise damaged(f"it is neither WAV, FLAC nor MP3: it begins with {start!r}")
    if not facts["seconds"]:
        raise BrokenFile("no sound", "its header says that it holds no samples")
    return facts


def _facts(rate: int, channels: int, seconds: float) -> dict[str, Any]:
    if not rate or not channels:
        raise damaged(f"its header says {rate} samples a second in {channels} channels")
    return {"sample_rate": rate, "channels": channels, "seconds": seconds}


def _wav(file: IO[bytes], size: int) -> dict[str, Any]:
    """Read the chunks `fmt ` and `data`. A data chunk that is longer than the file was cut off."""
    file.seek(12)
    rate = channels = frame = 0
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", head)
        if name == b"fmt ":
            body = file.read(length + length % 2)
            if len(body) < 16:
                break
            _, channels, rate, _, frame, _ = struct.unpack("<HHIIHH", body[:16])
        elif name == b"data":
            if not frame or not rate:
                raise damaged("its samples come before their format")
            left = size - file.tell()
            if length == 0xFFFFFFFF:  # written by a program that did not know the length
                length = left
            if length > left:
                raise BrokenFile(
                    "cut off", f"its header promises {length:,} bytes of samples, {left:,} are there"
                )
            return _facts(rate, channels, length // frame / rate)
        else:
            file.seek(length + length % 2, 1)
    raise damaged("it has no samples: the file ends before its data chunk")


def _flac(file: IO[bytes]) -> dict[str, Any]:
    """Read the block STREAMINFO, which comes first."""
    head = file.read(42)
    if len(head) < 42 or head[4] & 0x7F != 0:
        raise damaged("it has no STREAMINFO block")
    packed = int.from_bytes(head[18:26], "big")  # 20 bits rate, 3 channels - 1, 5 bits - 1, 36 samples
    rate, channels, samples = packed >> 44, (packed >> 41 & 7) + 1, packed & (2**36 - 1)
    return _facts(rate, channels, samples / rate if rate else 0.0)


def _mp3(file: IO[bytes], size: int) -> dict[str, Any]:
    head = file.read(10)
    skip = 0
    if head[:3] == b"ID3" and len(head) == 10:
        skip = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    file.seek(skip)
    window = file.read(SEARCHED)
    for at in range(len(window) - 4):
        if window[at] == 0xFF and (frame := _mp3_frame(window[at : at + 4])) is not None:
            return _mp3_facts(frame, window[at : at + 256], size - skip - at)
    raise damaged("it holds no frame of MPEG audio, layer III")


def _mp3_frame(head: bytes) -> tuple[bool, int, int, int] | None:
    """Whether it is MPEG 1, bits a second, rate and channels of a frame's header; None where it is none."""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    if head[1] & 0xE0 != 0xE0 or version == 1 or layer != 1 or bits in (0, 15) or rate == 3:
        return None
    first = version == 3
    return first, MP3_KBITS[first][bits] * 1000, MP3_RATES[version][rate], 1 if head[3] >> 6 == 3 else 2


def _mp3_facts(frame: tuple[bool, int, int, int], body: bytes, size: int) -> dict[str, Any]:
    first, bits, rate, channels = frame
    samples = 1152 if first else 576
    at = 4 + {(True, 2): 32, (True, 1): 17, (False, 2): 17, (False, 1): 9}[(first, channels)]
    if body[at : at + 4] in (b"Xing", b"Info") and body[at + 7] & 1:
        frames = int.from_bytes(body[at + 8 : at + 12], "big")
        return _facts(rate, channels, frames * samples / rate)
    return _facts(rate, channels, size * 8 / bits)
