"""A folder of sounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

from thalweg.sources.media.folder import MediaFolder


class Audio(MediaFolder):
    """Read a folder of sounds (WAV, FLAC, MP3), or a zip or tar archive of one, as a table with a row a sound.

        digits: {audio: {path: fsdd/recordings, name: "{digit:int}_{speaker}_{n:int}.wav", label: digit}}

    Columns: `path` from the folder; `file`, where the bytes are; `bytes`; `sample_rate` in hertz, `channels`
    and `seconds`, from the header alone; fields of `name`; `label` and `split`; columns of `labels`. No sample is read.
    Empty, damaged and cut-off files go to quarantine; hidden files and those of other kinds are counted. Whether a
    folder has changed is told by names, sizes and times of its files.
    """

    kind: ClassVar[str] = "audio"
    media: ClassVar[str | None] = "sounds"
    endings: ClassVar[frozenset[str]] = frozenset({".wav", ".flac", ".mp3"})
    facts: ClassVar[dict[str, str]] = {"sample_rate": "int32", "channels": "int16", "seconds": "double"}

    @classmethod
    def example(cls) -> Self:
        return cls(path="recordings", name="{digit:int}_{speaker}_{n:int}.wav", label="digit")

    def read_facts(self, file: Path) -> dict[str, Any]:
        from thalweg.sources.media.audio_header import audio_header

        return audio_header(file)
