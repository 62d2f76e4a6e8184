"""Round tick boxes on paper: printed circles before their options, chosen if there is ink inside."""

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_boxes import Spot, TickBox, judge
from extractors.scan_ink import parts_of

_SMALLEST, _LARGEST = 2.1, 6.0  # mm across
_ENOUGH = 250.0  # dots per inch above which half the resolution does
_ROUND = 0.9  # part of the ring that must be inked
_BIG, _THIN = 1.22, 0.1  # a letter O is as high as capitals, and its stroke is thicker; parts of capitals and of itself
_FREE = 0.45  # mm of paper left and right of a circle
_TURNS = np.linspace(0, 2 * np.pi, 48, endpoint=False)
_STRAY = 3  # points that circles of one column may stand out of line
_SOLID = 0.6  # share of ink from which a round spot is a disc


def find_circles(ink: MatLike, dpi: float) -> list[TickBox]:
    """All circles to choose from, with what is in them; they stand in columns or rows of at least two, one empty."""
    step = 2 if dpi > _ENOUGH else 1
    small = ink if step == 1 else cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = cv2.threshold(small, 60, 255, cv2.THRESH_BINARY)[1]
    mm = dpi / 25.4 / step
    spots = _parts(small)
    capital = _capital(spots, mm)
    rings = [s for s in spots if _is_ring(small, s, mm, capital)]
    found = [r for r in rings if sum(_are_mates(r, o, mm) for o in rings) > 1]
    found += [s for s in _others(small, spots, found, mm) if s not in found]
    boxes = [TickBox(s, _inside(small, s)) for s in found if sum(_are_mates(s, o, mm) for o in found) > 1]
    if all(box.dark > 0.2 for box in boxes):
        return []
    judge(boxes)
    for box in boxes:
        x0, top, x1, bottom = (v * step for v in box.box)
        box.box = (x0, top, x1, bottom)
    return boxes


def _parts(ink: MatLike) -> list[Spot]:
    """The boxes of all connected ink."""
    return [(x, y, x + wide, y + high) for x, y, wide, high, _ in parts_of(ink).tolist()]


def _capital(spots: list[Spot], mm: float) -> float:
    """How high capital letters of the page are."""
    heights = [s[3] - s[1] for s in spots if 1.2 * mm < s[3] - s[1] < 4 * mm and s[2] - s[0] < 5 * mm]
    return float(np.percentile(heights, 75)) if heights else 2.5 * mm


def _is_ring(ink: MatLike, spot: Spot, mm: float, capital: float) -> bool:
    wide, high = spot[2] - spot[0], spot[3] - spot[1]
    if not (_SMALLEST * mm <= wide <= _LARGEST * mm and 0.88 <= wide / high <= 1.14) or not _is_free(ink, spot, mm):
        return False
    shares = [_share(ink, spot, inset) for inset in np.arange(0.5, max(2.5, 0.14 * wide), 0.5)]
    if max(shares) < _ROUND:
        return False
    return high > _BIG * capital or _stroke(ink, spot) < max(_THIN * wide, 1.6)


def _is_free(ink: MatLike, spot: Spot, mm: float) -> bool:
    """No ink close by on either side: a letter has neighbours."""
    x0, top, x1, bottom = spot
    room = max(2, round(_FREE * mm))
    beside = ink[top:bottom, max(x0 - room, 0) : x0], ink[top:bottom, x1 : x1 + room]
    return all(cv2.countNonZero(part) < 3 for part in beside if part.size)


def _share(ink: MatLike, spot: Spot, inset: float) -> float:
    """Part of a circle drawn into the spot that is inked, and round it no more than a little outside."""
    x, y = (spot[0] + spot[2] - 1) / 2, (spot[1] + spot[3] - 1) / 2
    across, down = (spot[2] - spot[0]) / 2 - inset, (spot[3] - spot[1]) / 2 - inset
    rows = np.clip(np.rint(y + down * np.sin(_TURNS)), 0, ink.shape[0] - 1).astype(int)
    columns = np.clip(np.rint(x + across * np.cos(_TURNS)), 0, ink.shape[1] - 1).astype(int)
    return float(np.mean(ink[rows, columns] > 0))


def _stroke(ink: MatLike, spot: Spot) -> float:
    """Thickness of the ring, measured where little is drawn: the least of the four ways inward."""
    x, y = (spot[0] + spot[2]) // 2, (spot[1] + spot[3]) // 2
    ways = (ink[y, spot[0] : x], ink[y, x : spot[2]][::-1], ink[spot[1] : y, x], ink[y : spot[3], x][::-1])
    return min(_run(way) for way in ways)


def _run(way: MatLike) -> float:
    inked = np.flatnonzero(way > 0)
    if not inked.size:
        return 0.0
    gaps = np.flatnonzero(np.diff(inked) > 1)
    return float(gaps[0] + 1 if gaps.size else inked.size)


def _are_mates(one: Spot, other: Spot, mm: float) -> bool:
    """Circles of one size in one column or row of options; each is its own mate."""
    alike = abs((one[2] - one[0]) - (other[2] - other[0])) < max(2.0, 0.15 * (one[2] - one[0]))
    column = abs(one[0] - other[0]) < 1.0 * mm and abs(one[1] - other[1]) < 40 * mm
    return alike and (column or abs(one[1] - other[1]) < 0.8 * mm)


def _others(ink: MatLike, spots: list[Spot], rings: list[Spot], mm: float) -> list[Spot]:
    """Circles beside those found that are scrawled over, or printed as a full disc when chosen."""
    found: list[Spot] = []
    if not rings:
        return found
    least, most = 0.7 * min(r[2] - r[0] for r in rings), 2.6 * max(r[2] - r[0] for r in rings)
    for spot in (s for s in spots if least < min(s[2] - s[0], s[3] - s[1]) and max(s[2] - s[0], s[3] - s[1]) < most):
        near = [r for r in rings if _may_hide(spot, r, mm)]
        if near and _is_free(ink, spot, mm) and not any(_overlap(spot, r) for r in rings):
            fit = _fitted(ink, spot, near[0])
            if fit is not None and not any(_overlap(fit, f) for f in found):
                found.append(fit)
    return found


def _may_hide(spot: Spot, ring: Spot, mm: float) -> bool:
    size = ring[2] - ring[0]
    sides = spot[2] - spot[0], spot[3] - spot[1]
    inside = spot[0] - 0.4 * size < ring[0] + 1 and spot[2] + 0.4 * size > ring[2]
    return 0.7 * size < min(sides) and max(sides) < 2.6 * size and inside and abs(spot[1] - ring[1]) < 40 * mm


def _fitted(ink: MatLike, spot: Spot, ring: Spot) -> Spot | None:
    """The place in the spot where a ring of this size is drawn, or a disc fills it."""
    wide, high = ring[2] - ring[0], ring[3] - ring[1]
    best, place = 0.0, spot
    for top in range(spot[1] - 1, max(spot[3] - high, spot[1]) + 2):
        for left in range(max(ring[0] - _STRAY, 0), ring[0] + _STRAY + 1):
            if top < 0:
                continue
            here = (left, top, left + wide, top + high)
            share = max(_share(ink, here, 0.5), _share(ink, here, 1.5))
            if share > best:
                best, place = share, here
    part = ink[spot[1] : spot[3], spot[0] : spot[2]]
    disc = cv2.countNonZero(part) > _SOLID * part.size and 0.85 < part.shape[1] / part.shape[0] < 1.18
    return place if best > _ROUND else spot if disc else None


def _overlap(one: Spot, other: Spot) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _inside(ink: MatLike, spot: Spot) -> float:
    """Share of ink in the inner disc."""
    x, y = (spot[0] + spot[2]) / 2, (spot[1] + spot[3]) / 2
    reach = max(2.0, 0.3 * (spot[2] - spot[0]))
    part = ink[round(y - reach) : round(y + reach), round(x - reach) : round(x + reach)]
    return cv2.countNonZero(part) / part.size if part.size else 0.0
