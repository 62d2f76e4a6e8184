"""The reader for scans and photographs: pages that are pictures become a Document by OCR."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from extractors.page_layer import is_picture, is_senseless
from extractors.page_sheet import Sheet
from extractors.page_widgets import Notes
from extractors.paged import Scroll, compose, parse_pdf, settle
from extractors.scan_doubts import with_doubts
from extractors.scan_page import ScanPage, Told, find_drawn, is_blank, look_at, read_drawn
from extractors.scan_pictures import Pages, Picture, file_pictures
from extractors.scan_sheets import sheets_of
from extractors.scan_upright import Upright, set_upright
from extractors.scan_words import data_folder
from pipeline.document import Document, Line, TextOrigin, Trouble

_AT_ONCE = 2
_DUST = frozenset(":;.,'`´\"|!_~^°")
MOST_PAGES = 20
"""So many pages of one file are read by OCR: each takes seconds, and no form has more."""
_TOO_LONG = Trouble(
    "too_long",
    "warning",
    f"More than {MOST_PAGES} pages are pictures; the first {MOST_PAGES} of them were read. Look at the others.",
)


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
    with Pages(data) as drawn:
        pages = _read_pages(numbers, drawn.picture)
    for number, (sheet, notes) in _sheets(pages).items():
        entries = scroll.notes[number - 1]
        scroll.sheets[number - 1] = sheet
        scroll.notes[number - 1] = Notes([], entries.signs + notes.signs)
    settle(scroll, on_paper=True)
    return with_doubts(_without_dust(compose(scroll, _origin(scroll.sheets, pages), media_type)))


def read_pictures(data: bytes, media_type: str) -> Document:
    """Read a photograph or scan (JPEG, PNG, TIFF, also of several pages). Raises as ``read_scan`` does."""
    data_folder()
    pictures = file_pictures(data)
    pages = _read_pages(list(range(1, len(pictures) + 1)), lambda number: pictures[number - 1])
    read = _sheets(pages)
    scroll = Scroll([s for s, _ in read.values()], [n for _, n in read.values()], [_NOT_ACCEPTED])
    settle(scroll, on_paper=True)
    return with_doubts(_without_dust(compose(scroll, "ocr", media_type)))


def _without_dust(document: Document) -> Document:
    """The document with lines of one or two dots or strokes, which a scan makes of dust, as empty ones."""
    lines = (replace(line, text="", pieces=()) if _is_dust(line) else line for line in document.lines)
    return replace(document, lines=tuple(lines))


def _is_dust(line: Line) -> bool:
    text = line.text.strip()
    return 0 < len(text) <= 2 and set(text) <= _DUST and all(piece.kind == "text" for piece in line.pieces)


_NOT_ACCEPTED = Trouble(
    "not_accepted_format",
    "warning",
    "The form came as a picture. It was read by OCR, but the facility accepts PDF and Word files only.",
)


def _read_pages(numbers: list[int], picture_of: Callable[[int], Picture]) -> dict[int, ScanPage]:
    """All pages read, two at a time; the first that shows its language settles it for those after it."""
    told: list[Future[Told]] = [Future() for _ in numbers]

    def read(place: int) -> ScanPage:
        try:
            page = set_upright(picture_of(numbers[place]))
            return _read_page(page, told[place - 1] if place else None, told[place])
        finally:  # the pages after it must not wait for ever when it fails
            if not told[place].done():
                told[place].set_result(Told())

    with ThreadPoolExecutor(min(_AT_ONCE, os.cpu_count() or 1, max(len(numbers), 1))) as pool:
        return dict(zip(numbers, pool.map(read, range(len(numbers))), strict=True))


def _read_page(page: Upright, before: Future[Told] | None, told: Future[Told]) -> ScanPage:
    """One page; while the page before it is still looked at, what needs no language is done."""
    blank = is_blank(page)
    drawn = find_drawn(page) if before is not None and not before.done() and not blank else None
    known = before.result() if before is not None else Told()
    upright, known = (page, known) if blank else look_at(page, known)
    told.set_result(known)
    if blank:
        return ScanPage(page.read())
    if drawn is None or upright is not page:
        drawn = find_drawn(upright)
    found = read_drawn(drawn, known.language)
    found.upright = found.upright.read()
    return found


def _sheets(pages: dict[int, ScanPage]) -> dict[int, tuple[Sheet, Notes]]:
    made = sheets_of(sorted(pages.items()))
    return {sheet.number: (sheet, notes) for sheet, notes in made}


def _origin(sheets: list[Sheet], pages: dict[int, ScanPage]) -> TextOrigin:
    """``mixed`` where pages with a text layer and pictures with more than a few words stand in one file."""
    printed = [s for s in sheets if s.number not in pages and s.words]
    return "mixed" if printed and any(len(p.words) > 4 for p in pages.values()) else "ocr"
