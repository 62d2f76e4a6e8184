"""A message cut into its sections: multiparts followed to their leaves, each leaf's bytes decoded.

Cut here and not by the standard library, which needs a minute for a hundred thousand parts and fails on deep ones: the
work is bounded by the budget, and a boundary that is missing costs at most itself.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from extractors.mail.budget import DEPTH, Budget
from extractors.mail.charsets import base64_bytes, decoded
from extractors.mail.heads import Head, shown_name, split_message

BROKEN_OFF = "The mail breaks off: its last part has no end."
TRUNCATED = "An attachment breaks off in the middle of its encoding."

_ENCODED_FILES = (b"JVBERi0", b"UEsDB", b"0M8R4KGxGuE", b"iVBORw0KGgo", b"/9j/4")
"""How the files that forms come in begin in base64, for parts that do not say that they are encoded."""
UU_FILES = 20
"""Files written into one text that are looked for; each costs a pass over the rest."""
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?$", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)
_ANY_BOUNDARY = re.compile(rb"^--([^\s-][^\r\n]{3,200}?)[ \t]*\r?\n(?=content-[a-z-]+:)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    """A leaf of a message: its head, its bytes decoded, and the kinds of multipart it lay in, the innermost last.

    ``name`` is the sender's name for the file, for display only; it may be empty."""

    head: Head
    data: bytes
    within: tuple[str, ...] = ()
    name: str = ""

    @property
    def is_text(self) -> bool:
        """True for text that belongs to the message itself and is no file."""
        plain = self.head.media_type in ("", "text/plain", "text/html", "text/enriched", "text/x-amp-html")
        return plain and not self.name and self.head.disposition != "attachment"

    def text(self) -> str:
        """The data as text, by the character set it claims."""
        return decoded(self.data, self.head.charset)


def sections(head: Head, body: bytes, budget: Budget, within: tuple[str, ...] = ()) -> Iterator[Section]:
    """The leaves of a message or part, in order."""
    if not budget.may_open():
        return
    if head.media_type.startswith("multipart/") and len(within) < DEPTH:
        yield from _multipart(head, body, budget, within)
        return
    if head.media_type.startswith("multipart/"):
        budget.overrun = f"Its parts are nested more than {DEPTH} deep; the innermost were not opened."
        return
    data, whole = transfer_decoded(head, body)
    if not whole:
        budget.note(TRUNCATED)
    section = Section(head, data, within, head.filename)
    yield from _with_uuencoded(section, budget) if section.is_text else (section,)


def _multipart(head: Head, body: bytes, budget: Budget, within: tuple[str, ...]) -> Iterator[Section]:
    """The sections between the boundary's lines; what stands before the first is for old programs and says nothing."""
    kind = head.media_type.partition("/")[2]
    boundary = _boundary(head, body)
    if boundary is None:
        budget.note("A part of the mail does not say readably where its files begin and end.")
        data, _ = transfer_decoded(head, body)
        yield from _with_uuencoded(Section(Head(()), data, (*within, kind)), budget)
        return
    for piece, ended in _between(body, boundary):
        if not ended:
            budget.note(BROKEN_OFF)
        inner, content = split_message(piece)
        yield from sections(inner, content, budget, (*within, kind))
        if budget.overrun:
            return


def _boundary(head: Head, body: bytes) -> bytes | None:
    """The declared boundary if it occurs, else one that stands where boundaries stand."""
    declared = (head.parameter("content-type", "boundary") or "").encode("utf-8", "replace").rstrip()
    if declared and re.search(rb"^--" + re.escape(declared), body, re.MULTILINE):
        return declared
    found = _ANY_BOUNDARY.search(body)
    return found.group(1) if found else None


def _between(body: bytes, boundary: bytes) -> Iterator[tuple[bytes, bool]]:
    """What stands between the boundary's lines, and whether another such line ends it."""
    start: int | None = None
    for line in re.finditer(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\r?\Z)", body, re.MULTILINE):
        if start is not None:
            yield _without_last_break(body[start : line.start()]), True
        start = None if line.group(1) else line.end()
    if start is not None and body[start:].strip():
        yield body[start:], False


def _without_last_break(piece: bytes) -> bytes:
    """The line break before a boundary belongs to the boundary."""
    return piece[: -2 if piece.endswith(b"\r\n") else -1] if piece.endswith(b"\n") else piece


def transfer_decoded(head: Head, body: bytes) -> tuple[bytes, bool]:
    """The bytes behind the transfer encoding, and whether they are whole."""
    encoding = head.text("content-transfer-encoding").lower().strip(" ;\"'")
    if encoding == "base64":
        return base64_bytes(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body), True
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        found = _UU_BEGIN.search(body)
        return _uudecoded(body[found.end() :] if found else body)
    if body[:20].lstrip().startswith(_ENCODED_FILES):
        return base64_bytes(body)
    return body, True


def _with_uuencoded(section: Section, budget: Budget) -> Iterator[Section]:
    """A text and the files that an old mail program wrote into it."""
    at, kept = 0, []
    found: list[Section] = []
    for begin in islice(_UU_BEGIN.finditer(section.data), UU_FILES):
        if begin.start() < at:
            continue
        data, whole = _uudecoded(section.data[begin.end() :])
        if len(data) < 10 or not budget.may_open():
            continue
        if not whole:
            budget.note(TRUNCATED)
        kept.append(section.data[at : begin.start()])
        end = _UU_END.search(section.data, begin.end())
        at = end.end() if end else len(section.data)
        found.append(Section(Head(()), data, section.within, shown_name(decoded(begin.group(1))) or "file"))
    yield Section(section.head, b"".join([*kept, section.data[at:]]), section.within)
    yield from found


def _uudecoded(body: bytes) -> tuple[bytes, bool]:
    """The bytes of uuencoded lines up to ``end``, and whether it stands there."""
    decoded_lines: list[bytes] = []
    bad = 0
    for line in body.splitlines():
        if line.strip() == b"end":
            return b"".join(decoded_lines), True
        if line.startswith(b"begin "):
            break
        found = _uu_line(line) if line.strip() else b""
        decoded_lines.append(found)
        bad += not found and line.strip() not in (b"", b"`")
        if bad > 3:
            break
    return b"".join(decoded_lines), False


def _uu_line(line: bytes) -> bytes:
    """One line; some encoders leave out spaces at its end, some add characters."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = ((line[0] - 32) & 63) * 4 + 5
        try:
            return binascii.a2b_uu(line[: length // 3])
        except binascii.Error:
            return b""
