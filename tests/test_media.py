"""The kind of a file is told from its bytes."""

import io
import zipfile
from email.message import EmailMessage

import pytest

from extractors import media
from extractors.media import sniff
from extractors.reading import READERS, REFUSALS, read
from pipeline.trouble import Unreadable
from tests.bad_input import pdf, picture, word


def package(content_type: str) -> bytes:
    """A package that declares one main part."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{content_type}"/></Types>')
    return file.getvalue()


def odt() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", media.ODT)
    return file.getvalue()


def ole(*names: str) -> bytes:
    """An OLE header with directory entries of these names."""
    entries = b"".join((name.encode("utf-16-le") + b"\0\0").ljust(128, b"\0") for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entries


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Запрос"
    message.set_content("<html><body>x</body></html>", subtype="html")
    return message.as_bytes()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CASES = {
    "docx": (word("x"), media.DOCX),
    "docm": (package("application/vnd.ms-word.document.macroEnabled.main+xml"), media.DOCM),
    "dotx": (package(f"{WORD}.template.main+xml"), media.DOTX),
    "dotm": (package("application/vnd.ms-word.template.macroEnabledTemplate.main+xml"), media.DOTM),
    "xlsx": (package("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"), media.XLSX),
    "odt": (odt(), media.ODT),
    "zip": (package("text/plain"), media.ZIP),
    "broken zip": (b"PK\x03\x04" + b"x" * 50, media.ZIP),
    "doc": (ole("Root Entry", "WordDocument", "1Table"), media.DOC),
    "doc with a sheet in it": (ole("Root Entry", "Workbook", "WordDocument"), media.DOC),
    "encrypted docx": (ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), media.ENCRYPTED_OFFICE),
    "msg": (ole("Root Entry", "__properties_version1.0", "EncryptedPackage"), media.MSG),
    "other ole": (ole("Root Entry"), media.OLE),
    "words that look like an entry": (ole("Root Entry") + b"..." + "WordDocument".encode("utf-16-le"), media.OLE),
    "rtf": (rb"{\rtf1\ansi x}", media.RTF),
    "pdf": (pdf(), media.PDF),
    "pdf after junk": (b"\r\n junk " * 50 + pdf(), media.PDF),
    "pdf named too late": (b"word " * 300 + b"%PDF-1.4", media.TEXT),
    "png": (picture(), media.PNG),
    "jpeg": (picture("JPEG"), media.JPEG),
    "tiff": (picture("TIFF"), media.TIFF),
    "mail with html": (mail(), media.EML),
    "html": (b"<!DOCTYPE html><html><body>From: x</body></html>", media.HTML),
    "xml": (b"<?xml version='1.0'?><a/>", media.XML),
    "text": ("Уважаемые коллеги: прошу рассмотреть".encode(), media.TEXT),
    "text in utf-16": ("text".encode("utf-16"), media.TEXT),
    "empty": (b"", media.EMPTY),
    "only zeros": (b"\0" * 100, media.EMPTY),
    "two bytes": (b"\x01\x02", media.UNKNOWN),
}


@pytest.mark.parametrize("name", CASES)
def test_kind_is_told_from_the_bytes(name: str) -> None:
    data, expected = CASES[name]
    assert sniff(data) == expected


def test_large_content_types_are_not_inflated() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f"{WORD}.document.main+xml" + " " * 2_000_000)
    assert sniff(file.getvalue()) == media.ZIP


def test_no_kind_is_both_read_and_refused() -> None:
    assert not READERS.keys() & REFUSALS.keys()


@pytest.mark.parametrize("kind", [kind for kind in CASES if CASES[kind][1] not in READERS])
def test_what_no_reader_reads_is_refused_with_a_remedy(kind: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(CASES[kind][0])
    assert refused.value.code in {"empty_file", "not_supported_yet", "not_a_request", "encrypted"}
    assert refused.value.message.endswith(".") and refused.value.remedy.endswith(".")


def test_an_archive_is_named_as_one() -> None:
    with pytest.raises(Unreadable) as refused:
        read(CASES["zip"][0])
    assert refused.value.code == "not_supported_yet" and "archive" in refused.value.message
