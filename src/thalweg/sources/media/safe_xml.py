"""XML from anywhere: no document types, so no entities, so nothing that grows or is fetched."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from thalweg.sources.media.broken import EMPTY, BrokenFile, damaged

LARGEST = 16 * 2**20


def parse_xml(path: Path) -> ElementTree.Element:
    """The root of a small XML file. Raises BrokenFile where it is malformed, too large, or declares a document type:
    that is where entities are defined, which can grow without bound or name other files."""
    if (size := path.stat().st_size) > LARGEST:
        raise BrokenFile("too large", f"it has {size:,} bytes, more than {LARGEST:,}")
    content = path.read_bytes()
    if not content.strip():
        raise BrokenFile(EMPTY, "it holds no annotation")
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # an encoding that is none is a LookupError
        raise damaged(f"it is not valid XML: {error}") from error
    return builder.close()


def _refuse(name: str, *_: object) -> None:
    raise BrokenFile("XML with a document type", f"it declares {name!r}, which may define entities: refused")
