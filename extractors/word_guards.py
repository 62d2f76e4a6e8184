"""The guards before a Word file: what is refused before anything is inflated, and before anything is parsed.

The limits are those of the list of faults (D18 to D20): nothing is inflated before the directory has been judged, and a
part with a DTD or an entity is never parsed at all.
"""

import re
import struct
import zipfile
import zlib

from lxml import etree

from pipeline.trouble import Unreadable

DEEP = re.compile(r"depth|huge|limit|entit", re.IGNORECASE)
"""What the parser says of a part that is too deep or too large."""
MAX_MEMBERS, MAX_TOTAL, MAX_RATIO = 2_000, 100_000_000, 100
MAX_PART, MAX_TAGS, RATIO_FROM = 40_000_000, 1_000_000, 1_000_000
UNREAD, RATIO_FROM_UNREAD = ("word/media/", "word/embeddings/"), 20_000_000
"""Pictures and embedded files are never inflated here, and an empty drawing of Word's shrinks two hundred times."""

STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
}
"""The namespaces of Strict OOXML, and the ones everybody else writes for the same things."""

WIDE_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-16-le", "utf-16-be"))
ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)

SEND_AGAIN = "Ask the sender to open the form in Word, save it as a new .docx file and send it again."
NOT_AGAIN = "Do not open the file; ask the sender for a fresh copy of the form."
WITHOUT_PASSWORD = "Ask the sender for a copy without a password."
THE_FORM = "Ask the sender for the form itself."


def judged_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members of a package by name, once its directory has been checked; raises Unreadable."""
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]  # is_dir fails on empty names
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL:
        raise hostile("The package holds more parts or bytes than any form")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.orig_filename.replace("\\", "/")
        _judge_member(name, info)
        if name in members:
            message = f"The package holds the part {name} twice, so what it says is ambiguous."
            raise Unreadable("damaged", message, SEND_AGAIN)
        members[name] = info
    refuse_overlap(infos, archive.start_dir)
    return members


def _judge_member(name: str, info: zipfile.ZipInfo) -> None:
    """Refuse names that climb out of the package, encrypted members, and members that grow beyond reason."""
    if name.startswith("/") or ".." in name.split("/") or "\0" in name or name[1:2] == ":":
        raise hostile("The package holds a part whose name leads out of it")
    if info.flag_bits & 0x1:
        raise Unreadable("encrypted", "The file is protected by a password.", WITHOUT_PASSWORD)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("damaged", "The package is compressed in a way Word does not use.", SEND_AGAIN)
    ratio_from = RATIO_FROM_UNREAD if name.startswith(UNREAD) else RATIO_FROM
    if info.file_size > ratio_from and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise hostile(f"The part {name} would grow more than {MAX_RATIO} times when opened")


def refuse_overlap(infos: list[zipfile.ZipInfo], directory: int) -> None:
    """Refuse members that share bytes (CPython 3.11 does not look; CVE-2024-0450)."""
    placed = sorted(infos, key=lambda info: info.header_offset)
    starts = [*(info.header_offset for info in placed[1:]), directory]
    for info, following in zip(placed, starts, strict=False):  # an empty archive has only its directory
        if info.header_offset + 30 + info.compress_size > following:
            raise hostile("Parts of the package overlap")


def parse_part(name: str, data: bytes) -> etree._Element:
    """The root of one XML part, without network, DTD or entities; Strict names become the common ones."""
    if len(data) > MAX_PART or data.count(b"<") > MAX_TAGS:
        raise hostile(f"The part {name} is far larger than any form")
    if has_doctype(data):
        raise hostile(f"The part {name} declares a DTD or entities")
    if b"http://purl.oclc.org/ooxml/" in data:
        for strict, common in STRICT.items():
            data = data.replace(strict, common)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        if DEEP.search(str(fault)):
            raise hostile(f"The part {name} is nested too deeply or is too large") from fault
        raise
    if root.getroottree().docinfo.internalDTD is not None:
        raise hostile(f"The part {name} declares a DTD")
    return root


def has_doctype(data: bytes) -> bool:
    """True for a DTD, also where the part is written in two bytes a letter."""
    return b"<!DOCTYPE" in data or (b"\0" in data[:200] and any(mark in data for mark in WIDE_DOCTYPES))


def hostile(message: str) -> Unreadable:
    """The refusal of a file that looks like an attack."""
    return Unreadable("hostile", f"{message}.", NOT_AGAIN)
