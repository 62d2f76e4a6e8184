"""One scanned page read: set upright, its language known, lines and boxes found, its words recognised."""

import itertools
import re
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_bands import turn_bands
from extractors.scan_boxes import TickBox, erase_boxes, find_boxes
from extractors.scan_circles import find_circles
from extractors.scan_ink import faint_ink, parts_of
from extractors.scan_marks import Spot, find_marks, find_smears, lift_coloured
from extractors.scan_rules import Stroke, erase_rules, find_dots, find_rules, pale_rules
from extractors.scan_second import look_again, look_for_more
from extractors.scan_stamps import lift_grey_stamps
from extractors.scan_upright import Upright, quarter_turned
from extractors.scan_words import (
    BLOCK,
    Reading,
    one_script,
    read_page_words,
    sureness,
    tongue_of,
    tongues,
)
from pipeline.values import Box

_FIRST, _OTHERS = "eng", "rus+eng"  # what a first look reads with; English gives the words of its neighbours away
_STRIPS = (11.0, 22.0)  # mm of the page that are looked at first, and where that does not tell
_BETWEEN = 2.5  # mm beyond the edges of such a strip in which the paper between two lines is looked for
_SURE, _DOUBTFUL = 0.78, 0.62
_LIKE_TICK = re.compile(r"[XxХх×☒KК&*]?[\])|]?")  # what OCR makes of a crossed box
_BLANK = 0.0006  # share of ink below which a page is an empty back


@dataclass(slots=True)
class ScanPage:
    """What was found on a page, in points of its upright picture."""

    upright: Upright
    words: list[Reading] = field(default_factory=list)
    rules: list[Stroke] = field(default_factory=list)
    boxes: list[TickBox] = field(default_factory=list)
    dots: list[tuple[Box, int]] = field(default_factory=list)
    marks: list[tuple[Spot, str]] = field(default_factory=list)
    smears: list[Spot] = field(default_factory=list)
    language: str | None = None


class Told(NamedTuple):
    """What the pages before tell a page: the language of the file, and whether they stood on their heads."""

    language: str | None = None
    head_down: bool = False


@dataclass(slots=True)
class Drawn:
    """What is drawn on an upright page, whatever its language; ``even`` and ``ink`` are without rules, boxes and dots,
    ``parts`` are the connected parts of that ink as OpenCV counts them."""

    page: Upright
    even: MatLike
    ink: MatLike
    parts: MatLike
    rules: list[Stroke]
    boxes: list[TickBox]
    dots: list[tuple[Box, int]]
    smears: list[Spot]
    coloured: list[Spot]
    stamps: list[Spot]


def look_at(page: Upright, before: Told) -> tuple[Upright, Told]:
    """The page with its head up, and what the next ones are told; looked at only where that is not known."""
    if before.language and not before.head_down and not _lies(page):
        return page, before
    upright, language = _right_way_up(page, before)
    return upright, Told(language or before.language, upright is not page and not _lies(page))


def read_drawn(drawn: Drawn, language: str | None) -> ScanPage:
    """Read the words of a page; ``language`` is that of the file, looked for anew where the page does not agree."""
    found = _read(drawn, language or "en")
    certain = sureness(found.words)
    if certain < _DOUBTFUL and len(found.words) > 3:
        other = _read(find_drawn(quarter_turned(drawn.page, 2)), language or "en")
        found = other if sureness(other.words) > certain + 0.05 else found
    spoken = tongue_of(" ".join(w.text for w in found.words))
    if spoken is None and sureness(found.words) < _SURE:
        spoken = _right_way_up(found.upright, Told())[1]
    if spoken is not None and spoken != found.language:
        other = _read(find_drawn(found.upright), spoken)
        found = other if sureness(other.words) > sureness(found.words) else found
    return found


def is_blank(page: Upright) -> bool:
    """An empty back."""
    mm = round(page.dpi / 25.4)
    inner = page.ink[6 * mm : -6 * mm, 6 * mm : -6 * mm]
    return inner.size == 0 or cv2.countNonZero(cv2.medianBlur(inner, 3)) < _BLANK * inner.size


def _lies(page: Upright) -> bool:
    """The page had to be turned by a quarter; which of the two ways is not known yet."""
    return abs(float(page.forth[0, 0])) < abs(float(page.forth[0, 1]))


def _right_way_up(page: Upright, before: Told) -> tuple[Upright, str | None]:
    """The page with its head up, and its language, from a look at the strip with most print."""
    best, words, head_up = 0.0, [], page
    known = (tongues()[before.language].data,) if before.language else (_FIRST, _OTHERS)
    ways = (2, 0) if before.head_down else (0, 2)
    for high, quarters, data in itertools.product(_STRIPS, ways, known):
        turned = quarter_turned(page, quarters)
        seen = _look(turned, data, high)
        if sureness(seen) > best:
            best, words, head_up = sureness(seen), seen, turned
        if best > _SURE or best > _DOUBTFUL and tongue_of(" ".join(w.text for w in words)):
            break
    return head_up, tongue_of(" ".join(w.text for w in words))


def _look(page: Upright, data: str, strip: float) -> list[Reading]:
    high = round(strip * page.dpi / 25.4)
    rows = cv2.reduce(page.ink, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0] / 255
    rows[rows > 0.4 * page.ink.shape[1]] = 0  # ruled lines
    sums = np.convolve(rows, np.ones(high), "valid") if rows.size > high else np.zeros(1)
    top = int(sums.argmax())
    room = round(_BETWEEN * page.dpi / 25.4)
    above, below = rows[max(top - room, 0) : top + 1], rows[top + high : top + high + room]
    first = top - int(above[::-1].argmin())  # the lines at its edges whole
    end = top + high + (int(below.argmin()) if below.size else 0)
    return read_page_words(page.even[first:end], page.dpi, data, BLOCK)


def find_drawn(page: Upright) -> Drawn:
    """Find what is drawn on an upright page, and take it off the picture that OCR reads."""
    even, ink = page.even.copy(), page.ink.copy()
    coloured = lift_coloured(page, even, ink)
    turn_bands(even, ink, page.dpi)
    stamps = lift_grey_stamps(even, ink, page.dpi)
    faint = faint_ink(even, ink)
    rules = find_rules(ink, page.dpi)
    rules += pale_rules(faint, rules, page.dpi)
    boxes = find_boxes(even, ink, faint, page.dpi)
    boxes += [c for c in find_circles(faint, page.dpi) if not any(_overlap(b.box, c.box) > 0.3 for b in boxes)]
    erase_rules(even, ink, rules, page.dpi)
    sure = [b for b in boxes if not (b.alone or b.rough)]
    erase_boxes(even, ink, sure, page.dpi)
    _blot_out(ink, [b.box for b in boxes], 2)
    parts = parts_of(ink)
    dots = find_dots(ink, parts, page.dpi)
    for box, _ in dots:
        x0, y0, x1, y1 = (round(v) for v in box)
        even[y0 - 1 : y1 + 2, x0 - 1 : x1 + 2] = 255
    return Drawn(page, even, ink, parts, rules, boxes, dots, find_smears(ink, page.dpi), coloured, stamps)


def _read(drawn: Drawn, language: str) -> ScanPage:
    """Everything on an upright page."""
    page, even, ink = drawn.page, drawn.even, drawn.ink
    data = tongues()[language].data
    words = look_again(even, read_page_words(even, page.dpi, data), page.dpi, data)
    if "rus" in data:
        one_script(words)
    boxes, words = _settled(drawn.boxes, words)
    smears = [s for s in drawn.smears if not any(_is_read(w, s) for w in words)]
    marks = find_marks(page, ink, drawn.parts, words, drawn.coloured)
    for tick in boxes:  # a stamp or a signature over a box looks like a tick
        if any(_overlap(box, tick.box) > 0.3 for box, _ in marks) and not drawn.coloured:
            tick.confidence = min(tick.confidence, 0.5)
    marks += [(spot, "stamp") for spot in drawn.stamps]
    dotted = [(round(x0), round(y0), round(x1), round(y1)) for (x0, y0, x1, y1), _ in drawn.dots]
    taken = [*smears, *(box for box, _ in marks), *dotted]
    more, unread = look_for_more(even, drawn.parts, words, page.dpi, data, taken)
    return ScanPage(page, words + more, drawn.rules, boxes, drawn.dots, marks, smears + unread, language)


def _blot_out(ink: MatLike, spots: list[Spot], pad: int) -> None:
    for x0, y0, x1, y1 in spots:
        ink[max(y0 - pad, 0) : y1 + pad, max(x0 - pad, 0) : x1 + pad] = 0


def _settled(boxes: list[TickBox], words: list[Reading]) -> tuple[list[TickBox], list[Reading]]:
    """Boxes that stand alone are boxes only where OCR saw no letter; what it made of a box is no word."""
    kept: list[TickBox] = []
    for tick in boxes:
        over = [w for w in words if _overlap(w.box, tick.box) > 0.5]
        letters = [w for w in over if w.confidence > 0.6 and not _LIKE_TICK.fullmatch(w.text)]
        if tick.alone and letters or tick.rough and any(len(w.text) > 1 and w.confidence > 0.75 for w in letters):
            continue
        kept.append(tick)
        gone = {id(w) for w in over if len(w.text) < 3}
        words = [w for w in words if id(w) not in gone]
    return kept, words


def _is_read(word: Reading, smear: Spot) -> bool:
    """A word was read with certainty where a smear seemed to be: bold print on a dark ground."""
    return word.confidence > _SURE and len(word.text) > 2 and _overlap(word.box, smear) > 0.3


def _overlap(box: Spot, tick: Spot) -> float:
    """Share of the tick box that lies in the other box."""
    wide, high = min(box[2], tick[2]) - max(box[0], tick[0]), min(box[3], tick[3]) - max(box[1], tick[1])
    return max(0, wide) * max(0, high) / ((tick[2] - tick[0]) * (tick[3] - tick[1]))
