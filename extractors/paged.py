"""The reader for PDF files with a text layer or form fields: bytes become a Document."""

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import resolve1
from pdfplumber.pdf import PDF

from extractors.active_content import active_content
from extractors.page_boxes import settle_on_lines, settle_ticks
from extractors.page_flow import Counter, drafts_of
from extractors.page_frames import settle_frames
from extractors.page_layer import check_layer
from extractors.page_limits import PAGES, PAGES_COUNTED, Budget, TooMuch, counting, layout_of
from extractors.page_lines import Draft, draft_of, line_of, number_bands
from extractors.page_margins import take_furniture
from extractors.page_marks import marks_of
from extractors.page_paragraphs import goes_on, mark_paragraphs
from extractors.page_repair import mended
from extractors.page_sheet import Sheet, widget_place, window_of
from extractors.page_tables import Grid, find_grids
from extractors.page_unseen import Drawn, unseen_troubles
from extractors.page_widgets import Notes, read_notes
from extractors.page_words import read_sheet
from extractors.struck import take_struck
from pipeline.document import Document, Line, TextOrigin, Trouble
from pipeline.trouble import Unreadable

logging.getLogger("pdfminer").setLevel(logging.ERROR)

MEDIA_TYPE = "application/pdf"


@dataclass(slots=True)
class Scroll:
    """A paged file as parsed: its pages, what is noted on each, and what was noticed; the numbers of the pages that
    hold too much to be read (and whether on purpose), and how many pages there are beyond those that were read."""

    sheets: list[Sheet]
    notes: list[Notes]
    troubles: list[Trouble]
    too_dense: list[int] = field(default_factory=list)
    is_bomb: bool = False
    unread: int = 0


def read_pdf(data: bytes) -> Document:
    """Read a PDF file: lines in reading order, tables, ticks, form fields, marks.

    Raises Unreadable: ``encrypted`` (needs a password), ``damaged``, ``scan`` (pictures only),
    ``unreadable_text_layer`` (letters without meaning).
    """
    scroll = parse_pdf(data)
    scroll.troubles += take_struck(scroll.sheets)
    settle(scroll)
    scroll.troubles += check_layer(scroll.sheets)
    return compose(scroll, "pdf_form" if any(n.fillable for n in scroll.notes) else "pdf_text", MEDIA_TYPE)


def settle(scroll: Scroll, on_paper: bool = False) -> None:
    """Find the tick boxes of all pages and set them and the form fields on their lines.

    ``on_paper``: frames are looked for that were form fields; a digital file's frames are read as tables."""
    settle_ticks(scroll.sheets)
    if on_paper and not any(n.fillable for n in scroll.notes):
        settle_frames(scroll.sheets, scroll.notes)
    for sheet, own in zip(scroll.sheets, scroll.notes, strict=True):
        sheet.words += own.words
        settle_on_lines(sheet, [w for w in sheet.words if w.kind != "text"])
        number_bands(sheet)


def compose(scroll: Scroll, origin: TextOrigin, media_type: str) -> Document:
    """The pages, once settled, as one Document: grids, running heads, lines in reading order, marks."""
    sheets = scroll.sheets
    grids = [find_grids(sheet) for sheet in sheets]
    furniture = take_furniture(sheets, grids)
    lines = _lines(sheets, grids)
    return Document(
        origin=origin,
        media_type=media_type,
        pages=len(sheets) + scroll.unread,
        lines=tuple(lines),
        furniture=tuple(line_of(draft_of(row, sheet, None, (), sheet.width)) for sheet, row in furniture),
        marks=tuple(marks_of(sheets, grids, [n.signs for n in scroll.notes], lines)),
        troubles=tuple(scroll.troubles),
        page_sizes=tuple(s.shown_size for s in sheets),
    )


def _lines(sheets: list[Sheet], grids: list[list[Grid]]) -> list[Line]:
    """The lines of all pages in reading order, paragraphs carried over the page breaks."""
    counter = Counter()
    pages = [drafts_of(sheet, own, counter) for sheet, own in zip(sheets, grids, strict=True)]
    mark_paragraphs([draft for page in pages for draft in page])
    written = [page for page in pages if page]
    for before, page in zip(written, written[1:], strict=False):
        _carry_over(before, page)
    return [line_of(draft) for page in pages for draft in page]


def _carry_over(before: list[Draft], page: list[Draft]) -> None:
    """A text or a table row that goes on at the head of the next page begins no new paragraph there."""
    last, first = before[-1], page[0]
    if last.cell is None or first.cell is None:
        if last.cell is None and first.cell is None and goes_on(last, first):
            first.new_paragraph = False
        return
    ends = {d.cell.column: d for d in before if d.cell and d.cell.table == last.cell.table and _reaches(d, last)}
    row = [d for d in page if d.cell is not None and d.cell.table == first.cell.table and d.cell.row == 0]
    if not _row_goes_on(row, ends):
        return
    opened: set[int] = set()
    for draft in row:
        column = draft.cell.column if draft.cell else 0
        if column not in opened and column in ends and goes_on(ends[column], draft):
            draft.new_paragraph = False
        opened.add(column)


def _row_goes_on(row: list[Draft], ends: dict[int, Draft]) -> bool:
    """The first row of a table on a new page goes on with the last row before: its first cell is empty or continued."""
    head = row[0]
    if len(ends) == 1 or not head.text:
        return True
    return head.text[:1].islower() and 0 in ends and goes_on(ends[0], head)


def _reaches(draft: Draft, last: Draft) -> bool:
    """The line stands in the last row of its table."""
    here, end = draft.cell, last.cell
    return here is not None and end is not None and here.row + here.rows >= end.row + end.rows


def parse_pdf(data: bytes) -> Scroll:
    """Parse the file; a damaged one is rebuilt once, and that it was is reported.

    Raises Unreadable ``encrypted`` or ``damaged``; what the pages hold is not asked yet.
    """
    try:
        return _parse(data)
    except Unreadable as refusal:
        again = mended(data) if refusal.code == "damaged" else None
        if again is None:
            raise
        scroll = _parse(again)
        if not any(s.words or s.images for s in scroll.sheets):
            raise
        scroll.troubles.append(_REPAIRED)
        return scroll


def _parse(data: bytes) -> Scroll:
    """One pass over the file by the PDF parser; whatever it raises means a damaged file, page by page if it can."""
    if b"%PDF" not in data[:1100]:
        raise _damaged("The file does not begin as a PDF.")
    try:
        with counting() as budget, pdfplumber.open(io.BytesIO(data)) as pdf:
            scroll = Scroll([], [], [])
            _read_pages(_Source(pdf, budget, Drawn(data)), scroll)
            scroll.troubles += active_content(pdf.doc, scroll.notes)
            scroll.troubles += unseen_troubles(scroll.sheets, scroll.notes)
            if "XFA" in _form(pdf):
                scroll.troubles.append(_xfa(pdf, scroll))
    except Unreadable:
        raise
    except Exception as error:  # the parser raises nearly every type on damaged files
        raise _refusal(error) from error
    return _checked(scroll)


class _Source(NamedTuple):
    """A file that is being read: as the parser has it, what it has cost so far, and its pages as pictures."""

    pdf: PDF
    budget: Budget
    drawn: Drawn


def _read_pages(source: _Source, scroll: Scroll) -> None:
    """The first pages; a page tree that breaks off gives those before the break."""
    pages = PDFPage.create_pages(source.pdf.doc)
    try:
        for number, page in enumerate(islice(pages, PAGES), 1):
            _read_page(page, number, source, scroll)
        scroll.unread = sum(1 for _ in islice(pages, PAGES_COUNTED))
    except Exception:
        if not scroll.sheets:
            raise
        message = (
            f"The pages after page {len(scroll.sheets)} cannot be found in the damaged file. Look at the original."
        )
        scroll.troubles.append(Trouble("damaged_page", "warning", message))


def _checked(scroll: Scroll) -> Scroll:
    failed = [s.number for s in scroll.sheets if s.failed]
    if len(failed) == len(scroll.sheets):
        if scroll.too_dense:
            raise too_dense(scroll.is_bomb)
        raise _damaged("No page of the file can be read.")
    if scroll.too_dense:
        message = f"{_pages(scroll.too_dense)} holds far more than any form and was not read. Look at the original."
        scroll.troubles.append(Trouble("too_dense", "warning", message))
    if damaged := [number for number in failed if number not in scroll.too_dense]:
        message = f"{_pages(damaged)} is damaged and was left out. Look at it in the original."
        scroll.troubles.append(Trouble("damaged_page", "warning", message))
    if scroll.unread:
        message = f"The file has more than {PAGES} pages; the first {PAGES} were read. Look at the others."
        scroll.troubles.append(Trouble("too_long", "warning", message))
    return scroll


def _pages(numbers: list[int]) -> str:
    return f"Page {', '.join(map(str, numbers))}"


def _read_page(page: PDFPage, number: int, source: _Source, scroll: Scroll) -> None:
    try:
        printed = layout_of(page, number, source.pdf.rsrcmgr, source.budget)
        sheet = read_sheet(printed, page, number, source.drawn)
        notes = read_notes(page, widget_place(page, sheet.turn), _form(source.pdf).get("DR"))
    except TooMuch as limit:
        sheet, notes = _failed(page, number)
        scroll.too_dense.append(number)
        scroll.is_bomb |= limit.is_bomb
    except Exception:  # one damaged page does not cost the others
        sheet, notes = _failed(page, number)
    scroll.sheets.append(sheet)
    scroll.notes.append(notes)


def _failed(page: PDFPage, number: int) -> tuple[Sheet, Notes]:
    """A page of which only the size is known, if that."""
    try:
        _, _, width, height = window_of(page)
    except Exception:  # its box makes no sense either
        width, height = _A4
    return Sheet(number, width, height, failed=True), Notes([], [])


_A4 = (595.0, 842.0)


def _form(pdf: PDF) -> dict[str, object]:
    form = resolve1(pdf.doc.catalog.get("AcroForm"))
    return form if isinstance(form, dict) else {}


def _xfa(pdf: PDF, scroll: Scroll) -> Trouble:
    """An XFA form beside ordinary fields is only mentioned. Raises Unreadable ``xfa_only`` where the pages are nothing
    but the notice to open the file in another program."""
    words = [w.text for s in scroll.sheets for w in s.words if w.kind == "text"]
    asked = any(n.fillable for n in scroll.notes)
    if not asked and (pdf.doc.catalog.get("NeedsRendering") or _NOTICE.search(" ".join(words[:80]))):
        raise Unreadable(
            "xfa_only",
            "The PDF is a form of a kind (XFA) that only Adobe's program shows; its pages are an empty notice.",
            "Ask the sender to print the filled form to PDF, or to use the Word form.",
        )
    return _XFA


_NOTICE = re.compile(r"please wait|veuillez patienter|espere|aguarde|подождите", re.IGNORECASE)
_REPAIRED = Trouble("repaired", "warning", "The PDF was damaged and was rebuilt to be read; parts may be missing.")
_XFA = Trouble("xfa", "info", "The PDF also carries an XFA form; the values of its ordinary form fields were read.")


def too_dense(is_bomb: bool = False) -> Unreadable:
    """The refusal of a file whose pages hold more than any form: ``hostile`` if that can only be on purpose."""
    if is_bomb:
        message = "The PDF unfolds to far more than any form when it is opened."
        return Unreadable("hostile", message, "Do not open the file; ask the sender for a fresh copy of the form.")
    message = "The pages hold far more than any form: letters, lines, pictures or drawing orders beyond the limits."
    remedy = "Look at the original; if it is a form, ask the sender to print it to PDF anew."
    return Unreadable("too_dense", message, remedy)


def _damaged(what: str) -> Unreadable:
    return Unreadable("damaged", what, "Ask the sender to save the form again as PDF or Word and send it once more.")


def _refusal(error: BaseException) -> Unreadable:
    for cause in _causes(error):
        if isinstance(cause, TooMuch):
            return too_dense(cause.is_bomb)
        if isinstance(cause, (PDFPasswordIncorrect, PDFEncryptionError)):
            message = "The PDF can only be opened with a password."
            return Unreadable("encrypted", message, "Ask the sender for the file without a password.")
    return _damaged("The PDF is damaged or cut off.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those behind it: the parser hides the first one in the arguments of another."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        here = waiting.pop()
        if here is None or id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        waiting += [here.__cause__, here.__context__, *(a for a in here.args if isinstance(a, BaseException))]
