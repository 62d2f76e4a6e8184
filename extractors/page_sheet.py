"""One page of a PDF as printed: its words, ruled lines, shaded areas, small boxes, strokes and pictures.

Everything is in points from the top left of the page as displayed (crop box, page rotation). A page whose words run
sideways is turned upright first (``Sheet.turn``); ``shown`` turns a box back to the page as displayed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.document import PieceKind
from pipeline.values import Box

if TYPE_CHECKING:
    from pdfminer.pdfpage import PDFPage


@dataclass(slots=True)
class Word:
    """A word as printed, a tick box or the content of a form field, with its place and look."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    base: float
    size: float
    bold: bool = False
    italic: bool = False
    kind: PieceKind = "text"
    checked: bool | None = None
    hint: str | None = None
    choice: bool = False
    sure: bool = True
    part: int = 0
    parts: int = 1
    alone: bool = False
    aside: bool = False
    band: int = -1
    confidence: float | None = None
    grey: bool = False

    @property
    def box(self) -> Box:
        """The word's place on the upright page."""
        return (self.x0, self.top, self.x1, self.bottom)

    @property
    def middle(self) -> float:
        """Height of the word's middle."""
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Rule:
    """A straight ruled line: ``upright`` at x from y to y, else at y from x to x."""

    upright: bool
    at: float
    start: float
    end: float


@dataclass(slots=True)
class Shape:
    """A drawn shape that is no ruled line: its box, whether it is dark inside, its curved or slanted steps."""

    box: Box
    dark: bool
    steps: int
    closed: bool
    filled: bool


@dataclass(frozen=True, slots=True)
class View:
    """A page as displayed, where it was read from a straightened picture of it: size in points, the way back."""

    size: tuple[float, float]
    back: Callable[[Box], Box]


@dataclass(slots=True)
class Sheet:
    """One page, upright: size in points, everything on it by kind."""

    number: int
    width: float
    height: float
    turn: int = 0
    words: list[Word] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    shades: list[Box] = field(default_factory=list)
    squares: list[Shape] = field(default_factory=list)
    strokes: list[Shape] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    glyphs: int = 0
    bad_glyphs: int = 0
    hidden_text: bool = False
    unseen: str = ""
    failed: bool = False
    view: View | None = None

    @property
    def shown_size(self) -> tuple[float, float]:
        """Width and height of the page as displayed."""
        if self.view is not None:
            return self.view.size
        return (self.height, self.width) if self.turn in (90, 270) else (self.width, self.height)


Place = Callable[[float, float, float, float], Box]


def placer(left: float, top: float, width: float, height: float, turn: int) -> Place:
    """A function from a box of the parser (y upwards) to a box on the upright page (y downwards)."""

    def upright(x0: float, y0: float, x1: float, y1: float) -> Box:
        box = (x0 - left, top - y1, x1 - left, top - y0)
        return box if not turn else turned(box, width, height, turn)

    return upright


def widget_place(page: "PDFPage", turn: int) -> Place:
    """A function from an annotation's rectangle (user space of the file) to a box on the upright page."""
    left, top, width, height = window_of(page)
    inner = placer(left, top, width, height, turn)

    def upright(x0: float, y0: float, x1: float, y1: float) -> Box:
        return inner(*_rotated((x0, y0, x1, y1), page))

    return upright


def shown(box: Box, sheet: Sheet) -> Box:
    """A box of the upright page as it stands on the page as displayed, to a tenth of a point."""
    if sheet.view is not None:
        return sheet.view.back(box)
    width, height = sheet.shown_size
    back = {0: box, 90: turned(box, height, width, 270), 180: turned(box, width, height, 180)}
    x0, top, x1, bottom = back.get(sheet.turn) or turned(box, height, width, 90)
    return (round(x0, 1), round(top, 1), round(x1, 1), round(bottom, 1))


def turned(box: Box, width: float, height: float, turn: int) -> Box:
    """The box after turning a page of this size clockwise by 90, 180 or 270 degrees."""
    x0, top, x1, bottom = box
    if turn == 90:
        return (height - bottom, x0, height - top, x1)
    if turn == 180:
        return (width - x1, height - bottom, width - x0, height - top)
    return (top, width - x1, bottom, width - x0)


def _rotated(rectangle: Box, page: "PDFPage") -> Box:
    """The parser's own turn of the page (its /Rotate), for rectangles it does not turn itself."""
    x0, y0, x1, y1 = page.mediabox
    a, b, c, d = rectangle
    turned = {
        90: (b - y0, x1 - c, d - y0, x1 - a),
        180: (x1 - c, y1 - d, x1 - a, y1 - b),
        270: (y1 - d, a - x0, y1 - b, c - x0),
    }
    p, q, r, s = turned.get(page.rotate, (a - x0, b - y0, c - x0, d - y0))
    return (min(p, r), min(q, s), max(p, r), max(q, s))


def window_of(page: "PDFPage") -> tuple[float, float, float, float]:
    """Left and top edge of the visible page in the parser's coordinates, its width and height."""
    m0, m1, m2, m3 = page.mediabox
    whole = _rotated((min(m0, m2), min(m1, m3), max(m0, m2), max(m1, m3)), page)
    crop = page.cropbox if page.cropbox and len(page.cropbox) == 4 else page.mediabox
    c0, c1, c2, c3 = crop
    part = _rotated((min(c0, c2), min(c1, c3), max(c0, c2), max(c1, c3)), page)
    x0, y0 = max(whole[0], part[0]), max(whole[1], part[1])
    x1, y1 = min(whole[2], part[2]), min(whole[3], part[3])
    if x1 - x0 < 10 or y1 - y0 < 10:
        x0, y0, x1, y1 = whole
    return (x0, y1, x1 - x0, y1 - y0)


def seen(box: Box, sheet: Sheet) -> Box | None:
    """The box, or None if its middle lies outside the page."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return box if -2 <= x <= sheet.width + 2 and -2 <= y <= sheet.height + 2 else None
