"""Page pictures for people and for the desk: each page as PNG, and the boxes of what was read on it, by field key.

    shown = picture_pages(data, record)           # data: the file's bytes, opened where it was locked
    shown.pages[0].png, shown.pages[0].size       # PNG; width and height in points
    shown.places["title"]                         # Evidence with page (from 1) and bbox in points, quote, path
    shown.places["signature"]                     # the marks of the signature
    shown.labels["title"]                         # the printed label of the question, where it was asked for
    shown.unplaced                                # keys that have evidence, but none of it was found on the pages
    shown.html, shown.said                        # instead of pages where a Word file cannot be rendered, and why

The same for PDF, pictures and all word-processor files. A box times ``scale`` is in pixels of the PNG, origin at the
top left. A PDF or a picture has the boxes its evidence has; a Word file (.docx, .docm, .dotx, .doc, .odt, .rtf) is
printed by LibreOffice, tracked changes accepted, and the words of its evidence are looked for in the print. Where
LibreOffice is missing or fails, ``pages`` is empty and ``html`` holds the text with the places marked
(``<mark data-field="title">``).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from extractors import media
from extractors.page_html import page_html
from extractors.page_rendering import page_images
from extractors.printed_words import Place, Print, picture_near, places_of, read_print
from extractors.word_printing import accepted
from pipeline.document import Document
from pipeline.records import Evidence, Record
from pipeline.trouble import Unreadable

SCALE = 1.6
"""Pixels a point: about 115 dots an inch, enough to read on a screen."""
SIGNATURE = "signature"
PAGED = (media.PDF, media.PNG, media.JPEG, media.TIFF)
WRITTEN = (*media.WORD_TYPES, media.DOC, media.ODT, media.RTF)
"""Kinds of file that have pages of their own, and those that get them when printed."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page: PNG bytes, and its size in points."""

    png: bytes
    size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as pictures, see the module."""

    pages: tuple[PagePicture, ...] = ()
    places: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    labels: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    unplaced: tuple[str, ...] = ()
    html: str | None = None
    said: str = ""


def picture_pages(data: bytes, record: Record, scale: float = SCALE, labels: bool = False) -> Shown:
    """The pages of a file with the places of what ``record`` says was read in it, and of the questions' printed labels
    where ``labels`` are asked for (the file is then read once more).

    Raises Unreadable ``no_pages`` for a kind of file that has none, ``damaged`` where it cannot be drawn."""
    media_type = media.sniff(data)
    if media_type in PAGED:
        pages = tuple(_pictures(data, media_type, scale))
        places = {key: tuple(e for e in held if e.bbox) for key, held in _evidence(record)}
        return Shown(pages, places, _labels(_document(data)) if labels else {})
    if media_type in WRITTEN:
        return _printed(data, media_type, record, scale, labels)
    raise Unreadable("no_pages", f"A file of this kind ({media_type}) has no pages.", "Show the form that is in it.")


def _pictures(data: bytes, media_type: str, scale: float) -> Iterator[PagePicture]:
    for image in page_images(data, media_type, scale):
        out = io.BytesIO()
        image.save(out, "PNG")
        yield PagePicture(out.getvalue(), (image.width / scale, image.height / scale))


def _evidence(record: Record) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    yield from ((key, reading.evidence) for key, reading in record.fields.items() if reading.evidence)
    if record.signature.evidence:
        yield SIGNATURE, record.signature.evidence


def _labels(document: Document | None) -> dict[str, tuple[Evidence, ...]]:
    from extractors.label_places import label_places

    return label_places(document) if document is not None else {}


def _printed(data: bytes, media_type: str, record: Record, scale: float, labels: bool) -> Shown:
    from extractors.office import as_pdf, as_word, converter, no_converter
    from extractors.word import read_word

    program = converter()
    try:
        if program is None:
            raise no_converter(media_type)
        word = data if media_type in media.WORD_TYPES else as_word(program, data, media_type)
        pdf = as_pdf(program, *accepted(word))
    except Unreadable as trouble:
        return _written_out(data, media_type, record, str(trouble))
    document = read_word(word, media_type)
    printed = read_print(pdf, document.lines)
    found = {key: tuple(_located(printed, key, held)) for key, held in _evidence(record)}
    named = _labels(document).items() if labels else ()
    beside = {key: tuple(_located(printed, key, held)) for key, held in named}
    lost = tuple(key for key, held in found.items() if not held)
    pages = tuple(_pictures(pdf, media.PDF, scale))
    return Shown(pages, {key: held for key, held in found.items() if held}, beside, lost)


def _located(printed: Print, key: str, held: tuple[Evidence, ...]) -> Iterator[Evidence]:
    for evidence in held:
        for page, box in _places(printed, key, evidence):
            yield evidence.model_copy(update={"page": page, "bbox": box})


def _places(printed: Print, key: str, evidence: Evidence) -> list[Place]:
    found = places_of(printed, evidence.quote, evidence.path)
    return found or (picture_near(printed, evidence.path) if key == SIGNATURE else [])


def _written_out(data: bytes, media_type: str, record: Record, said: str) -> Shown:
    document = _document(data)
    html = _html(document, record, said) if document is not None else None
    return Shown(html=html, said=said)


def _html(document: Document, record: Record, said: str) -> str:
    return page_html(document, dict(_evidence(record)), record.document.language, said)


def _document(data: bytes) -> Document | None:
    """What can be read of the file without LibreOffice."""
    from extractors.reading import read

    try:
        return read(data)
    except Unreadable:
        return None
