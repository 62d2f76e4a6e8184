"""The reader for PDF files with a text layer or form fields: bytes become a Document."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdftypes import PDFStream, resolve1
from pdfplumber.page import Page
from pdfplumber.pdf import PDF

from extractors.page_boxes import settle_on_lines, settle_ticks
from extractors.page_flow import Counter, drafts_of
from extractors.page_layer import check_layer
from extractors.page_lines import Draft, draft_of, goes_on, line_of, mark_paragraphs, number_bands
from extractors.page_margins import take_furniture
from extractors.page_marks import marks_of
from extractors.page_tables import Grid, find_grids
from extractors.page_widgets import Notes, read_notes
from extractors.page_words import Sheet, read_sheet, widget_place
from pipeline.document import Document, Line, Trouble, Unreadable

logging.getLogger("pdfminer").setLevel(logging.ERROR)

MEDIA_TYPE = "application/pdf"


@dataclass(slots=True)
class _Scroll:
    """A file as parsed: its pages, what is noted on each, and what was noticed."""

    sheets: list[Sheet]
    notes: list[Notes]
    troubles: list[Trouble]


def read_pdf(data: bytes) -> Document:
    """Read a PDF file: lines in reading order, tables, ticks, form fields, marks.

    Raises Unreadable: ``encrypted`` (needs a password), ``damaged``, ``scan`` (pictures only),
    ``unreadable_text_layer`` (letters without meaning).
    """
    scroll = _parse(data)
    sheets, notes = scroll.sheets, scroll.notes
    settle_ticks(sheets)
    for sheet, own in zip(sheets, notes, strict=True):
        ticks = [w for w in sheet.words if w.kind == "tick"]
        sheet.words += own.words
        settle_on_lines(sheet, [*ticks, *own.words])
        number_bands(sheet)
    troubles = [*scroll.troubles, *check_layer(sheets)]
    grids = [find_grids(sheet) for sheet in sheets]
    furniture = take_furniture(sheets, grids)
    lines = _lines(sheets, grids)
    return Document(
        origin="pdf_form" if any(n.fillable for n in notes) else "pdf_text",
        media_type=MEDIA_TYPE,
        pages=len(sheets),
        lines=tuple(lines),
        furniture=tuple(_furniture_line(sheet, i) for i, sheet in enumerate(())) or _feet(furniture),
        marks=tuple(marks_of(sheets, grids, [n.signs for n in notes], lines)),
        troubles=tuple(troubles),
        page_sizes=tuple(s.shown_size for s in sheets),
    )
