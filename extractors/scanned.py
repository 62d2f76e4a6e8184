"""The reader for scans and photographs: pages that are pictures become a Document by OCR."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from extractors.page_layer import is_picture, is_senseless
from extractors.page_sheet import Sheet
from extractors.page_widgets import Notes
from extractors.paged import Scroll, compose, parse_pdf, settle
from extractors.scan_page import ScanPage, first_language, read_page
from extractors.scan_pictures import Picture, file_pictures, page_pictures
from extractors.scan_sheets import sheets_of
from extractors.scan_upright import Upright, set_upright
from extractors.scan_words import data_folder
from pipeline.document import Document, TextOrigin, Trouble

_AT_ONCE = 2
MOST_PAGES = 20
"""So many pages of one file are read by OCR: each takes seconds, and no form has more."""
_TOO_LONG = Trouble(
    "too_long",
    "warning",
    f"More than {MOST_PAGES} pages are pictures; the first {MOST_PAGES} of them were read. Look at the others.",
)
_LOOKED_AT = 3
"""Pages that are asked for the file's language before the first is taken as it comes."""


def read_scan(data: bytes, media_type: str) -> Document:
    """Read a PDF whose pages, or some of them, are pictures; pages with a sound text layer are read as they are.

    Origin ``ocr`` where all text stands in pictures, ``mixed`` where a part of it does. Words keep their confidence
    (0 to 1); what is there and cannot be read is U+FFFD with confidence 0. Raises Unreadable: ``ocr_missing``,
    ``damaged``, ``encrypted``.
    """
    data_folder()
    scroll = parse_pdf(data)
    senseless = is_senseless(scroll.sheets)
    numbers = [s.number for s in scroll.sheets if senseless or is_picture(s) or is_senseless([s]) or not s.words]
    numbers = [number for number in numbers if number not in scroll.too_dense]
    if len(numbers) > MOST_PAGES:
        numbers = numbers[:MOST_PAGES]
        scroll.troubles.append(_TOO_LONG)
    pages = dict(_read_pages(numbers, page_pictures(data, numbers)))
    for number, (sheet, notes) in _sheets(pages).items():
        entries = scroll.notes[number - 1]
        scroll.sheets[number - 1] = sheet
        scroll.notes[number - 1] = Notes([], entries.signs + notes.signs)
    settle(scroll, on_paper=True)
    return _with_doubts(compose(scroll, _origin(scroll.sheets, pages), media_type))


def read_pictures(data: bytes, media_type: str) -> Document:
    """Read a photograph or scan (JPEG, PNG, TIFF, also of several pages). Raises as ``read_scan`` does."""
    data_folder()
    pictures = file_pictures(data)
    pages = dict(_read_pages(range(1, len(pictures) + 1), pictures))
    read = _sheets(pages)
    scroll = Scroll([s for s, _ in read.values()], [n for _, n in read.values()], [_NOT_ACCEPTED])
    settle(scroll, on_paper=True)
    return _with_doubts(compose(scroll, "ocr", media_type))


_NOT_ACCEPTED = Trouble(
    "not_accepted_format",
    "warning",
    "The form came as a picture. It was read by OCR, but the facility accepts PDF and Word files only.",
)


def _with_doubts(document: Document) -> Document:
    """Boxes of which nobody can say whether they are ticked are shown to a person, never guessed in silence."""
    doubtful = [
        (line.page, " ".join(line.text[piece.end :].split())[:50])
        for line in document.lines
        for piece in line.pieces
        if piece.kind == "tick" and piece.confidence is not None and piece.confidence < _SURE_TICK
    ]
    if not doubtful:
        return document
    named = "; ".join(f"page {page}: “{text}”" if text else f"page {page}" for page, text in doubtful[:5])
    message = f"It cannot be told surely whether these boxes are ticked; look at the original: {named}."
    return replace(document, troubles=(*document.troubles, Trouble("unclear_tick", "warning", message)))


_SURE_TICK = 0.75
"""Confidence below which a box is neither surely empty nor surely ticked."""


def _read_pages(numbers: Iterable[int], pictures: Iterable[Picture]) -> Iterator[tuple[int, ScanPage]]:
    """All pages read, two at a time; the first that shows its language settles it for the others."""
    waiting: list[tuple[int, Picture | Upright]] = list(zip(numbers, pictures, strict=True))
    workers = min(_AT_ONCE, os.cpu_count() or 1, max(len(waiting), 1))
    with ThreadPoolExecutor(workers) as pool:
        language = None
        upright = pool.map(set_upright, [p for _, p in waiting[:_LOOKED_AT] if isinstance(p, Picture)])
        for place, page in enumerate(upright):
            waiting[place] = (waiting[place][0], page)
            language = language or first_language(page)
        yield from pool.map(lambda job: (job[0], read_page(job[1], language)), waiting)


def _sheets(pages: dict[int, ScanPage]) -> dict[int, tuple[Sheet, Notes]]:
    made = sheets_of(sorted(pages.items()))
    return {sheet.number: (sheet, notes) for sheet, notes in made}


def _origin(sheets: list[Sheet], pages: dict[int, ScanPage]) -> TextOrigin:
    """``mixed`` where pages with a text layer and pictures with more than a few words stand in one file."""
    printed = [s for s in sheets if s.number not in pages and s.words]
    return "mixed" if printed and any(len(p.words) > 4 for p in pages.values()) else "ocr"
