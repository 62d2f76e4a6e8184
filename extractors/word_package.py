"""A Word file as a package of parts: opened with care, read in memory, nothing written to disk under its names."""

import posixpath
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO

from lxml import etree

from extractors.media import has_endless_directory
from extractors.word_guards import (
    SEND_AGAIN,
    THE_FORM,
    WITHOUT_PASSWORD,
    ZIP_FAULTS,
    has_doctype,
    hostile,
    judged_members,
    parse_part,
)
from pipeline.trouble import Unreadable

PACKAGE = "{http://schemas.microsoft.com/office/2006/xmlPackage}"


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
    if has_endless_directory(data):
        raise hostile("The package holds more parts than any form")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except ZIP_FAULTS as fault:
        raise Unreadable("damaged", "The file is not a complete Word file.", SEND_AGAIN) from fault
    members = judged_members(archive)
    package = Package({name: info.file_size for name, info in members.items()}, archive, members)
    _refuse_doctypes(package)
    return package


def _refuse_doctypes(package: Package) -> None:
    """Refuse a file with a DTD in any XML part, also in parts that are not read otherwise."""
    for name in package.sizes:
        if name.endswith((".xml", ".rels", ".vml")) and has_doctype(package.read(name) or b""):
            raise hostile(f"The part {name} declares a DTD or entities")


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
