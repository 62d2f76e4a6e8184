"""The guards before LibreOffice: what is refused of an .odt or .rtf file before the converter sees it."""

import io
import re
import zipfile

from extractors import media
from extractors.word_guards import SEND_AGAIN, ZIP_FAULTS, has_doctype, hostile, judged_members
from pipeline.trouble import Unreadable

_DEEPEST = 1_000
_BINARY = re.compile(rb"\\bin(\d{1,20})")
_GROUPS = re.compile(rb"\\[{}\\]|[{}]")
_XML_PARTS = ("content.xml", "styles.xml", "meta.xml", "settings.xml")


def guard_office(data: bytes, media_type: str) -> None:
    """Raise Unreadable ``hostile`` or ``damaged`` for what would only cost time and memory. An old Word file is left to
    the converter, which works within limits."""
    if media_type == media.RTF:
        _guard_rich_text(data)
    elif media_type == media.ODT:
        _guard_open_text(data)


def _guard_rich_text(data: bytes) -> None:
    """Stretches of bytes that end behind the file's end, and groups in groups beyond reason."""
    for found in _BINARY.finditer(data):
        if found.end() + int(found.group(1)) > len(data) + 1:
            raise Unreadable("damaged", "The rich text file is cut off: a picture in it has no end.", SEND_AGAIN)
    deep = 0
    for mark in _GROUPS.finditer(data):
        deep += {b"{": 1, b"}": -1}.get(mark.group(), 0)
        if deep > _DEEPEST:
            raise hostile("The rich text file is nested too deeply to be a form")


def _guard_open_text(data: bytes) -> None:
    """The same limits as for a Word file; a package that cannot be opened is the converter's to refuse."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = judged_members(archive)
            for name in _XML_PARTS:
                if name in members and has_doctype(archive.open(members[name]).read(_HEAD)):
                    raise hostile(f"The part {name} declares a DTD or entities")
    except ZIP_FAULTS as fault:
        raise Unreadable("damaged", "The OpenDocument text is not a complete file.", SEND_AGAIN) from fault


_HEAD = 100_000
"""A DTD stands before everything else."""
