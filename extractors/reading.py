"""Bytes become a Document: which reader reads which kind of file, and what is said of the kinds that none reads."""

from collections.abc import Callable
from typing import NamedTuple

from extractors import media
from extractors.passwords import decrypt
from pipeline.document import Document, Unreadable

Reader = Callable[[bytes, str], Document]


class Refusal(NamedTuple):
    """Why a kind of file is not read and what to do about it."""

    code: str
    message: str
    remedy: str


def read(data: bytes) -> Document:
    """Read one file. Raises ``Unreadable`` with a flag code, what the file is, and what to do.

    A file behind a password is refused; ``extractors.passwords.decrypt`` opens it first where the password is known."""
    decrypt(data)
    media_type = media.sniff(data)
    reader = READERS.get(media_type)
    if reader is None:
        raise Unreadable(*REFUSALS.get(media_type, _NOT_A_DOCUMENT))
    return reader(data, media_type)


def _word(data: bytes, media_type: str) -> Document:
    from extractors.word import read_word

    return read_word(data, media_type)


def _office(data: bytes, media_type: str) -> Document:
    from extractors.office import read_office

    return read_office(data, media_type)


def _paged(data: bytes, media_type: str) -> Document:
    """A PDF by its text layer; by OCR where pages are pictures or the text layer makes no sense."""
    from extractors.paged import read_pdf

    try:
        document = read_pdf(data)
    except Unreadable as trouble:
        if trouble.code not in _FOR_OCR:
            raise
    else:
        if not any(trouble.code == "text_in_picture" for trouble in document.troubles):
            return document
    from extractors.scanned import read_scan

    return read_scan(data, media_type)


def _picture(data: bytes, media_type: str) -> Document:
    from extractors.scanned import read_pictures

    return read_pictures(data, media_type)


def _package(data: bytes, media_type: str) -> Document:
    """A zip that is no Word file: broken or dangerous ones are named as such, the others are archives."""
    from extractors.word_package import open_package

    open_package(data)
    raise Unreadable(
        "not_supported_yet",
        "The file is an archive (zip).",
        "Unpack it and process the request form in it on its own.",
    )


_FOR_OCR = ("scan", "unreadable_text_layer")

READERS: dict[str, Reader] = {
    media.DOCX: _word,
    media.DOCM: _word,
    media.DOTX: _word,
    media.DOTM: _word,
    media.FLAT_WORD: _word,
    media.DOC: _office,
    media.ODT: _office,
    media.RTF: _office,
    media.PDF: _paged,
    media.PNG: _picture,
    media.JPEG: _picture,
    media.TIFF: _picture,
    media.ZIP: _package,
}
"""One line per kind of file. A new kind is one module and one line here."""

_NO_FORM = "Look whether the request form came in another file; if not, ask the sender for it as PDF or Word."
_NOT_A_DOCUMENT = Refusal("not_a_request", "The file is neither a PDF nor a Word document.", _NO_FORM)
_MAIL = Refusal("not_supported_yet", "The file is a mail.", "Save the attached form and process that file on its own.")

REFUSALS: dict[str, Refusal] = {
    media.EMPTY: Refusal("empty_file", "The file is empty.", "Ask the sender to send the form again."),
    media.GIF: Refusal(
        "not_supported_yet",
        "The file is a GIF picture.",
        "Ask the sender for the form as a PDF or Word file; the guide accepts no pictures.",
    ),
    media.EML: _MAIL,
    media.MSG: _MAIL,
    media.XLSX: Refusal("not_a_request", "The file is a spreadsheet, not a request form.", _NO_FORM),
    media.XLS: Refusal("not_a_request", "The file is a spreadsheet, not a request form.", _NO_FORM),
    media.PPTX: Refusal("not_a_request", "The file is a presentation, not a request form.", _NO_FORM),
    media.PPT: Refusal("not_a_request", "The file is a presentation, not a request form.", _NO_FORM),
    media.XML: Refusal("not_a_request", "The file is XML, not a request form.", _NO_FORM),
    media.HTML: Refusal("not_a_request", "The file is a web page, not a request form.", _NO_FORM),
    media.TEXT: Refusal("not_a_request", "The file is plain text, not a request form.", _NO_FORM),
}
