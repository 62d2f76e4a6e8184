"""Tick boxes on paper: printed squares found by their four sides, ticked if there is ink inside."""

from bisect import bisect_right as _after
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_ink import parts_of

_SMALLEST, _LARGEST = 2.0, 6.8  # mm
_SIDE, _STRICT = 0.8, 0.94  # part of each side that must be inked, and that is in a printed box beyond doubt
_PALE = 2.4  # mm; smaller grey squares are too like letters
_HALF = 0.55 * 255
_SCRAWLED = 0.62  # the same where other boxes stand in the column
_EMPTY, _FULL = 0.035, 0.09
"""Mean darkness (0..1) inside a box, above that of the empty boxes of the page: below the first it is empty, above
the second it is ticked; between them it is ticked, but not surely."""


Spot = tuple[int, int, int, int]
"""A place in points of the picture: left, top, right, bottom."""


@dataclass(slots=True)
class TickBox:
    """A printed box in points of the picture; ``confidence`` is that of ``checked``.

    It may be a letter after all where no empty box stands in its column or row (``alone``) or its sides are ``rough``.
    """

    box: Spot
    dark: float
    checked: bool = False
    confidence: float = 1.0
    alone: bool = False
    rough: bool = False


def find_boxes(even: MatLike, ink: MatLike, faint: MatLike, dpi: float) -> list[TickBox]:
    """All printed tick boxes of the page with what is in them; ``faint`` is the ink with thin grey lines."""
    mm = dpi / 25.4
    found = [s for s in _squares(_sides(ink, mm), mm) if _has_sides(ink, s)]
    squares = [fit for s in found if (fit := _fitted(ink, s, mm, _SIDE)) is not None]
    grey = [piece for piece in _sides(faint, mm) if not _is_dark(ink, piece)]
    pale = [s for s in _squares(grey, mm) if s[2] - s[0] > _PALE * mm and _has_sides(faint, s)]
    squares += [fit for s in pale if (fit := _fitted(faint, s, mm, _SIDE)) is not None and not _touches(fit, squares)]
    squares = _unnested(squares)
    if len(squares) > 1:  # in a column of boxes one that is scrawled over need not be as neat
        near = [f for f in found if any(abs(f[0] - s[0]) < 1.5 * mm for s in squares)]
        rough = [fit for s in near if (fit := _fitted(ink, s, mm, _SCRAWLED)) is not None]
        squares = _unnested(squares + [r for r in rough if sum(_in_column(r, s, mm) for s in squares) > 1])
    squares = [s for s in squares if not _has_twin(s, squares, mm)]
    boxes = [TickBox(s, _darkness(even, s, mm)) for s in squares]
    if boxes:
        judge(boxes)
    for box in boxes:
        mated = any(o is not box and not (o.checked and box.checked) and _are_mates(o, box, mm) for o in boxes)
        box.alone, box.rough = not mated, box.checked and _fitted(faint, box.box, mm, _STRICT) is None
    return boxes


def _is_dark(ink: MatLike, piece: Spot) -> bool:
    """The piece is print: most of it was ink already."""
    part = ink[piece[1] : piece[3], piece[0] : piece[2]]
    return cv2.countNonZero(part) > 0.7 * part.size


def _touches(one: Spot, others: list[Spot]) -> bool:
    return any(one[0] < o[2] and o[0] < one[2] and one[1] < o[3] and o[1] < one[3] for o in others)


def _has_sides(ink: MatLike, box: Spot) -> bool:
    """A quick look that spares the careful one: in either half of the place one column is inked for the most part."""
    x0, y0, x1, y1 = box
    columns = cv2.reduce(ink[y0:y1, x0:x1], 0, cv2.REDUCE_AVG)[0]
    half = len(columns) // 2
    return bool(columns[:half].max() > _HALF and columns[half:].max() > _HALF)


def _in_column(one: Spot, other: Spot, mm: float) -> bool:
    """A square of the same size right above or below, at the distance of an option."""
    alike = abs((one[2] - one[0]) - (other[2] - other[0])) < 0.2 * (other[2] - other[0])
    return alike and abs(one[0] - other[0]) < 0.6 * mm and 0 < abs(one[1] - other[1]) < 40 * mm


def _are_mates(one: TickBox, other: TickBox, mm: float) -> bool:
    """Boxes of one size in one column or row of options."""
    a, b = one.box, other.box
    alike = abs((a[2] - a[0]) - (b[2] - b[0])) < max(3.0, 0.25 * (a[2] - a[0]))
    column = abs(a[0] - b[0]) < 1.3 * mm and abs(a[1] - b[1]) < 60 * mm
    return alike and (column or abs(a[1] - b[1]) < 1.0 * mm)


def _sides(ink: MatLike, mm: float) -> list[Spot]:
    """Thin level pieces as long as the side of a box: x0, top, x1, bottom."""
    least = max(5, round(0.72 * _SMALLEST * mm))
    gap = max(3, round(0.2 * mm) | 1)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    pieces: list[Spot] = []
    for x, y, wide, high, _ in parts_of(opened).tolist():
        if wide <= 1.25 * _LARGEST * mm and high <= _LARGEST * mm:
            pieces.append((x, y, x + wide, y + high))
    return pieces


def _squares(level: list[Spot], mm: float) -> list[Spot]:
    """Pairs of level pieces that could be top and bottom of one box; a filled box is one piece."""
    slack, least, most = max(2.0, 1.4 * mm), _SMALLEST * mm, _LARGEST * mm
    found: list[Spot] = []
    columns: dict[int, tuple[list[int], list[Spot]]] = {}
    for piece in sorted(level, key=_top):
        tops, pieces = columns.setdefault(int(piece[0] // slack), ([], []))
        tops.append(piece[1])
        pieces.append(piece)
    for top in level:
        wide = top[2] - top[0]
        if _SMALLEST * mm <= wide <= _LARGEST * mm and 0.72 * wide <= top[3] - top[1] <= 1.4 * wide:
            found.append(top)
        key = int(top[0] // slack)
        near = (columns[k] for k in (key - 1, key, key + 1) if k in columns)
        for bottom in (p for tops, pieces in near for p in pieces[_after(tops, top[1]) : _after(tops, top[1] + most)]):
            high = bottom[3] - top[1]
            if not least <= high <= most or abs(top[2] - bottom[2]) > slack:
                continue
            x0, x1 = min(top[0], bottom[0]), max(top[2], bottom[2])
            if abs(top[0] - bottom[0]) <= slack and 0.6 <= (x1 - x0) / high <= 1.7 and x1 - x0 >= least:
                found.append((x0, top[1], x1, bottom[3]))
    return found


def _top(piece: Spot) -> int:
    return piece[1]


def _fitted(ink: MatLike, box: Spot, mm: float, need: float) -> Spot | None:
    """The square that stands at this place, by its four sides; None if it is a letter or a cell.

    All sides are straight and inked nearly whole, corners included, and none goes on. Pen strokes may cross them.
    """
    x0, y0, x1, y1 = box
    thin, near, edge = max(2, round(0.25 * mm)), max(1, round(0.22 * mm)), round(mm)
    if x0 < edge or y0 < edge or x1 + edge > ink.shape[1] or y1 + edge > ink.shape[0]:
        return None
    across, down = (x1 - x0) // 2, (y1 - y0) // 2
    sides = (
        _line_in(ink[y0:y1, x0 - 1 : x0 + across], 1, thin),
        _line_in(ink[y0:y1, x1 - across : x1 + 1][:, ::-1], 1, thin),
        _line_in(ink[y0 - 1 : y0 + down, x0:x1], 0, thin),
        _line_in(ink[y1 - down : y1 + 1, x0:x1][::-1], 0, thin),
    )
    xs, ys = (x0 - 1 + sides[0][1], x1 - sides[1][1]), (y0 - 1 + sides[2][1], y1 - sides[3][1])
    wide, high = xs[1] - xs[0], ys[1] - ys[0]
    if min(wide, high) < 0.9 * _SMALLEST * mm or not 0.74 <= wide / high <= 1.36:
        return None
    shares = [_line_in(ink[ys[0] : ys[1] + 1, max(x - thin, 0) : x + thin + 1], 1, thin)[0] for x in xs] + [
        _line_in(ink[max(y - thin, 0) : y + thin + 1, xs[0] : xs[1] + 1], 0, thin)[0] for y in ys
    ]
    if min(shares) < need or sum(shares) < 2 + 1.94 * need:
        return None
    if any(cv2.countNonZero(ink[y - near : y + near + 1, x - near : x + near + 1]) < 3 for x in xs for y in ys):
        return None  # the corners of letters are round or open
    if _is_letter(ink, xs, ys, max(2, round(0.5 * mm))) or _goes_on(ink, xs, ys, thin, max(wide, high) // 2):
        return None
    return (xs[0], ys[0], xs[1] + 1, ys[1] + 1)


def _is_letter(ink: MatLike, xs: tuple[int, int], ys: tuple[int, int], room: int) -> bool:
    """Something as high as a letter stands close by, to the left or to the right."""
    left = ink[ys[0] : ys[1], max(xs[0] - room, 0) : max(xs[0] - 1, 0)]
    right = ink[ys[0] : ys[1], xs[1] + 2 : xs[1] + 1 + room]
    return max(_covered(left, 1), _covered(right, 1)) > 0.4


def _goes_on(ink: MatLike, xs: tuple[int, int], ys: tuple[int, int], thin: int, out: int) -> bool:
    """At least two of the sides run on beyond the corners: the cell of a table."""
    count = 0
    for x in xs:
        column = slice(max(x - thin // 2, 0), x + thin // 2 + 1)
        for rows in (slice(max(ys[0] - out, 0), ys[0] - 1), slice(ys[1] + 2, ys[1] + 1 + out)):
            count += _straight(ink[rows, column], 1)
    for y in ys:
        row = slice(max(y - thin // 2, 0), y + thin // 2 + 1)
        for columns in (slice(max(xs[0] - out, 0), xs[0] - 1), slice(xs[1] + 2, xs[1] + 1 + out)):
            count += _straight(ink[row, columns], 0)
    return count >= 2


def _line_in(side: MatLike, axis: int, thin: int) -> tuple[float, int]:
    """Share of the side's length that one thin straight strip covers with ink, and where the outermost such begins."""
    long = (side > 0) if axis == 1 else (side > 0).T
    strips = [float(long[:, i : i + thin].any(axis=1).mean()) for i in range(max(1, long.shape[1] - thin + 1))]
    best = max(strips)
    start = next(i for i, share in enumerate(strips) if share > best - 0.06)
    first = next((i for i in range(start, start + thin) if i < long.shape[1] and long[:, i].mean() > 0.3), start)
    return best, first


def _covered(side: MatLike, axis: int) -> float:
    return float(np.mean(side.max(axis=axis) > 0)) if side.size else 0.0


def _straight(strip: MatLike, axis: int) -> bool:
    """The strip is inked over its whole length: a side that goes on."""
    return bool(strip.size) and _covered(strip, axis) > 0.9


def _unnested(squares: list[Spot]) -> list[Spot]:
    """One square per place, the outermost; thick sides give several."""
    kept: list[Spot] = []
    for square in sorted(squares, key=lambda s: -(s[2] - s[0]) * (s[3] - s[1])):
        x, y = (square[0] + square[2]) / 2, (square[1] + square[3]) / 2
        if not any(k[0] <= x <= k[2] and k[1] <= y <= k[3] for k in kept):
            kept.append(square)
    return kept


def _has_twin(square: Spot, squares: list[Spot], mm: float) -> bool:
    """Squares side by side or stacked without a gap are boxes for one letter or figure each."""
    x0, y0, x1, y1 = square
    near = 0.6 * mm
    return any(
        o is not square
        and (
            abs(o[1] - y0) < near and min(abs(o[0] - x1), abs(x0 - o[2])) < near
            or abs(o[0] - x0) < near and min(abs(o[1] - y1), abs(y0 - o[3])) < near
        )
        for o in squares
    )  # fmt: skip


def _darkness(even: MatLike, box: Spot, mm: float) -> float:
    """Mean darkness inside the box, 0 to 1, without its own sides."""
    x0, y0, x1, y1 = box
    inset = max(3, round(0.17 * (x1 - x0)), round(0.42 * mm))
    inner = even[y0 + inset : y1 - inset, x0 + inset : x1 - inset]
    if inner.size == 0:
        return 0.0
    dark = np.clip(235.0 - cv2.medianBlur(np.ascontiguousarray(inner), 3 if min(inner.shape) > 8 else 1), 0, 235)
    return float(dark.mean()) / 235.0


def judge(boxes: list[TickBox]) -> None:
    """Ticked or empty, measured from the emptiest boxes of the page."""
    ground = min(0.12, float(np.percentile([b.dark for b in boxes], 20, method="lower"))) if len(boxes) > 2 else 0.0
    for box in boxes:
        ink = box.dark - ground
        box.checked = ink > (_EMPTY + _FULL) / 2
        far = abs(ink - (_EMPTY + _FULL) / 2) / ((_FULL - _EMPTY) / 2)
        box.confidence = round(min(0.99, 0.5 + 0.49 * min(1.0, far)), 2)


def erase_boxes(even: MatLike, ink: MatLike, boxes: list[TickBox], dpi: float) -> None:
    """Take the boxes and what was put into and over them off the grey picture, so that OCR sees no O or C."""
    pad = max(2, round(0.3 * dpi / 25.4))
    for tick in boxes:
        x0, y0, x1, y1 = tick.box
        even[max(y0 - pad, 0) : y1 + pad, max(x0 - pad, 0) : x1 + pad] = 255
        if tick.checked:
            _erase_strokes(even, ink, tick.box)


def _erase_strokes(even: MatLike, ink: MatLike, box: Spot) -> None:
    """Pen strokes that reach out of a box: ink joined to it that ends nearby; joined print goes on and stays."""
    x0, y0, x1, y1 = box
    room = round(0.9 * (x1 - x0))
    left, top = max(x0 - room, 0), max(y0 - room, 0)
    part = np.ascontiguousarray(ink[top : y1 + room, left : x1 + room])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    high, wide = part.shape
    for number in np.unique(labels[y0 - top : y1 - top, x0 - left : x1 - left]):
        x, y, w, h, _ = stats[number]
        if number and x > 0 and y > 0 and x + w < wide and y + h < high:
            grown = cv2.dilate((labels == number).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            even[top : top + high, left : left + wide][grown] = 255
