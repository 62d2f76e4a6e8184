"""Mails for the tests: as programs write them, as Outlook saves and packs them, and broken ones."""

import io
import struct
import zipfile
from email.message import EmailMessage

from PIL import Image

FORM_LIKE = b"institution_name: Ministry of Labour"


def mail(*files: tuple[str, bytes], subject: str = "Request", text: str = "Dear colleagues,", **heads: str) -> bytes:
    """A mail with attachments; ``heads`` are further headers, underscores for hyphens."""
    made = EmailMessage()
    made["From"] = heads.pop("From", '"Ms A. Person" <a.person@labour.gov.xx>')
    made["To"] = "requests@socieux.eu"
    made["Subject"] = subject
    made["Date"] = "Mon, 02 Mar 2026 10:00:00 +0600"
    made["Message-ID"] = "<first@labour.gov.xx>"
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def raw_mail(content_type: str, body: bytes, *heads: str) -> bytes:
    """A mail written by hand."""
    lines = ["From: a@b.xx", "To: requests@socieux.eu", "Subject: x", *heads, f"Content-Type: {content_type}", "", ""]
    return "\r\n".join(lines).encode() + body


def multipart(*sections: bytes, end: bool = True) -> bytes:
    """The body of a multipart with the boundary B."""
    return b"".join(b"--B\r\n" + section + b"\r\n" for section in sections) + (b"--B--\r\n" if end else b"")


def section(name: str, data: bytes, encoding: str = "") -> bytes:
    """A part of a multipart, its data already encoded."""
    coded = f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else ""
    head = f'Content-Type: application/octet-stream; name="{name}"\r\n{coded}'
    return f'{head}Content-Disposition: attachment; filename="{name}"\r\n\r\n'.encode() + data


def picture(width: int, height: int, kind: str = "JPEG") -> bytes:
    """A picture that does not compress to nothing."""
    file = io.BytesIO()
    Image.effect_noise((width, height), 60).save(file, kind)
    return file.getvalue()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def winmail(files: dict[str, bytes], body: bytes = b"Dear colleagues") -> bytes:
    """A ``winmail.dat`` with files."""

    def piece(level: int, name: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    made = struct.pack("<IH", 0x223E9F78, 1) + piece(1, 0x9006, 8, struct.pack("<I", 0x10000))
    made += piece(1, 0x9007, 6, struct.pack("<II", 1252, 0)) + piece(1, 0x800C, 2, body)
    for name, data in files.items():
        made += piece(2, 0x9002, 6, b"\0" * 14) + piece(2, 0x8010, 1, name.encode("cp1252") + b"\0")
        made += piece(2, 0x800F, 6, data)
    return made


Storage = dict[str, "bytes | Storage"]


def outlook(subject: str, sender: str, files: dict[str, "bytes | Storage"], headers: str = "") -> bytes:
    """A message as Outlook saves it; a file may be a message made by ``outlook_message``."""
    return _compound(outlook_message(subject, sender, files, headers, top=True))


def outlook_message(
    subject: str, sender: str, files: dict[str, "bytes | Storage"], headers: str = "", top: bool = False
) -> Storage:
    """The storage of a message."""
    texts = {0x0037: subject, 0x1000: "Dear colleagues", 0x0C1A: "Ms A. Person", 0x5D01: sender}
    if headers:
        texts[0x007D] = headers
    made = _properties(texts, 32 if top else 24)
    for number, (name, data) in enumerate(files.items()):
        held = _properties({0x3707: name}, 8, data if isinstance(data, bytes) else None)
        if not isinstance(data, bytes):
            held["__substg1.0_3701000D"] = data
        made[f"__attach_version1.0_#{number:08X}"] = held
    return made


def _properties(texts: dict[int, str], offset: int, data: bytes | None = None) -> Storage:
    made: Storage = {}
    rows = b""
    for pid, text in texts.items():
        coded = text.encode("utf-16-le")
        made[f"__substg1.0_{pid:04X}001F"] = coded
        rows += struct.pack("<HHIII", 0x1F, pid, 6, len(coded) + 2, 0)
    if data is not None:
        made["__substg1.0_37010102"] = data
        rows += struct.pack("<HHIII", 0x102, 0x3701, 6, len(data), 0)
    rows += struct.pack("<HHIII", 3, 0x340D, 6, 0x40000, 0)
    made["__properties_version1.0"] = b"\0" * offset + rows
    return made


def _compound(root: Storage) -> bytes:
    """An OLE file of sectors of 512 bytes; streams below 4096 bytes lie in sectors of 64 bytes in the root's stream."""
    entries: list[list[object]] = []
    sectors, small = bytearray(), bytearray()
    chains: list[int] = []
    small_chains: list[int] = []

    def keep(data: bytes) -> int:
        first = len(chains)
        count = max(1, -(-len(data) // 512))
        sectors.extend(data.ljust(count * 512, b"\0"))
        chains.extend([first + at + 1 for at in range(count - 1)] + [0xFFFFFFFE])
        return first

    def keep_small(data: bytes) -> int:
        first = len(small_chains)
        count = max(1, -(-len(data) // 64))
        small.extend(data.ljust(count * 64, b"\0"))
        small_chains.extend([first + at + 1 for at in range(count - 1)] + [0xFFFFFFFE])
        return first

    def walk(name: str, node: "bytes | Storage", kind: int) -> int:
        at = len(entries)
        entries.append([name, kind, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0])
        if isinstance(node, bytes):
            entries[at][5:] = [keep(node) if len(node) >= 4096 else keep_small(node), len(node)]
            return at
        children = [walk(child, held, 2 if isinstance(held, bytes) else 1) for child, held in node.items()]
        if children:
            entries[at][4] = children[0]
            for one, following in zip(children, children[1:], strict=False):
                entries[one][3] = following
        return at

    walk("Root Entry", root, 5)
    entries[0][5:] = [keep(bytes(small)), len(small)]
    small_table = b"".join(struct.pack("<I", link) for link in small_chains)
    small_tables, first_small_table = -(-len(small_table) // 512), keep(small_table)
    directory = b"".join(_entry(*entry) for entry in entries)  # type: ignore[arg-type]
    first_of_directory = keep(directory)
    tables = -(-(len(chains) + 1) // 127)
    first_table = len(chains)
    chains.extend([0xFFFFFFFD] * tables)
    table = b"".join(struct.pack("<I", link) for link in chains).ljust(tables * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHHHIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, tables, first_of_directory, 0, 4096,
                        first_small_table, small_tables, 0xFFFFFFFE, 0)  # fmt: skip
    head += struct.pack("<109I", *[first_table + at if at < tables else 0xFFFFFFFF for at in range(109)])
    return head + bytes(sectors) + table


def _entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    coded = name.encode("utf-16-le")
    head = coded.ljust(64, b"\0") + struct.pack("<HBBIII", len(coded) + 2, kind, 1, left, right, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)
