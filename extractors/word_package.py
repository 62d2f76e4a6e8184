"""A Word file as a package of parts: opened with care, every part checked before it is inflated or parsed.

The limits are those of the list of faults (D18 to D20): nothing is inflated before the directory has been judged,
nothing is written to disk under a name from the file, and a part with a DTD or an entity is never parsed at all.
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO

from lxml import etree

from pipeline.document import Unreadable

DEEP = re.compile(r"depth|huge|limit|entit", re.IGNORECASE)
"""What the parser says of a part that is too deep or too large."""
MAX_MEMBERS, MAX_TOTAL, MAX_RATIO = 2_000, 100_000_000, 100
MAX_PART, MAX_TAGS, RATIO_FROM = 40_000_000, 1_000_000, 1_000_000

STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
}
"""The namespaces of Strict OOXML, and the ones everybody else writes for the same things."""

PACKAGE = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)

SEND_AGAIN = "Ask the sender to open the form in Word, save it as a new .docx file and send it again."
NOT_AGAIN = "Do not open the file; ask the sender for a fresh copy of the form."
WITHOUT_PASSWORD = "Ask the sender for a copy without a password."
THE_FORM = "Ask the sender for the form itself."


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from one part to another: the last word of its type, and where it leads."""

    kind: str
    target: str
    external: bool


@dataclass
class Package:
    """The parts of one file by name; ``damaged`` collects the names of parts that could not be inflated."""

    sizes: Mapping[str, int]
    archive: zipfile.ZipFile | None = None
    members: Mapping[str, zipfile.ZipInfo] = field(default_factory=dict)
    flat: Mapping[str, bytes] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    _read: dict[str, bytes | None] = field(default_factory=dict)
    _linked: dict[str, dict[str, Relation]] = field(default_factory=dict)

    def read(self, name: str) -> bytes | None:
        """The bytes of a part, or None where there is no such part or it is damaged."""
        if name in self.flat:
            return self.flat[name]
        if name not in self._read:
            self._read[name] = self._inflate(name)
        return self._read[name]

    def _inflate(self, name: str) -> bytes | None:
        member = self.members.get(name)
        if self.archive is None or member is None:
            return None
        try:
            with self.archive.open(member) as stream:  # read(n) bounds the inflater, read() would not
                return stream.read(member.file_size) if member.file_size else b""
        except ZIP_FAULTS:
            self.damaged.add(name)
            return None

    def tree(self, name: str, thin: Callable[[bytes], bytes] = bytes) -> etree._Element | None:
        """The root element of an XML part, or None where it is missing or not well formed; ``thin`` may leave out what
        nobody will ask for.

        Raises Unreadable ``hostile`` for a DTD, an entity, or a part too large or too deep to be a form.
        """
        data = self.read(name)
        if not data:
            return None
        try:
            return parse_part(name, thin(data))
        except etree.XMLSyntaxError:
            self.damaged.add(name)
            return None

    def relations(self, name: str) -> dict[str, Relation]:
        """The relations of a part by id; the name "" stands for the package itself."""
        if name not in self._linked:
            self._linked[name] = self._links(name)
        return self._linked[name]

    def _links(self, name: str) -> dict[str, Relation]:
        folder, base = posixpath.split(name)
        root = self.tree(posixpath.join(folder, "_rels", f"{base}.rels"))
        found: dict[str, Relation] = {}
        for link in root if root is not None else ():
            target, external = link.get("Target", ""), link.get("TargetMode") == "External"
            where = target if external else posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[link.get("Id", "")] = Relation(link.get("Type", "").rpartition("/")[2], where, external)
        return found

    @cached_property
    def main_part(self) -> str:
        """The name of the part that holds the text; ``word/document.xml`` where the package does not say."""
        links = self.relations("").values()
        named = [link.target for link in links if link.kind == "officeDocument" and link.target in self.sizes]
        return named[0] if named else "word/document.xml"

    def content_type(self, name: str) -> str:
        """What the package declares a part to be, or an empty string."""
        root = self.tree("[Content_Types].xml")
        wanted = f"/{name}".lower()
        for entry in root if root is not None else ():
            if entry.get("PartName", "").lower() == wanted:
                return entry.get("ContentType", "")
        return ""


def open_package(data: bytes) -> Package:
    """Open a Word file (zip package, or one flat XML file) after judging it; raises Unreadable."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise _not_a_package(data)
    if data[:400].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return _open_flat(data)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except ZIP_FAULTS as fault:
        raise Unreadable("damaged", "The file is not a complete Word file.", SEND_AGAIN) from fault
    members = _judged(archive)
    package = Package({name: info.file_size for name, info in members.items()}, archive, members)
    _refuse_doctypes(package)
    return package


def parse_part(name: str, data: bytes) -> etree._Element:
    """The root of one XML part, without network, DTD or entities; Strict names become the common ones."""
    if len(data) > MAX_PART or data.count(b"<") > MAX_TAGS:
        raise _hostile(f"The part {name} is far larger than any form")
    if any(mark in data for mark in DOCTYPES):
        raise _hostile(f"The part {name} declares a DTD or entities")
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
            raise _hostile(f"The part {name} is nested too deeply or is too large") from fault
        raise
    if root.getroottree().docinfo.internalDTD is not None:
        raise _hostile(f"The part {name} declares a DTD")
    return root


def _judged(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by name, after the directory has been checked; nothing has been inflated yet."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL:
        raise _hostile("The package holds more parts or bytes than any form")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.orig_filename.replace("\\", "/")
        _judge_member(name, info)
        if name.lower() in {"[content_types].xml"} and "[Content_Types].xml" in members or name in members:
            message = f"The package holds the part {name} twice, so what it says is ambiguous."
            raise Unreadable("damaged", message, SEND_AGAIN)
        members[name] = info
    _refuse_overlap(infos, archive.start_dir)
    return members


def _judge_member(name: str, info: zipfile.ZipInfo) -> None:
    """Refuse names that climb out of the package, encrypted members, and members that grow beyond reason."""
    if name.startswith("/") or ".." in name.split("/") or "\0" in name or name[1:2] == ":":
        raise _hostile("The package holds a part whose name leads out of it")
    if info.flag_bits & 0x1:
        raise Unreadable("encrypted", "The file is protected by a password.", WITHOUT_PASSWORD)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("damaged", "The package is compressed in a way Word does not use.", SEND_AGAIN)
    if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise _hostile(f"The part {name} would grow more than {MAX_RATIO} times when opened")


def _refuse_overlap(infos: list[zipfile.ZipInfo], directory: int) -> None:
    """Refuse members that share bytes (CPython 3.11 does not look; CVE-2024-0450)."""
    placed = sorted(infos, key=lambda info: info.header_offset)
    starts = [*(info.header_offset for info in placed[1:]), directory]
    for info, following in zip(placed, starts, strict=True):
        if info.header_offset + 30 + info.compress_size > following:
            raise _hostile("Parts of the package overlap")


def _refuse_doctypes(package: Package) -> None:
    """Refuse a file with a DTD in any XML part, also in parts that are not read otherwise."""
    for name in package.sizes:
        if name.endswith((".xml", ".rels", ".vml")):
            data = package.read(name) or b""
            if any(mark in data for mark in DOCTYPES):
                raise _hostile(f"The part {name} declares a DTD or entities")


def _open_flat(data: bytes) -> Package:
    """A "Flat OPC" file: the whole package as one XML file."""
    try:
        root = parse_part("the file", data)
    except etree.XMLSyntaxError as fault:
        raise Unreadable("damaged", "The file looks like XML but is not complete.", SEND_AGAIN) from fault
    if root.tag != f"{PACKAGE}package":
        raise Unreadable("not_a_request", "The file is XML, but not a Word document.", THE_FORM)
    flat: dict[str, bytes] = {}
    for part in root:
        held = part.find(f"{PACKAGE}xmlData/*")
        flat[part.get(f"{PACKAGE}name", "").lstrip("/")] = b"" if held is None else etree.tostring(held)
    return Package({name: len(held) for name, held in flat.items()}, flat=flat)


def _not_a_package(data: bytes) -> Unreadable:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Unreadable("encrypted", "The file is protected by a password.", WITHOUT_PASSWORD)
    return Unreadable("damaged", "The file is an old Word file under a new name.", SEND_AGAIN)


def _hostile(message: str) -> Unreadable:
    return Unreadable("hostile", f"{message}.", NOT_AGAIN)
