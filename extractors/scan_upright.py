"""Setting a page upright: the sheet cut out of a photograph, turned by quarters, its skew taken out."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.page_sheet import View
from extractors.scan_ink import cleaned, evened, grey_of, ink_of
from extractors.scan_pictures import Picture
from pipeline.values import Box

_LEAST_TILT = 0.06  # degrees; less is not worth a resampling
_WIDEST_TILT = 7.0
_COARSE = 75.0  # dots per inch are enough to measure the skew
_BESIDE, _BRIGHTER = 9.0, 15.0  # how far from an edge its two sides are compared, and how much brighter paper is
_STRIPS, _FINER = 32, 3  # upright strips that are shifted against each other, in thirds of a coarse point


@dataclass(slots=True)
class Upright:
    """A page set upright: pixels (the same as ``even`` where they are grey), even grey on white, ink (0 or 255), dots
    per inch, how it lies on the display.

    ``forth`` is the 3 x 3 matrix from a point of the displayed picture to a point of this one, ``shown`` the size of
    the displayed page in points, ``scale`` the points to one pixel of its picture.
    """

    pixels: MatLike
    even: MatLike
    ink: MatLike
    dpi: float
    forth: MatLike
    shown: tuple[float, float]
    scale: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        return (self.ink.shape[1] * 72 / self.dpi, self.ink.shape[0] * 72 / self.dpi)

    def view(self) -> View:
        """The way from boxes of this page, in points, back to the page as displayed."""
        points = np.diag([self.dpi / 72, self.dpi / 72, 1.0])
        back = np.diag([self.scale, self.scale, 1.0]) @ np.linalg.inv(self.forth) @ points
        return View(self.shown, lambda box: _mapped(box, back))

    def read(self) -> "Upright":
        """The page with nothing but its ink: all that is needed once its words are read."""
        return replace(self, pixels=self.ink, even=self.ink)


def _mapped(box: Box, matrix: MatLike) -> Box:
    x0, top, x1, bottom = box
    corners = np.array([[x0, x1, x0, x1], [top, top, bottom, bottom], [1, 1, 1, 1]], float)
    x, y, w = matrix @ corners
    x, y = x / w, y / w
    return (round(float(x.min()), 1), round(float(y.min()), 1), round(float(x.max()), 1), round(float(y.max()), 1))


def set_upright(picture: Picture) -> Upright:
    """The page without perspective and skew, its lines level; it may still stand on its head."""
    pixels, dpi = picture.pixels, picture.dpi
    forth: MatLike = np.eye(3)
    corners = _paper(grey_of(pixels))
    if corners is not None:
        pixels, forth = _cut_out(pixels, corners)
        dpi = max(max(pixels.shape[:2]) / 11.69, 60.0)
    if dpi < 170:  # small letters are read better from a larger picture
        factor = min(2.0, 250 / dpi)
        pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        forth, dpi = np.diag([factor, factor, 1.0]) @ forth, dpi * factor
    even = evened(cleaned(grey_of(pixels), dpi), dpi)
    scale = picture.size[0] / picture.pixels.shape[1]
    page = Upright(pixels if pixels.ndim == 3 else even, even, ink_of(even), dpi, forth, picture.size, scale)
    text = _letters_only(page)
    level, tilt = _levelness(text, 0.0, 1)
    across, other = _levelness(text.T, 0.0, 1)
    if across > 1.5 * level:
        page, text, tilt = quarter_turned(page, 1), text.T[:, ::-1], -other
    return _levelled(page, _levelness(text, tilt, _FINER)[1])


def quarter_turned(page: Upright, quarters: int) -> Upright:
    """The page turned clockwise by quarters."""
    for _ in range(quarters % 4):
        high = page.ink.shape[0]
        turn = np.array([[0, -1, high - 1], [1, 0, 0], [0, 0, 1]], float)
        even, ink = (cv2.rotate(m, cv2.ROTATE_90_CLOCKWISE) for m in (page.even, page.ink))
        pixels = cv2.rotate(page.pixels, cv2.ROTATE_90_CLOCKWISE) if page.pixels.ndim == 3 else even
        page = replace(page, pixels=pixels, even=even, ink=ink, forth=turn @ page.forth)
    return page


def _letters_only(page: Upright) -> MatLike:
    """The ink of letters and short words at coarse resolution: no rules, no pictures, no dust."""
    scale = _COARSE / page.dpi
    small = cv2.resize(page.ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((small > 90).astype(np.uint8), connectivity=8)
    mm = _COARSE / 25.4
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    long, short = np.maximum(wide, high), np.minimum(wide, high)
    keep = (long < 25 * mm) & (short < 7 * mm) & (long > 0.7 * mm)
    keep[0] = False
    return cv2.bitwise_and(small, keep[labels].astype(np.uint8) * np.uint8(255))


def _levelness(text: MatLike, tilt: float, finer: int) -> tuple[float, float]:
    """How sharply the rows of ink stand apart at the best tilt, and that tilt in degrees: at first (``finer`` 1)
    among all tilts, then near the one that is given."""
    high, wide = text.shape
    strips = cv2.resize(np.ascontiguousarray(text), (_STRIPS, high), interpolation=cv2.INTER_AREA)
    strips = cv2.resize(strips, (_STRIPS, high * finer), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    strips = np.ascontiguousarray(np.vstack([strips, strips]).T)  # twice over, so that a shift is a part of it
    middles = ((np.arange(_STRIPS) + 0.5) / _STRIPS - 0.5) * wide * finer
    if finer == 1:
        return _search(strips, middles, 0.0, _WIDEST_TILT, 0.35)
    best = 0.0
    for step in (0.07, 0.015):
        best, tilt = _search(strips, middles, tilt, 5 * step, step)
    return best, tilt


def _search(strips: MatLike, middles: MatLike, middle: float, reach: float, step: float) -> tuple[float, float]:
    angles = np.arange(middle - reach, middle + reach + step / 2, step)
    return max((_contrast(strips, middles, float(angle)), float(angle)) for angle in angles)


def _contrast(strips: MatLike, middles: MatLike, angle: float) -> float:
    """Sum of squared differences of neighbouring rows after shifting the strips as this angle wants."""
    high = strips.shape[1] // 2
    shifts = np.rint(middles * np.tan(np.radians(angle))).astype(int) % high
    rows = np.zeros(high, np.float32)
    for strip, shift in zip(strips, shifts.tolist(), strict=True):
        rows += strip[shift : shift + high]
    return float(np.square(np.diff(rows)).sum())


def _levelled(page: Upright, tilt: float) -> Upright:
    if abs(tilt) < _LEAST_TILT:
        return page
    high, wide = page.ink.shape[:2]
    turn = np.vstack([cv2.getRotationMatrix2D((wide / 2, high / 2), tilt, 1.0), [0, 0, 1]])
    even = cv2.warpAffine(page.even, turn[:2], (wide, high), flags=cv2.INTER_LINEAR, borderValue=(255,))
    pixels = even
    if page.pixels.ndim == 3:
        pixels = cv2.warpAffine(page.pixels, turn[:2], (wide, high), borderValue=(255, 255, 255))
    return replace(page, pixels=pixels, even=even, ink=ink_of(even), forth=turn @ page.forth)


def _paper(grey: MatLike) -> MatLike | None:
    """The four corners of a sheet photographed on a darker ground, clockwise from the top left; None: it fills all."""
    scale = 600 / max(grey.shape)
    small = cv2.GaussianBlur(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), (7, 7), 0)
    _, bright = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    sheet = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(sheet)
    quad = cv2.approxPolyDP(hull, 0.025 * cv2.arcLength(hull, True), True).reshape(-1, 2).astype(float)
    area = small.shape[0] * small.shape[1]
    if len(quad) != 4 or not 0.25 * area < cv2.contourArea(hull) or _fills(quad, small.shape):
        return None
    if cv2.contourArea(sheet) < 0.9 * cv2.contourArea(hull):
        return None
    if not _stands_out(small, quad):
        return None
    corners: MatLike = _clockwise(quad) / scale
    return corners


def _stands_out(grey: MatLike, quad: MatLike) -> bool:
    """True if the sheet is brighter than what lies beside it on every side: a fold or a shadow is no edge of paper."""
    middle = quad.mean(axis=0)
    for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        along = start + np.linspace(0.1, 0.9, 40)[:, None] * (end - start)
        inwards = (middle - along) / np.linalg.norm(middle - along, axis=1, keepdims=True)
        within, beside = _greys(grey, along + _BESIDE * inwards), _greys(grey, along - _BESIDE * inwards)
        if len(beside) >= 20 and np.median(within) - np.median(beside) < _BRIGHTER:
            return False
    return True


def _greys(grey: MatLike, points: MatLike) -> MatLike:
    """The grey of the picture at those of the points that lie in it."""
    x, y = points.round().astype(int).T
    there = (x >= 0) & (y >= 0) & (x < grey.shape[1]) & (y < grey.shape[0])
    greys: MatLike = grey[y[there], x[there]]
    return greys


def _fills(quad: MatLike, shape: tuple[int, ...]) -> bool:
    """The sheet reaches within 3 % of the edges of the picture everywhere."""
    high, wide = shape[:2]
    x, y = quad[:, 0] / wide, quad[:, 1] / high
    return bool(np.all(np.minimum(x, 1 - x) < 0.03) and np.all(np.minimum(y, 1 - y) < 0.03))


def _clockwise(quad: MatLike) -> MatLike:
    total, apart = quad.sum(axis=1), quad[:, 0] - quad[:, 1]
    return quad[[int(total.argmin()), int(apart.argmax()), int(total.argmax()), int(apart.argmin())]]


def _cut_out(pixels: MatLike, corners: MatLike) -> tuple[MatLike, MatLike]:
    a, b, c, d = corners
    wide = (np.linalg.norm(b - a) + np.linalg.norm(c - d)) / 2
    high = (np.linalg.norm(d - a) + np.linalg.norm(c - b)) / 2
    if 1.2 < max(wide, high) / min(wide, high) < 1.7:  # a sheet of A4 seen from the side looks shorter
        short = (wide * high / 2**0.5) ** 0.5
        wide, high = (short, short * 2**0.5) if wide < high else (short * 2**0.5, short)
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    forth = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = cv2.warpPerspective(pixels, forth, (round(wide), round(high)), flags=cv2.INTER_LINEAR)
    return flat, forth
