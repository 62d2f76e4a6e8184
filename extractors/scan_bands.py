"""Light print on dark bands, as headings of sections often are: turned into dark print on white before it is read."""

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_ink import parts_of

Spot = tuple[int, int, int, int]

_STEP = 3  # bands are looked for in a picture smaller by this factor
_DENSE, _WINDOW = 0.6, 2.4  # share of ink in every window of so many mm in a band
_WIDE, _HIGH = 12.0, (2.2, 16.0)  # mm
_LETTER = (1.0, 6.0)  # height of a light letter in mm
_LEAST = 3  # light letters that make a dark place a band and no smear
_EDGE = 0.7  # mm round a band in which its blurred edge is wiped off
_PAPER = 250


def turn_bands(even: MatLike, ink: MatLike, dpi: float) -> None:
    """Turn the bands of a page (even grey on white, ink 0 or 255) to dark on white, in place."""
    mm = dpi / 25.4
    for spot in dense_spots(ink, dpi):
        x0, y0, x1, y1 = spot
        if x1 - x0 < _WIDE * mm or not _HIGH[0] * mm < y1 - y0 < _HIGH[1] * mm or not _has_letters(ink, spot, mm):
            continue
        part = even[y0:y1, x0:x1]
        ground = float(np.median(part))
        turned = np.clip(_PAPER - (part.astype(np.float32) - ground) * (230 / max(_PAPER - ground, 60.0)), 0, _PAPER)
        edge = round(_EDGE * mm)
        around = (slice(max(y0 - edge, 0), y1 + edge), slice(max(x0 - edge, 0), x1 + edge))
        even[around], ink[around] = _PAPER, 0
        even[y0:y1, x0:x1] = turned.astype(np.uint8)
        ink[y0:y1, x0:x1] = np.where(turned < _PAPER / 2, 255, 0)


def dense_spots(ink: MatLike, dpi: float) -> list[Spot]:
    """Where most of the paper is inked: bands, smears, pictures."""
    small = cv2.resize(ink, None, fx=1 / _STEP, fy=1 / _STEP, interpolation=cv2.INTER_AREA)
    side = max(3, round(_WINDOW * dpi / 25.4 / _STEP) | 1)
    dense = cv2.threshold(cv2.blur(small, (side, side)), _DENSE * 255, 255, cv2.THRESH_BINARY)[1]
    return [
        (_STEP * x, _STEP * y, _STEP * (x + wide), _STEP * (y + high))
        for x, y, wide, high, _ in parts_of(dense).tolist()
    ]


def _has_letters(ink: MatLike, spot: Spot, mm: float) -> bool:
    x0, y0, x1, y1 = spot
    light = cv2.bitwise_not(np.ascontiguousarray(ink[y0:y1, x0:x1]))
    least, most = (side * mm for side in _LETTER)
    parts = parts_of(cv2.medianBlur(light, 3))
    inside = (parts[:, 1] > 0) & (parts[:, 1] + parts[:, 3] < y1 - y0)
    return int((inside & (parts[:, 3] > least) & (parts[:, 3] < most) & (parts[:, 2] < 2 * most)).sum()) >= _LEAST
