"""Office stamps: what makes a mark on a page a stamp, round or rectangular, and not a pen stroke."""

import cv2
import numpy as np
from cv2.typing import MatLike

Spot = tuple[int, int, int, int]

_RADIUS = (8.0, 27.0)  # of a round stamp in mm
_SIDES = (9.0, 18.0, 90.0)  # of a rectangular one: shortest short side, shortest long side, longest, in mm
_SCALE = 4.0  # points to the millimetre are enough
_FULL, _DRAWN = 0.85, 0.75  # part of the rectangle that the mark fills; of each side that is drawn


def is_stamp(ink: MatLike, spot: Spot, mm: float) -> bool:
    """A circle or a rectangle of the size of an office stamp is drawn in the spot; ``mm`` points make a millimetre."""
    scale = _SCALE / mm
    part = ink[spot[1] : spot[3], spot[0] : spot[2]]
    if min(part.shape) < _SIDES[0] * mm * 0.9:
        return False
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.copyMakeBorder(small, 8, 8, 8, 8, cv2.BORDER_CONSTANT)
    return _has_ring(small) or _has_frame(small)


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


def _has_frame(small: MatLike) -> bool:
    """Four straight sides, also when the stamp was set down askew."""
    inked = cv2.dilate(cv2.threshold(small, 60, 255, cv2.THRESH_BINARY)[1], np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(inked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return False
    hull = cv2.convexHull(max(outlines, key=lambda line: float(np.prod(cv2.minAreaRect(line)[1]))))
    rectangle = cv2.minAreaRect(hull)
    short, long = sorted(side / _SCALE for side in rectangle[1])
    if short < _SIDES[0] or not _SIDES[1] <= long <= _SIDES[2] or cv2.contourArea(hull) < _FULL * short * long * 16:
        return False
    corners = cv2.boxPoints(rectangle)
    centre = corners.mean(axis=0)
    inner = centre + (corners - centre) * (1 - 2.0 / max(short * _SCALE, 1.0))
    near = cv2.dilate(inked, np.ones((5, 5), np.uint8))
    return all(_drawn(near, inner[i], inner[(i + 1) % 4]) > _DRAWN for i in range(4))


def _drawn(ink: MatLike, start: MatLike, end: MatLike) -> float:
    """Part of the way between two corners that is inked."""
    way = np.linspace(start, end, 60)
    rows = np.clip(np.rint(way[:, 1]), 0, ink.shape[0] - 1).astype(int)
    columns = np.clip(np.rint(way[:, 0]), 0, ink.shape[1] - 1).astype(int)
    return float(np.mean(ink[rows, columns] > 0))
