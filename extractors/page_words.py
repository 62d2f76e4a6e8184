"""One page of a PDF as printed: its words, ruled lines, shaded areas, small boxes, strokes and pictures.

Everything is in points from the top left of the page as displayed (crop box, page rotation). A page whose words run
sideways is turned upright first (``Sheet.turn``); ``shown`` turns a box back to the page as displayed.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

from pdfminer.layout import LTChar, LTComponent, LTContainer, LTCurve, LTImage, LTPage
from pdfminer.pdfpage import PDFPage

from extractors.page_ticks import is_picture_font, tick_of_glyph
from pipeline.document import PieceKind
from pipeline.values import Box

_SPACING = {"\xa0": " ", "\u2007": " ", "\u202f": " ", "\u2009": " ", "\u2002": " ", "\u2003": " ", "\t": " "}
_NOTHING = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\x00"), "")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_BOLD = re.compile(r"bold|black|heavy|demi|-bd|,bd", re.I)
_ITALIC = re.compile(r"italic|oblique|slanted|-it\b|boldit|kursiv", re.I)
# A gap above this part of the letter size divides words where no space is printed.
_WORD_GAP = 0.17
_SLANT = 0.15


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
    failed: bool = False

    @property
    def shown_size(self) -> tuple[float, float]:
        """Width and height of the page as displayed."""
        return (self.height, self.width) if self.turn in (90, 270) else (self.width, self.height)


def read_sheet(layout: LTPage, page: PDFPage, number: int) -> Sheet:
    """Everything printed on one page, its words grouped from the letters in the order they were printed."""
    left, top, width, height = _window(page)
    letters: list[LTChar] = []
    drawn: list[LTCurve] = []
    images: list[LTImage] = []
    for item in _items(layout):
        if isinstance(item, LTChar):
            letters.append(item)
        elif isinstance(item, LTCurve):
            drawn.append(item)
        elif isinstance(item, LTImage):
            images.append(item)
    turn = _reading_turn(letters)
    sheet = Sheet(number, width, height, turn)
    if turn in (90, 270):
        sheet.width, sheet.height = height, width
    place = placer(left, top, width, height, turn)
    _read_letters(sheet, letters, place)
    for shape in drawn:
        _read_drawing(sheet, shape, place)
    sheet.images = [box for i in images if (box := _seen(place(*i.bbox), sheet))]
    return sheet


Place = Callable[[float, float, float, float], Box]


def placer(left: float, top: float, width: float, height: float, turn: int) -> Place:
    """A function from a box of the parser (y upwards) to a box on the upright page (y downwards)."""

    def upright(x0: float, y0: float, x1: float, y1: float) -> Box:
        box = (x0 - left, top - y1, x1 - left, top - y0)
        return box if not turn else _turned(box, width, height, turn)

    return upright


def widget_place(page: PDFPage, turn: int) -> Place:
    """A function from an annotation's rectangle (user space of the file) to a box on the upright page."""
    left, top, width, height = _window(page)
    inner = placer(left, top, width, height, turn)

    def upright(x0: float, y0: float, x1: float, y1: float) -> Box:
        return inner(*_rotated((x0, y0, x1, y1), page))

    return upright


def shown(box: Box, sheet: Sheet) -> Box:
    """A box of the upright page as it stands on the page as displayed, to a tenth of a point."""
    width, height = sheet.shown_size
    back = {0: box, 90: _turned(box, height, width, 270), 180: _turned(box, width, height, 180)}
    x0, top, x1, bottom = back.get(sheet.turn) or _turned(box, height, width, 90)
    return (round(x0, 1), round(top, 1), round(x1, 1), round(bottom, 1))


def _turned(box: Box, width: float, height: float, turn: int) -> Box:
    """The box after turning a page of this size clockwise by 90, 180 or 270 degrees."""
    x0, top, x1, bottom = box
    if turn == 90:
        return (height - bottom, x0, height - top, x1)
    if turn == 180:
        return (width - x1, height - bottom, width - x0, height - top)
    return (top, width - x1, bottom, width - x0)


def _rotated(rectangle: Box, page: PDFPage) -> Box:
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


def _window(page: PDFPage) -> tuple[float, float, float, float]:
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


def _items(container: LTContainer[LTComponent]) -> Iterator[LTComponent]:
    for item in container:
        if isinstance(item, LTContainer):
            yield from _items(item)
        else:
            yield item


def _direction(letter: LTChar) -> int:
    """0 for letters that stand upright, 90/180/270 for the turn that sets them upright, -1 for slanted ones."""
    a, b, *_ = letter.matrix
    if abs(b) <= _SLANT * abs(a):
        return 0 if a > 0 else 180
    if abs(a) <= _SLANT * abs(b):
        return 90 if b > 0 else 270
    return -1


def _reading_turn(letters: list[LTChar]) -> int:
    turns = Counter(_direction(letter) for letter in letters if letter.matrix[1] or letter.matrix[0] < 0)
    if not turns or sum(turns.values()) * 2 < len(letters):
        return 0
    return max(0, turns.most_common(1)[0][0])


@cache
def _look(font: str) -> tuple[bool, bool]:
    name = font.split("+", 1)[-1]
    return bool(_BOLD.search(name)), bool(_ITALIC.search(name))


def _read_letters(sheet: Sheet, letters: list[LTChar], place: Place) -> None:
    """Join letters to words while they follow each other on one line; a space or a gap ends the word."""
    word: Word | None = None
    previous = ""
    for letter in letters:
        text = letter._text
        turn = _direction(letter) if letter.matrix[1] or letter.matrix[0] < 0 else 0
        if turn != sheet.turn:
            word = _add_sideways(sheet, letter, word, place, turn)
            continue
        text = _SPACING.get(text, text)
        if text == " " or not text.strip():
            word = None
            continue
        x0, top, x1, bottom = place(*letter.bbox)
        size = letter.size
        base = place(letter.matrix[4], letter.matrix[5], letter.matrix[4], letter.matrix[5])[1]
        sheet.glyphs += 1
        tick = tick_of_glyph(text, letter.fontname)
        if tick is not None:
            checked, sure = tick
            plain = ("■" if checked else "○") if is_picture_font(letter.fontname) else text
            sheet.words.append(Word(plain, x0, top, x1, bottom, base, size, kind="tick", checked=checked, sure=sure))
            word = None
            continue
        if is_picture_font(letter.fontname):
            text = "•"
        elif len(text) > 1 or not " " < text < "\u0500":
            text = _clean(sheet, text, letter.fontname)
        if (
            word is not None
            and abs(base - word.base) < 0.25 * size
            and -0.35 * size < x0 - word.x1 < _WORD_GAP * size
            and abs(size - word.size) < 0.5 * size
        ):
            if text == previous and x0 - (word.x1 - (x1 - x0)) < 0.1 * size:
                continue  # the same letter struck twice to look bold
            word.text += text
            word.x1 = max(x1, word.x1)
            word.top, word.bottom = min(top, word.top), max(bottom, word.bottom)
        elif text:
            bold, italic = _look(str(letter.fontname))
            word = Word(text, x0, top, x1, bottom, base, size, bold, italic)
            sheet.words.append(word)
        previous = text
    sheet.words = [w for w in _once(sheet.words) if _seen(w.box, sheet)]


def _clean(sheet: Sheet, text: str, font: str) -> str:
    """The letter without ligature or invisible signs; letters that mean nothing are counted."""
    if text == "(cid:127)":
        return "•"  # the code Western fonts without a name for it print as a bullet
    if text.startswith("(cid:"):
        text = "\ufffd"
    if any(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < " " for c in text):
        if not re.search(r"wingd|webd|dingbat|symbol", font, re.I):
            sheet.bad_glyphs += 1
        elif "\uf020" <= text <= "\uf0ff":
            return "•"
    return _LIGATURES.get(text, text).translate(_NOTHING)


def _add_sideways(sheet: Sheet, letter: LTChar, word: Word | None, place: Place, turn: int) -> Word | None:
    """Letters that run across the page's reading direction: a run of them is one word, standing alone."""
    x0, top, x1, bottom = place(*letter.bbox)
    text = _SPACING.get(letter._text, letter._text)
    near = word is not None and word.alone and max(x0 - word.x1, word.x0 - x1, top - word.bottom, word.top - bottom) < 6
    if word is not None and near:
        word.text = f"{word.text}{text}".replace("  ", " ")
        word.x0, word.top = min(x0, word.x0), min(top, word.top)
        word.x1, word.bottom = max(x1, word.x1), max(bottom, word.bottom)
        word.base = word.bottom
        return word
    if not text.strip():
        return None
    sheet.glyphs += 1
    word = Word(text, x0, top, x1, bottom, bottom, letter.size, alone=True, aside=turn < 0)
    sheet.words.append(word)
    return word


def _once(words: list[Word]) -> Iterator[Word]:
    """Each word once, where a program printed it twice at the same place (shadow, false bold)."""
    seen: set[tuple[str, int, int]] = set()
    for word in words:
        word.text = word.text.strip()
        x, y = round(word.x0 / 1.5), round(word.base / 1.5)
        keys = {(word.text, x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} if len(word.text) > 1 else set()
        if word.text and not (keys & seen):
            seen.add((word.text, x, y))
            yield word


def _seen(box: Box, sheet: Sheet) -> Box | None:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return box if -2 <= x <= sheet.width + 2 and -2 <= y <= sheet.height + 2 else None


def _shade_of(colour: object) -> float:
    """0 for black to 1 for white; patterns and unknown colours count as middle grey."""
    values = list(colour) if isinstance(colour, (tuple, list)) else [colour]
    numbers = [float(v) for v in values if isinstance(v, (int, float))]
    if colour is None or not values:
        return 0.0
    if len(numbers) == 4:
        return 1 - min(1.0, numbers[3] + sum(numbers[:3]) / 3)
    return sum(numbers) / len(numbers) if numbers else 0.5


def _read_drawing(sheet: Sheet, shape: LTCurve, place: Place) -> None:
    """Sort one drawn path into rules, shades, small squares and strokes."""
    box = place(*shape.bbox)
    x0, top, x1, bottom = box
    wide, high = x1 - x0, bottom - top
    stroke = bool(shape.stroke) and _shade_of(shape.stroking_color) < 0.97
    tone = _shade_of(shape.non_stroking_color) if shape.fill else 1.0
    if not stroke and tone >= 0.99 or not _overlaps(box, sheet):
        return
    curved = _curved_steps(shape)
    if max(wide, high) <= 2.2:  # a dot or dash of a dotted line, of either direction
        _add_rule(sheet, box, False)
        _add_rule(sheet, box, True)
    elif min(wide, high) <= 2.2 and (not curved or min(wide, high) < 0.7):
        _add_rule(sheet, box, wide < high)
    elif 4.5 <= wide <= 17 and 4.5 <= high <= 17 and 0.7 <= wide / high <= 1.43 and _is_closed(shape):
        sheet.squares.append(Shape(box, tone < 0.6, curved, True, tone < 0.99))
    elif curved and not _is_round_box(shape, box):
        sheet.strokes.append(Shape(box, tone < 0.6, curved, _is_closed(shape), tone < 0.99))
    elif stroke:
        _add_sides(sheet, shape, box, place, curved > 0)
    else:
        sheet.shades.append(box)


def _overlaps(box: Box, sheet: Sheet) -> bool:
    return box[2] > 0 and box[3] > 0 and box[0] < sheet.width and box[1] < sheet.height


def _curved_steps(shape: LTCurve) -> int:
    """How many steps of the path are neither level nor upright."""
    steps, last = 0, None
    for command, *points in shape.original_path or ():
        if command in ("c", "v", "y"):
            steps += 1
        elif command == "l" and last is not None:
            steps += min(abs(points[-1][0] - last[0]), abs(points[-1][1] - last[1])) > 1.5
        if points:
            last = points[-1]
    return steps


def _is_closed(shape: LTCurve) -> bool:
    path = shape.original_path or []
    if not path or len(path) < 4:
        return False
    (x, y), (a, b) = shape.pts[0], shape.pts[-1]
    return path[-1][0] == "h" or abs(x - a) + abs(y - b) < 1 or bool(shape.fill)


def _is_round_box(shape: LTCurve, box: Box) -> bool:
    """A box with rounded corners: most of its outline runs level or upright."""
    straight, last = 0.0, None
    for command, *points in shape.original_path or ():
        if command == "l" and last is not None:
            dx, dy = abs(points[-1][0] - last[0]), abs(points[-1][1] - last[1])
            straight += max(dx, dy) if min(dx, dy) < 0.5 else 0
        if points:
            last = points[-1]
    return straight > 1.0 * (box[2] - box[0] + box[3] - box[1])


def _add_rule(sheet: Sheet, box: Box, upright: bool) -> None:
    x0, top, x1, bottom = box
    if upright:
        sheet.rules.append(Rule(True, (x0 + x1) / 2, top, bottom))
    else:
        sheet.rules.append(Rule(False, (top + bottom) / 2, x0, x1))


def _add_sides(sheet: Sheet, shape: LTCurve, box: Box, place: Place, rounded: bool) -> None:
    """The straight sides of a stroked path as rules; a rounded box counts as its frame."""
    if rounded or len(shape.pts) in (4, 5) and _is_closed(shape):
        x0, top, x1, bottom = box
        for side in ((x0, top, x1, top), (x0, bottom, x1, bottom)):
            _add_rule(sheet, side, False)
        for side in ((x0, top, x0, bottom), (x1, top, x1, bottom)):
            _add_rule(sheet, side, True)
        return
    for (a, b), (c, d) in zip(shape.pts, shape.pts[1:], strict=False):
        side = place(min(a, c), min(b, d), max(a, c), max(b, d))
        if max(side[2] - side[0], side[3] - side[1]) > 2.2:
            _add_rule(sheet, side, side[2] - side[0] < side[3] - side[1])
