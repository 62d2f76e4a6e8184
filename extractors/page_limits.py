"""What one PDF may cost its reader: pages, letters, shapes, calls and bytes, counted while it is read.

No form comes near these limits; a page or a file that does is left out of the reading and the record says so. The
parser has no limits of its own: a file of four kilobytes can make it inflate gigabytes or draw for hours.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple

from pdfminer import pdftypes
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTPage
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextSeq
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import (
    PDFGraphicState,
    PDFPageInterpreter,
    PDFResourceManager,
    PDFStackT,
    PDFTextState,
)
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, int_value, stream_value
from pdfminer.utils import Matrix, PathSegment, Rect

PAGES = 50
"""So many pages of a file are read; the longest form we know has twelve."""
PAGES_COUNTED = 10_000
"""A longer file is not counted to its end."""
PER_PAGE = {"letters": 60_000, "shapes": 40_000, "pictures": 3_000, "calls": 6_000, "bytes": 12_000_000}
"""Of one page; ``calls`` are drawings drawn by drawings, ``bytes`` those of its drawing orders, repeated ones again."""
PER_FILE = {"letters": 400_000, "shapes": 150_000, "pictures": 10_000, "calls": 20_000, "bytes": 40_000_000}
MOST_PIXELS = 200_000_000
"""Of one picture on a page; an A4 page scanned at 1200 dots an inch has 139 million."""
MOST_INFLATED, MOST_INFLATED_IN_ALL = 60_000_000, 250_000_000
"""Bytes one packed stream may grow to, and all that are unpacked in one reading."""
_DEEPEST, _MOST_SAVED, _MOST_OPERANDS = 30, 2_000, 20_000
_WITHOUT_INK = (3, 7)
"""Ways to print letters that leave nothing on the page."""
MOST_NOTES, MOST_IN_FIELD = 3_000, 20_000
"""Form fields and other notes of one page; letters and shapes in the picture of one field."""


class TooMuch(Exception):
    """A limit was reached; ``what`` there is too much of."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    @property
    def is_bomb(self) -> bool:
        """True for what no drawing program writes: no other reader need be tried on it."""
        return self.what in ("calls", "drawings in drawings", "packed data")


class _Fonts(PDFResourceManager):
    """The fonts of the pictures of form fields. Programs write the same font anew into a hundred pictures; it is read
    once."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, PDFFont] = {}

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        """The font that is described so."""
        described = repr(spec)
        if described not in self.known:
            self.known[described] = super().get_font(objid, spec)
        return self.known[described]


@dataclass
class Budget:
    """What the reading of one file has used up; ``fonts`` are those of the pictures of its form fields, read once."""

    used: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PER_FILE, 0))
    on_page: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PER_PAGE, 0))
    inflated: int = 0
    fonts: PDFResourceManager = field(default_factory=_Fonts)

    def turn_page(self) -> None:
        """Begin to count a new page."""
        self.on_page = dict.fromkeys(PER_PAGE, 0)

    def spend(self, what: str, amount: int = 1) -> None:
        """Count; raises ``TooMuch`` beyond what a page or a file may have."""
        self.used[what] += amount
        self.on_page[what] += amount
        if self.on_page[what] > PER_PAGE[what] or self.used[what] > PER_FILE[what]:
            raise TooMuch(what)

    def inflate(self, amount: int) -> None:
        """Count unpacked bytes."""
        self.inflated += amount
        if amount > MOST_INFLATED or self.inflated > MOST_INFLATED_IN_ALL:
            raise TooMuch("packed data")


_BUDGET: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def counting() -> Iterator[Budget]:
    """Count what is read within the block."""
    budget = Budget()
    token = _BUDGET.set(budget)
    try:
        yield budget
    finally:
        _BUDGET.reset(token)


class Printed(NamedTuple):
    """Everything printed on a page, and apart from it the letters that were printed without ink."""

    layout: LTPage
    inkless: list[LTChar]


def layout_of(page: PDFPage, number: int, resources: PDFResourceManager, budget: Budget) -> Printed:
    """Everything printed on a page. Raises ``TooMuch``, and whatever the parser raises on a damaged page."""
    budget.turn_page()
    device = _Device(resources, number, budget)
    _Interpreter(resources, device).process_page(page)
    return Printed(device.get_result(), device.inkless)


def layout_of_drawing(drawing: PDFStream, resources: dict[object, object]) -> LTPage:
    """Everything printed by a drawing on its own, as form fields have one. Raises as ``layout_of`` does."""
    budget = _BUDGET.get() or Budget()
    device = _Device(budget.fonts, 1, budget)
    device.cur_item = sheet = LTPage(1, (0, 0, 1000, 1000))
    _Interpreter(budget.fonts, device).render_contents(resources, [drawing], ctm=(1, 0, 0, 1, 0, 0))
    if len(sheet) > MOST_IN_FIELD:
        raise TooMuch("letters in a field")
    return sheet


class _Device(PDFPageAggregator):
    """Gathers what is printed, and counts it."""

    def __init__(self, resources: PDFResourceManager, number: int, budget: Budget) -> None:
        super().__init__(resources, pageno=number, laparams=None)
        self.budget = budget
        self.without_ink = False
        self.inkless: list[LTChar] = []

    def render_string(
        self, textstate: PDFTextState, seq: PDFTextSeq, ncs: PDFColorSpace, graphicstate: PDFGraphicState
    ) -> None:
        """Some letters; OCR programs lay them under a scan without ink, and so may whoever wants them read unseen."""
        self.without_ink = textstate.render in _WITHOUT_INK
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        """One letter."""
        self.budget.spend("letters")
        advance = super().render_char(matrix, font, fontsize, scaling, rise, cid, ncs, graphicstate)
        if self.without_ink and isinstance(letter := self.cur_item._objs.pop(), LTChar):
            self.inkless.append(letter)
        return advance

    def paint_path(
        self, gstate: PDFGraphicState, stroke: bool, fill: bool, evenodd: bool, path: Sequence[PathSegment]
    ) -> None:
        """One drawn path; the parser calls this again for each part of it."""
        self.budget.spend("shapes", 1 + len(path) // 8)
        super().paint_path(gstate, stroke, fill, evenodd, path)

    def render_image(self, name: str, stream: PDFStream) -> None:
        """One picture; it is not unpacked here."""
        self.budget.spend("pictures")
        wide, high = (int_value(stream.get_any(each, 0)) for each in (("W", "Width"), ("H", "Height")))
        if wide * high > MOST_PIXELS:
            raise TooMuch("pixels")
        super().render_image(name, stream)

    def begin_figure(self, name: str, bbox: Rect, matrix: Matrix) -> None:
        """A picture, or a drawing with orders of its own."""
        self.budget.spend("calls")
        if len(self._stack) > _DEEPEST:
            raise TooMuch("drawings in drawings")
        super().begin_figure(name, bbox, matrix)


class _Interpreter(PDFPageInterpreter):
    """Follows the drawing orders of a page, and counts them."""

    def __init__(self, resources: PDFResourceManager, device: _Device) -> None:
        super().__init__(resources, device)
        self.budget = device.budget

    def execute(self, streams: Sequence[object]) -> None:
        """Follow the orders of some streams."""
        for stream in streams:
            self.budget.spend("bytes", len(stream_value(stream).get_data()))
        super().execute(streams)

    def push(self, obj: PDFStackT) -> None:
        """Put an operand aside."""
        if len(self.argstack) > _MOST_OPERANDS:
            raise TooMuch("operands")
        super().push(obj)

    def do_q(self) -> None:
        """Put the state of the pen aside."""
        if len(self.gstack) > _MOST_SAVED:
            raise TooMuch("saved states")
        super().do_q()


class _Inflater:
    """Stands in the place where the parser looks for ``zlib``: the same, but it stops where a bomb would go on."""

    error = zlib.error

    @staticmethod
    def decompress(data: bytes) -> bytes:
        """What is packed, also what was cut off or whose check sum is wrong. Raises ``TooMuch``."""
        engine = zlib.decompressobj()
        budget = _BUDGET.get() or Budget()
        try:
            unpacked = engine.decompress(data, MOST_INFLATED + 1)
        except zlib.error:
            unpacked = _without_check_sum(data)
        budget.inflate(len(unpacked))
        return unpacked

    @staticmethod
    def decompressobj() -> "_Inflater":
        """The parser's second try, a byte at a time, is made above in one go."""
        raise zlib.error("damaged")


def _without_check_sum(data: bytes) -> bytes:
    """Packed data that is sound but for its last bytes. Raises ``zlib.error`` if it is not."""
    engine = zlib.decompressobj()
    return engine.decompress(data[:-4], MOST_INFLATED + 1)


setattr(pdftypes, "zlib", _Inflater())  # noqa: B010  the name is the parser's own, not ours to type
