"""Bytes become a Document: which reader reads which kind of file, and what is said of the kinds that none reads."""

from collections.abc import Callable
from typing import NamedTuple

from extractors import media
from extractors.passwords import decrypt
from pipeline.document import Document
from pipeline.trouble import Unreadable

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
    from extractors.office_guards import guard_office

    guard_office(data, media_type)
    return read_office(data, media_type)


def _paged(data: bytes, media_type: str) -> Document:
    """A PDF by its text layer; by OCR where pages are pictures or the text layer makes no sense; by another reader
    where this one finds nothing."""
    from extractors.paged import read_pdf

    try:
        document = read_pdf(data)
    except Unreadable as trouble:
        if trouble.code in _FOR_ANOTHER:
            return _otherwise(data, trouble)
        if trouble.code not in _FOR_OCR:
            raise
    else:
        if not any(trouble.code == "text_in_picture" for trouble in document.troubles):
            return document
    from extractors.scanned import read_scan

    return read_scan(data, media_type)


def _otherwise(data: bytes, trouble: Unreadable) -> Document:
    """What the other reader makes of a PDF; where it makes nothing of it, the first one's refusal stands."""
    from extractors.second_reading import read_otherwise

    try:
        return read_otherwise(data)
    except Unreadable as again:
        if again.code == trouble.code == "too_dense":
            raise Unreadable("hostile", again.message, again.remedy) from trouble
        raise trouble from again


def read_again(data: bytes) -> Document:
    """Read a file with another reader, after the usual one died of it. Raises ``Unreadable``, also
    ``no_other_reader``."""
    decrypt(data)
    if media.sniff(data) != media.PDF:
        raise Unreadable("no_other_reader", "No other reader reads this kind of file.", "Open it by hand.")
    from extractors.second_reading import read_otherwise

    return read_otherwise(data)


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
_FOR_ANOTHER = ("damaged", "too_dense")

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
_UNPACK = "Unpack it and process the request form in it on its own, or ask the sender for the form as PDF or Word."
_PICTURE = "Ask the sender for the form as a PDF or Word file; the guide accepts no pictures."

REFUSALS: dict[str, Refusal] = {
    media.EMPTY: Refusal("empty_file", "The file is empty.", "Ask the sender to send the form again."),
    media.GIF: Refusal(
        "not_supported_yet",
        "The file is a GIF picture.",
        _PICTURE,
    ),
    media.BMP: Refusal("not_supported_yet", "The file is a BMP picture.", _PICTURE),
    media.WEBP: Refusal("not_supported_yet", "The file is a WebP picture.", _PICTURE),
    media.HEIC: Refusal("not_supported_yet", "The file is a HEIC picture, as some telephones take them.", _PICTURE),
    media.RAR: Refusal("not_supported_yet", "The file is a RAR archive.", _UNPACK),
    media.SEVEN_ZIP: Refusal("not_supported_yet", "The file is a 7z archive.", _UNPACK),
    media.GZIP: Refusal("not_supported_yet", "The file is a gzip archive.", _UNPACK),
    media.TNEF: Refusal("not_supported_yet", "The file is a mail as Outlook packs it (winmail.dat).", _UNPACK),
    media.PROGRAM: Refusal("hostile", "The file is a program.", "Do not open it; ask the sender for the request form."),
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
