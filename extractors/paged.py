"""The reader for PDF files with a text layer or form fields: bytes become a Document."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdftypes import PDFStream, resolve1
from pdfplumber.page import Page
from pdfplumber.pdf import PDF

from extractors.page_boxes import settle_on_lines, settle_ticks
from extractors.page_flow import Counter, drafts_of
from extractors.page_layer import check_layer
from extractors.page_lines import Draft, draft_of, line_of, number_bands
from extractors.page_margins import take_furniture
from extractors.page_marks import marks_of
from extractors.page_paragraphs import goes_on, mark_paragraphs
from extractors.page_repair import mended
from extractors.page_sheet import Sheet, widget_place
from extractors.page_tables import Grid, find_grids
from extractors.page_widgets import Notes, read_notes
from extractors.page_words import read_sheet
from pipeline.document import Document, Line, TextOrigin, Trouble, Unreadable

logging.getLogger("pdfminer").setLevel(logging.ERROR)

MEDIA_TYPE = "application/pdf"


@dataclass(slots=True)
class Scroll:
    """A paged file as parsed: its pages, what is noted on each, and what was noticed."""

    sheets: list[Sheet]
    notes: list[Notes]
    troubles: list[Trouble]


def read_pdf(data: bytes) -> Document:
    """Read a PDF file: lines in reading order, tables, ticks, form fields, marks.

    Raises Unreadable: ``encrypted`` (needs a password), ``damaged``, ``scan`` (pictures only),
    ``unreadable_text_layer`` (letters without meaning).
    """
    scroll = parse_pdf(data)
    settle(scroll)
    scroll.troubles += check_layer(scroll.sheets)
    return compose(scroll, "pdf_form" if any(n.fillable for n in scroll.notes) else "pdf_text", MEDIA_TYPE)


def settle(scroll: Scroll) -> None:
    """Find the tick boxes of all pages and set them and the form fields on their lines."""
    settle_ticks(scroll.sheets)
    for sheet, own in zip(scroll.sheets, scroll.notes, strict=True):
        ticks = [w for w in sheet.words if w.kind == "tick"]
        sheet.words += own.words
        settle_on_lines(sheet, [*ticks, *own.words])
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
        pages=len(sheets),
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
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            scroll = Scroll([], [], [])
            for page in pdf.pages:
                _read_page(page, pdf, scroll)
            if _is_active(pdf) or any(n.active for n in scroll.notes):
                scroll.troubles.append(_ACTIVE)
            if "XFA" in _form(pdf):
                scroll.troubles.append(_XFA)
    except Unreadable:
        raise
    except Exception as error:  # the parser raises nearly every type on damaged files
        raise _refusal(error) from error
    return _checked(scroll)


def _checked(scroll: Scroll) -> Scroll:
    failed = [s.number for s in scroll.sheets if s.failed]
    if len(failed) == len(scroll.sheets):
        raise _damaged("No page of the file can be read.")
    if failed:
        pages = ", ".join(map(str, failed))
        message = f"Page {pages} is damaged and was left out. Look at it in the original."
        scroll.troubles.append(Trouble("damaged_page", "warning", message))
    return scroll


def _read_page(page: Page, pdf: PDF, scroll: Scroll) -> None:
    number = page.page_number
    try:
        sheet = read_sheet(page.layout, page.page_obj, number)
        notes = read_notes(page.page_obj, widget_place(page.page_obj, sheet.turn), _form(pdf).get("DR"))
        sheet.hidden_text |= bool(sheet.words and sheet.images) and _is_hidden(page)
    except Exception:  # one damaged page does not cost the others
        sheet, notes = Sheet(number, float(page.width), float(page.height), failed=True), Notes([], [])
    scroll.sheets.append(sheet)
    scroll.notes.append(notes)
    page.close()


def _is_hidden(page: Page) -> bool:
    """All text of the page is printed invisibly: the layer an OCR program lays under a scan."""
    streams = [resolve1(c) for c in page.page_obj.contents]
    code = b"\n".join(s.get_data() for s in streams if isinstance(s, PDFStream))
    return b"3 Tr" in code and b"0 Tr" not in code


def _form(pdf: PDF) -> dict[str, object]:
    form = resolve1(pdf.doc.catalog.get("AcroForm"))
    return form if isinstance(form, dict) else {}


def _is_active(pdf: PDF) -> bool:
    """Scripts, commands to start programs, or files inside the file, as far as the catalog tells."""
    catalog = pdf.doc.catalog
    names = resolve1(catalog.get("Names"))
    opened = resolve1(catalog.get("OpenAction"))
    kind = str(opened.get("S")) if isinstance(opened, dict) else ""
    inside = isinstance(names, dict) and ("JavaScript" in names or "EmbeddedFiles" in names)
    return inside or "JavaScript" in kind or "Launch" in kind or "AA" in catalog


_ACTIVE = Trouble("active_content", "warning", "The PDF carries scripts or files inside it; none was opened or run.")
_REPAIRED = Trouble("repaired", "warning", "The PDF was damaged and was rebuilt to be read; parts may be missing.")
_XFA = Trouble("xfa", "info", "The PDF also carries an XFA form; the values of its ordinary form fields were read.")


def _damaged(what: str) -> Unreadable:
    return Unreadable("damaged", what, "Ask the sender to save the form again as PDF or Word and send it once more.")


def _refusal(error: BaseException) -> Unreadable:
    for cause in _causes(error):
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
