"""The other reader of PDF files: where the first finds nothing or does not come through, PDFium reads the letters.

It knows no form fields as such: what is filled in is drawn into the page first and read like print. Tables are known by
their drawn lines. Nothing of it is as good as the first reading, so a person is always told.
"""

from collections.abc import Iterator
from ctypes import byref, c_double
from typing import TYPE_CHECKING, NamedTuple

from extractors.page_layer import check_layer
from extractors.page_limits import PAGES, Budget, TooMuch
from extractors.page_sheet import Rule, Sheet, Word, seen, turned
from extractors.page_widgets import Notes
from extractors.paged import MEDIA_TYPE, Scroll, compose, settle, too_dense
from pipeline.document import Document, Trouble
from pipeline.trouble import Unreadable
from pipeline.values import Box

if TYPE_CHECKING:
    import pypdfium2

_GAP = 0.17
"""A gap above this part of the letter size divides words."""
_THIN = 2.2
"""Points; a drawn thing that is thinner is a ruled line."""
_SECOND = Trouble(
    "second_reader",
    "warning",
    "The usual reader could not read the PDF; another one read its letters. Compare the answers with the original.",
)


class _Letter(NamedTuple):
    """A letter with its box on the page as displayed."""

    text: str
    box: Box
    base: float
    size: float


class _View(NamedTuple):
    """How a page is displayed: the corner of its visible part, its size before it is turned, the turn in degrees."""

    left: float
    bottom: float
    width: float
    height: float
    turn: int

    def box(self, x0: float, low: float, x1: float, high: float) -> Box:
        """A box of the file's coordinates on the page as displayed."""
        x, y = self.left, self.bottom + self.height
        plain = (x0 - x, y - high, x1 - x, y - low)
        return turned(plain, self.width, self.height, self.turn) if self.turn else plain


def read_otherwise(data: bytes) -> Document:
    """Read a PDF file with PDFium. Raises Unreadable ``encrypted``, ``damaged``, ``too_dense``, ``scan``, or
    ``unreadable_text_layer``."""
    scroll = _parse(data)
    settle(scroll)
    scroll.troubles += check_layer(scroll.sheets)
    if not any(sheet.words for sheet in scroll.sheets):
        raise _nothing("No reader finds any text in the PDF.")
    return compose(scroll, "pdf_text", MEDIA_TYPE)


def _parse(data: bytes) -> Scroll:
    import pypdfium2 as pdfium

    scroll = Scroll([], [], [_SECOND])
    try:
        pdf = pdfium.PdfDocument(data)
        pdf.init_forms()
        budget = Budget()
        for number in range(1, min(len(pdf), PAGES) + 1):
            scroll.sheets.append(_page(pdf, number, budget, scroll))
            scroll.notes.append(Notes([], []))
        scroll.unread = max(0, len(pdf) - PAGES)
        pdf.close()
    except pdfium.PdfiumError as error:
        raise _nothing("Neither of two readers can open the PDF.") from error
    if scroll.too_dense and len(scroll.too_dense) == len(scroll.sheets):
        raise too_dense()
    scroll.troubles += _left_out(scroll)
    return scroll


def _left_out(scroll: Scroll) -> Iterator[Trouble]:
    if scroll.too_dense:
        numbers = ", ".join(map(str, scroll.too_dense))
        message = f"Page {numbers} holds far more than any form and was not read. Look at the original."
        yield Trouble("too_dense", "warning", message)
    if scroll.unread:
        message = f"The file has more than {PAGES} pages; the first {PAGES} were read. Look at the others."
        yield Trouble("too_long", "warning", message)


def _page(pdf: "pypdfium2.PdfDocument", number: int, budget: Budget, scroll: Scroll) -> Sheet:
    """One page; what is filled into its form fields becomes print."""
    import pypdfium2 as pdfium

    budget.turn_page()
    try:
        page = pdf[number - 1]
        if page.formenv:
            page.flatten()
            page.close()
            page = pdf[number - 1]
        sheet = Sheet(number, *page.get_size())
        view = _view(page)
        _read_letters(sheet, page, view, budget)
        _read_rules(sheet, page, view, budget)
        page.close()
    except TooMuch:
        scroll.too_dense.append(number)
        return Sheet(number, 595, 842, failed=True)
    except pdfium.PdfiumError:
        return Sheet(number, 595, 842, failed=True)
    return sheet


def _view(page: "pypdfium2.PdfPage") -> _View:
    turn = page.get_rotation()
    page.set_rotation(0)
    left, bottom, _, _ = page.get_bbox()
    width, height = page.get_size()
    return _View(left, bottom, width, height, turn)


def _read_letters(sheet: Sheet, page: "pypdfium2.PdfPage", view: _View, budget: Budget) -> None:
    """Letters that follow each other on a line are a word."""
    word: Word | None = None
    for letter in _letters(page, view, budget):
        if not letter.text.strip():
            word = None
            continue
        sheet.glyphs += 1
        sheet.bad_glyphs += letter.text in "\ufffd\ufffe\uffff"
        x0, top, x1, bottom = letter.box
        if word is not None and abs(letter.base - word.base) < 0.25 * letter.size and x0 - word.x1 < _GAP * letter.size:
            word.text += letter.text
            word.x1, word.top, word.bottom = max(word.x1, x1), min(word.top, top), max(word.bottom, bottom)
        else:
            word = Word(letter.text, x0, top, x1, bottom, letter.base, letter.size)
            sheet.words.append(word)
    sheet.words = [each for each in sheet.words if seen(each.box, sheet)]


def _letters(page: "pypdfium2.PdfPage", view: _View, budget: Budget) -> Iterator[_Letter]:
    import pypdfium2.raw as raw

    text = page.get_textpage()
    count = text.count_chars()
    budget.spend("letters", count)
    x, y, place = c_double(), c_double(), raw.FS_RECTF()
    for at in range(count):
        code = raw.FPDFText_GetUnicode(text, at)
        if not raw.FPDFText_GetLooseCharBox(text, at, byref(place)):
            continue
        raw.FPDFText_GetCharOrigin(text, at, byref(x), byref(y))
        box = view.box(place.left, place.bottom, place.right, place.top)
        base = view.box(x.value, y.value, x.value, y.value)[3]
        letter = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        size = float(raw.FPDFText_GetFontSize(text, at))
        yield _Letter(letter, box, base, size if size > 1 else max(box[3] - box[1], 1.0))
    text.close()


def _read_rules(sheet: Sheet, page: "pypdfium2.PdfPage", view: _View, budget: Budget) -> None:
    """Drawn lines, and the pictures."""
    import pypdfium2.raw as raw

    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        budget.spend("shapes")
        box = view.box(*item.get_bounds())
        wide, tall = box[2] - box[0], box[3] - box[1]
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            sheet.images.append(box)
        elif tall <= _THIN < wide:
            sheet.rules.append(Rule(False, (box[1] + box[3]) / 2, box[0], box[2]))
        elif wide <= _THIN < tall:
            sheet.rules.append(Rule(True, (box[0] + box[2]) / 2, box[1], box[3]))
        elif wide > 12 and tall > 8:
            sides = ((False, box[1], box[0], box[2]), (False, box[3], box[0], box[2]))
            uprights = ((True, box[0], box[1], box[3]), (True, box[2], box[1], box[3]))
            sheet.rules += [Rule(*side) for side in (*sides, *uprights)]


def _nothing(message: str) -> Unreadable:
    return Unreadable("damaged", message, "Ask the sender to save the form again as PDF or Word and send it once more.")
