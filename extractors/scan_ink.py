"""Ink and paper: an even white ground, what is ink on it, and grain taken away where it would be read as letters."""

import cv2
import numpy as np
from cv2.typing import MatLike

_GRAIN = 11.0
"""Standard deviation of the grey of bare paper (0..255) above which a page is smoothed before it is read."""
_LEAST_DPI = 145
"""Below this resolution smoothing eats the letters (measured: 99 % of the letters right become 94 %)."""


def grey_of(pixels: MatLike) -> MatLike:
    """The picture in grey."""
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def evened(grey: MatLike, dpi: float) -> MatLike:
    """The grey picture on white paper: shadows, tinted paper and shaded cells become white, ink stays dark."""
    step = max(1, round(dpi / 25))
    small = cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    small = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8)), 5)
    ground = cv2.resize(small, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(grey, np.maximum(ground, 40), scale=250)


def cleaned(grey: MatLike, dpi: float) -> MatLike:
    """The picture without its grain, where there is enough of it to hurt and enough resolution to spare."""
    if dpi < _LEAST_DPI or grain(grey) < _GRAIN:
        return grey
    return cv2.medianBlur(grey, 3)


def grain(grey: MatLike) -> float:
    """How much neighbouring points of bare paper differ (standard deviation, 0..255)."""
    part = grey[grey.shape[0] // 4 : -grey.shape[0] // 4 : 2, ::2].astype(np.float32)
    ripple = np.abs(part - cv2.blur(part, (3, 3)))
    return float(np.median(ripple)) * 1.57


def ink_of(even: MatLike) -> MatLike:
    """255 where there is ink, else 0; ``even`` has white paper."""
    level, _ = cv2.threshold(even, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    level = min(max(level, 120.0), 200.0)
    return cv2.threshold(even, level, 255, cv2.THRESH_BINARY_INV)[1]


def faint_ink(even: MatLike, ink: MatLike) -> MatLike:
    """Ink with the thin grey lines of frames and boxes, as far as they stand out from the grain of the paper."""
    level = _PAPER - max(_FAINT, 4.5 * grain(even))
    return cv2.bitwise_or(ink, cv2.threshold(even, level, 255, cv2.THRESH_BINARY_INV)[1])


_PAPER, _FAINT = 250.0, 34.0
"""Grey of the evened paper, and how much darker a line must be at least."""


def vividness(pixels: MatLike) -> MatLike | None:
    """How far each point is from grey (0..255), or None for a grey picture."""
    if pixels.ndim == 2:
        return None
    red, green, blue = cv2.split(pixels)
    return cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))


def parts_of(ink: MatLike, connectivity: int = 8) -> MatLike:
    """The connected parts of the ink, a row each: left, top, width, height, area."""
    try:  # small labels take a third of the time; a picture that is all dust has too many parts for them
        stats = cv2.connectedComponentsWithStats(ink, connectivity=connectivity, ltype=cv2.CV_16U)[2]
    except cv2.error:
        stats = cv2.connectedComponentsWithStats(ink, connectivity=connectivity)[2]
    return stats[1:]
