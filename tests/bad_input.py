"""The eight bad inputs of the office, made afresh: nothing here is a real form."""

import io
import struct
import zipfile

import pikepdf
from docx import Document
from PIL import Image

_ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
)


def word(*lines: str) -> bytes:
    """A plain Word file with these paragraphs."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf(password: str | None = None, pages: int = 1) -> bytes:
    """A PDF of empty pages, behind a password if one is given."""
    file = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        encryption = pikepdf.Encryption(owner="owner", user=password, R=6) if password else False
        document.save(file, encryption=encryption)
    return file.getvalue()


def picture(kind: str = "PNG") -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, kind)
    return file.getvalue()


def with_entity() -> bytes:
    """A Word file whose main part needs an external entity."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word("x"))) as good, zipfile.ZipFile(file, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, _ENTITY if name == "word/document.xml" else good.read(name))
    return file.getvalue()


def claiming_two_gigabytes() -> bytes:
    """A small zip whose directory says that one part has 2 GB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * 1000)
    data = bytearray(file.getvalue())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 2_000_000_000)
    return bytes(data)


def eight() -> dict[str, tuple[bytes, set[str]]]:
    """Name, bytes, and the codes of which one must stand in the record."""
    whole = word("A form", "cut short")
    return {
        "empty.docx": (b"", {"empty_file"}),
        "truncated.docx": (whole[: len(whole) // 2], {"damaged"}),
        "password.pdf": (pdf(password="secret"), {"encrypted"}),
        "picture.pdf": (picture(), {"no_form_found", "ocr_missing"}),
        "no_pages.pdf": (pdf(pages=0), {"damaged"}),
        "text.pdf": (b"Dear colleagues,\nplease find attached.\n", {"not_a_request"}),
        "entity.docx": (with_entity(), {"hostile"}),
        "two_gigabytes.docx": (claiming_two_gigabytes(), {"hostile"}),
    }
