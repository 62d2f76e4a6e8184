"""What kind of file it is, told from its bytes and never from its name.

Of a zip only the directory and ``[Content_Types].xml`` are looked at, of an OLE file only the names in its directory.
"""

import io
import re
import zipfile
import zlib
from functools import lru_cache

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOTX = "application/vnd.openxmlformats-officedocument.wordprocessingml.template"
DOCM = "application/vnd.ms-word.document.macroEnabled.12"
DOTM = "application/vnd.ms-word.template.macroEnabledTemplate.12"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
FLAT_WORD = "application/vnd.ms-office.flat-opc+xml"
"""A whole Word package as one XML file."""
ODT = "application/vnd.oasis.opendocument.text"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"
OLE = "application/x-ole-storage"
ENCRYPTED_OFFICE = "application/encrypted"
RTF = "application/rtf"
ZIP = "application/zip"
RAR, SEVEN_ZIP, GZIP = "application/vnd.rar", "application/x-7z-compressed", "application/gzip"
TNEF = "application/vnd.ms-tnef"
"""``winmail.dat``, a mail as Outlook packs it."""
PROGRAM = "application/x-executable"
PNG, JPEG, TIFF, GIF = "image/png", "image/jpeg", "image/tiff", "image/gif"
BMP, WEBP, HEIC = "image/bmp", "image/webp", "image/heic"
EML, HTML, XML, TEXT = "message/rfc822", "text/html", "application/xml", "text/plain"
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"

PICTURES = (PNG, JPEG, TIFF, GIF, BMP, WEBP, HEIC)
WORD_TYPES = (DOCX, DOCM, DOTX, DOTM, FLAT_WORD)

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"GIF8", GIF),
    (b"{\\rt", RTF),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"\x1f\x8b\x08", GZIP),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"\x7fELF", PROGRAM),
)
_MAIN_PARTS: tuple[tuple[str, str], ...] = (
    ("wordprocessingml.document.main+xml", DOCX),
    ("ms-word.document.macroEnabled.main+xml", DOCM),
    ("wordprocessingml.template.main+xml", DOTX),
    ("ms-word.template.macroEnabledTemplate.main+xml", DOTM),
    ("spreadsheetml.", XLSX),
    ("presentationml.", PPTX),
)
# The order matters: a mail may hold an encrypted file, and a Word file may hold a spreadsheet.
_OLE_NAMES: tuple[tuple[str, str], ...] = (
    ("__properties_version1.0", MSG),
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("PowerPoint Document", PPT),
)
_MAIL_HEADERS = frozenset(
    b"from to cc subject date received return-path message-id mime-version content-type delivered-to reply-to".split()
)
_CONTENT_TYPES_LIMIT = 1_000_000
_SMALL_PART_LIMIT = 200
_HEAD = 4096


@lru_cache(maxsize=1)
def sniff(data: bytes) -> str:
    """The media type of a file's bytes, ``application/octet-stream`` where it is none that we know."""
    if not data.strip(b"\0 \t\r\n"):
        return EMPTY
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _zip_type(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_type(data)
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if (held := _by_inner_mark(data)) is not None:
        return held
    if b"%PDF-" in data[:1024]:
        return PDF
    return _text_type(data)


def _by_inner_mark(data: bytes) -> str | None:
    """Kinds whose mark does not stand alone at the very beginning."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"heim", b"avif"):
        return HEIC
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return BMP
    if data[:2] == b"MZ" and b"PE\0\0" in data[:_HEAD]:
        return PROGRAM
    return None


def _zip_type(data: bytes) -> str:
    """The kind of package a zip is, by its declared content types or its ``mimetype`` entry.

    This is asked outside of any fence: a directory of millions of entries is not even listed."""
    if has_endless_directory(data):
        return ZIP
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            declared = _small_part(package, "mimetype", _SMALL_PART_LIMIT).strip()
            if declared == ODT:
                return ODT
            return _office_type(_small_part(package, "[Content_Types].xml", _CONTENT_TYPES_LIMIT))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return ZIP


_LARGEST_DIRECTORY = 1_000_000
"""Bytes; some ten thousand entries, and no form has a hundred."""
_COMMENT = 66_000


def has_endless_directory(data: bytes) -> bool:
    """True for a zip whose directory, in whatever way it is read, is beyond reason: listing it would take minutes."""
    end = data[-_COMMENT:]
    ends = (found.start() for found in re.finditer(b"PK\x05\x06", end))
    return any(int.from_bytes(end[at + 12 : at + 16], "little") > _LARGEST_DIRECTORY for at in ends)


def _small_part(package: zipfile.ZipFile, name: str, limit: int) -> str:
    """The text of one entry, or nothing if it is missing or larger than the limit in bytes."""
    if name not in package.NameToInfo or package.getinfo(name).file_size > limit:
        return ""
    try:
        with package.open(name) as part:
            return part.read(limit).decode("utf-8-sig", "replace")
    except (zipfile.BadZipFile, zlib.error):
        return ""


def _office_type(content_types: str) -> str:
    """The Office type whose main part is declared, ``application/zip`` if none is."""
    for main_part, media_type in _MAIN_PARTS:
        if main_part in content_types:
            return media_type
    return ZIP


def _ole_type(data: bytes) -> str:
    """What an OLE file holds, by the names in its directory (entries of 128 bytes, names in UTF-16)."""
    for name, media_type in _OLE_NAMES:
        if _has_ole_entry(data, name.encode("utf-16-le") + b"\0\0"):
            return media_type
    return OLE


def _has_ole_entry(data: bytes, name: bytes) -> bool:
    """True if the name stands where a directory entry begins; words inside a document do not count."""
    at = data.find(name)
    while at >= 0:
        if at % 128 == 0:
            return True
        at = data.find(name, at + 1)
    return False


def _text_type(data: bytes) -> str:
    """Mail, HTML, XML or plain text by the first lines; octet-stream if it is no text."""
    head = data[:_HEAD]
    text = _as_text(head)
    if text is None:
        return UNKNOWN
    start = text.lstrip("\ufeff \t\r\n").lower()
    if re.search(r"<!doctype html|<html[\s>]", start):
        return EML if _is_mail(head) else HTML
    if "schemas.microsoft.com/office/2006/xmlpackage" in start:
        return FLAT_WORD
    if start.startswith("<?xml"):
        return XML
    return EML if _is_mail(head) else TEXT


def _as_text(head: bytes) -> str | None:
    """The first bytes as text, or nothing if they hold control characters that no text has."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head):
        return None
    return head.decode("utf-8", "replace")


def _is_mail(head: bytes) -> bool:
    """True if the text begins with header lines of which at least two are those of a mail."""
    names = set()
    for line in head.lstrip(b"\xef\xbb\xbf").splitlines()[:60]:
        if not line.strip():
            break
        if line[:1] in b" \t" or line.startswith(b"From "):
            continue
        found = re.match(rb"([!-9;-~]+):", line)
        if not found:
            return False
        names.add(found.group(1).lower())
    return len(names & _MAIL_HEADERS) >= 2
