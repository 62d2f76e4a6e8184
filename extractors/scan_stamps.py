"""Office stamps: what makes a mark on a page a stamp and not a pen stroke; grey ones are taken off the print."""

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_ink import parts_of

Spot = tuple[int, int, int, int]

_CLEAR, _LINES = 1.9, 3  # mm inside a broken frame in which hardly anything stands, along so many of its four sides
_PALER = 55  # how much lighter than print (0..255) the ink of a grey stamp is at least
_PAPER = 214  # grey below which there is ink at all
_NEAR = 5  # points across: what is paler so near to print is its blurred edge
_COARSE = 2.0  # points to the millimetre in which stamps are looked for
_JOIN = 2.5  # mm between the letters and lines of one stamp
_BRIDGE = 1.1  # mm that lack in its outline where a ruled line crosses it
_LEAST = 0.004  # share of such ink on the page without which there is no stamp
_FILLED = 0.015  # share of the middle of a stamp that is inked: a frame round an answer has nothing of its colour there
_RADIUS = (8.0, 27.0)  # of a round stamp in mm
_SIDES = (9.0, 18.0, 90.0)  # of a rectangular one: shortest short side, shortest long side, longest, in mm
_SCALE = 4.0  # points to the millimetre are enough
_FULL, _DRAWN, _HALF_DRAWN = 0.85, 0.75, 0.45  # part of the rectangle that the mark fills; of each side that is drawn


def lift_grey_stamps(even: MatLike, ink: MatLike, dpi: float) -> list[Spot]:
    """Take stamps that are paler than the print off the grey picture and its ink, so that print beneath can be read.

    Gives their boxes. What is as dark as print stays, and so does pale print that is in no stamp."""
    pale = _pale(even, ink)
    mm = dpi / 25.4
    if cv2.countNonZero(pale) < _LEAST * pale.size / 10:
        return []
    scale = _COARSE / mm
    small = cv2.resize(pale, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.threshold(small, 30, 255, cv2.THRESH_BINARY)[1]
    reach = round(_JOIN * _COARSE) | 1
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    found: list[Spot] = []
    for x, y, wide, high, _ in parts_of(closed).tolist():
        x0, y0, x1, y1 = (round(v / scale) for v in (x - 1, y - 1, x + wide + 1, y + high + 1))
        spot = (max(x0, 0), max(y0, 0), min(x1, ink.shape[1]), min(y1, ink.shape[0]))
        if max(wide, high) < _SIDES[2] * _COARSE * 1.2 and _is_grey_stamp(pale, spot, mm):
            found.append(spot)
            part = (slice(spot[1], spot[3]), slice(spot[0], spot[2]))
            lifted = cv2.dilate(pale[part], np.ones((3, 3), np.uint8)) > 0
            lifted &= even[part] > _print_level(even, ink)
            even[part][lifted] = 250
            ink[part][lifted] = 0
    return found


def _pale(even: MatLike, ink: MatLike) -> MatLike:
    """255 where there is ink much paler than print, and not at the edge of print."""
    level = _print_level(even, ink)
    dark = cv2.threshold(even, level, 255, cv2.THRESH_BINARY_INV)[1]
    inked = cv2.threshold(even, _PAPER, 255, cv2.THRESH_BINARY_INV)[1]
    pale = cv2.bitwise_and(inked, cv2.bitwise_not(cv2.dilate(dark, np.ones((_NEAR, _NEAR), np.uint8))))
    return cv2.medianBlur(pale, 3)


def _print_level(even: MatLike, ink: MatLike) -> float:
    """The grey up to which ink is print."""
    greys = even[::4, ::4][ink[::4, ::4] > 0]
    return float(np.percentile(greys, 30)) + _PALER if greys.size else 0.0


def _is_grey_stamp(pale: MatLike, spot: Spot, mm: float) -> bool:
    """Its outline is bridged where ruled lines cross it; its middle is not empty."""
    x0, y0, x1, y1 = spot
    across, down = (x1 - x0) // 6, (y1 - y0) // 6
    middle = pale[y0 + down : y1 - down, x0 + across : x1 - across]
    if cv2.countNonZero(middle) <= _FILLED * middle.size:
        return False
    reach = round(_BRIDGE * mm) | 1
    bridged = cv2.morphologyEx(pale[y0:y1, x0:x1], cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return is_stamp(bridged, (0, 0, x1 - x0, y1 - y0), mm, broken=True)


def is_stamp(ink: MatLike, spot: Spot, mm: float, broken: bool = False) -> bool:
    """A circle or a rectangle of the size of an office stamp is drawn in the spot; ``mm`` points make a millimetre.

    ``broken``: nothing but the stamp is in the ink, and parts of its outline lack where other ink lay over it."""
    scale = _SCALE / mm
    part = ink[spot[1] : spot[3], spot[0] : spot[2]]
    if min(part.shape) < _SIDES[0] * mm * 0.9:
        return False
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.copyMakeBorder(small, 8, 8, 8, 8, cv2.BORDER_CONSTANT)
    return _has_ring(small) or _has_frame(small, broken)


def _has_ring(small: MatLike) -> bool:
    if min(small.shape) < 2 * _SCALE * _RADIUS[0] * 0.9:
        return False
    smooth = cv2.GaussianBlur(small, (3, 3), 0)
    least, most = (round(_SCALE * r) for r in _RADIUS)
    rings = cv2.HoughCircles(
        smooth, cv2.HOUGH_GRADIENT, 1.5, 20, param1=120, param2=40, minRadius=least, maxRadius=most
    )
    if rings is None:
        return False
    return any(_is_ring(smooth, x, y, radius) for x, y, radius in np.asarray(rings).reshape(-1, 3)[:5].tolist())


def _is_ring(small: MatLike, x: float, y: float, radius: float) -> bool:
    """Ink nearly all the way round."""
    turns = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    hits = 0
    for turn in turns:
        steps = np.arange(radius - 3, radius + 4)
        rows = np.clip(np.round(y + steps * np.sin(turn)), 0, small.shape[0] - 1).astype(int)
        columns = np.clip(np.round(x + steps * np.cos(turn)), 0, small.shape[1] - 1).astype(int)
        hits += bool((small[rows, columns] > 60).any())
    return hits > 0.75 * len(turns)


def _has_frame(small: MatLike, broken: bool) -> bool:
    """Four straight sides, also when the stamp was set down askew."""
    inked = cv2.dilate(cv2.threshold(small, 60, 255, cv2.THRESH_BINARY)[1], np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(inked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return False
    largest = max(outlines, key=lambda line: float(np.prod(cv2.minAreaRect(line)[1])))
    hull = cv2.convexHull(np.vstack(outlines) if broken else largest)
    rectangle = cv2.minAreaRect(hull)
    short, long = sorted(side / _SCALE for side in rectangle[1])
    if short < _SIDES[0] or not _SIDES[1] <= long <= _SIDES[2] or cv2.contourArea(hull) < _FULL * short * long * 16:
        return False
    corners = cv2.boxPoints(rectangle)
    centre = corners.mean(axis=0)
    inner = centre + (corners - centre) * (1 - 2.0 / max(short * _SCALE, 1.0))
    near = cv2.dilate(inked, np.ones((5, 5), np.uint8))
    sides = [_drawn(near, inner[i], inner[(i + 1) % 4]) for i in range(4)]
    if not broken:
        return min(sides) > _DRAWN
    middle, (wide, high), turn = rectangle
    free = cv2.boxPoints((middle, (wide - 2 * _CLEAR * _SCALE, high - 2 * _CLEAR * _SCALE), turn))
    within = [_drawn(inked, free[i], free[(i + 1) % 4]) for i in range(4)]
    stand_out = sum(outer > _HALF_DRAWN and beside < 0.6 * outer for outer, beside in zip(sides, within, strict=True))
    return min(sides) > _HALF_DRAWN and stand_out >= _LINES


def _drawn(ink: MatLike, start: MatLike, end: MatLike) -> float:
    """Part of the way between two corners that is inked."""
    way = np.linspace(start, end, 60)
    rows = np.clip(np.rint(way[:, 1]), 0, ink.shape[0] - 1).astype(int)
    columns = np.clip(np.rint(way[:, 0]), 0, ink.shape[1] - 1).astype(int)
    return float(np.mean(ink[rows, columns] > 0))
