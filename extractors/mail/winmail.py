"""``winmail.dat``: a mail as Outlook packs it for Outlook (TNEF), with the files in it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.mail.charsets import decoded
from extractors.mail.heads import shown_name

MARK = b"\x78\x9f\x3e\x22"
OBJECTS = 3_000
"""More pieces than any mail has; the reader takes time with the square of their number."""


@dataclass(frozen=True)
class Unpacked:
    """A file taken out of another: ``message`` is true where it is a message of the same kind."""

    name: str
    data: bytes
    message: bool = False


class NotUnpacked(Exception):
    """A container that gave nothing; the message says why."""


def unpack_winmail(data: bytes) -> tuple[list[Unpacked], str, bool]:
    """The files in a ``winmail.dat``, its text, and whether it is whole.

    Raises ``NotUnpacked`` where it is damaged or gives nothing at all, which other programs pass over in silence."""
    from tnefparse import TNEF

    objects, end = _objects(data)
    if objects > OBJECTS:
        raise NotUnpacked("it has more pieces than any mail")
    try:
        opened = TNEF(data, do_checksum=False)
        files = list(_files(opened.attachments))
        text = _text(opened.body) or _text(opened.htmlbody)
    except Exception as fault:  # The library raises whatever a damaged file makes it run into.
        raise NotUnpacked("it is damaged") from fault
    if not files and not text.strip():
        raise NotUnpacked("there is nothing in it that could be read")
    return files, text, end <= len(data)


def _objects(data: bytes) -> tuple[int, int]:
    """How many pieces follow each other, and where the last one ends, by their lengths alone."""
    at, count = 6, 0
    while at + 12 < len(data) and count <= OBJECTS:
        at += struct.unpack_from("<I", data, at + 5)[0] + 11
        count += 1
    return count, at


def _files(attachments: "list[object]") -> Iterator[Unpacked]:
    for number, attachment in enumerate(attachments, start=1):
        content = getattr(attachment, "data", b"")
        if isinstance(content, (list, tuple)):
            content = b"".join(piece for piece in content if isinstance(piece, bytes))
        if isinstance(content, bytes) and content:
            message = hasattr(attachment, "embed")
            name = _name(attachment) or f"file {number}"
            yield Unpacked(name, content, message or content.startswith(MARK))


def _name(attachment: object) -> str:
    """The long name, or the short one, whatever type the library gives it."""
    for told in ("long_filename", "name"):
        try:
            found = getattr(attachment, told)
            name = _text(found() if callable(found) else found)
        except (UnicodeError, AttributeError, TypeError):
            continue
        if name:
            return shown_name(name.replace("\0", ""))
    return ""


def _text(content: object) -> str:
    if isinstance(content, (list, tuple)):
        content = content[0] if content else b""
    if isinstance(content, bytes):
        return decoded(content.rstrip(b"\0"))
    return content if isinstance(content, str) else ""
