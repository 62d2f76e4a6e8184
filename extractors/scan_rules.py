"""Ruled lines and dotted lines of a scanned page, found in its ink."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_ink import parts_of
from pipeline.values import Box

_LEVEL, _UPRIGHT = 8.0, 4.2  # shortest lines in mm
_SOLID = 0.87  # share of a line that is ink; letters that stand close together have gaps
_SURE, _CLEAR = 45.0, 0.25  # mm from which a line is no row of letters; share of ink along the side of a shorter one
_HAIR = 0.6  # mm; a grey line is no thicker
_BRIDGED, _GREY = 0.3, 0.6  # mm that may lack in a line, and in a thin grey one
_BARE = 0.3  # share of ink that may run along either side of a grey line
_FINE = 250.0  # dots per inch above which grey lines are looked for at half the resolution
_THICKEST = 1.1  # mm; thicker strips are smears and shaded areas
_REACH = 1.2  # mm between a short upright line and the level lines it joins
_LEAST_DOTS = 7
_SHRUNK, _LIKELY, _BAND = 4, 0.8, 3
"""Rows are looked through at this part of the resolution; share of ink from which a line may run there; rows beside
such a row that are looked at with it."""


Spot = tuple[float, float, float, float]
"""A dot: its middle, across and down, its width and height."""


@dataclass(slots=True)
class Stroke:
    """A straight line in points of the picture: its box and whether it is upright."""

    box: tuple[int, int, int, int]
    upright: bool


def find_rules(ink: MatLike, dpi: float, bridged: float = _BRIDGED) -> list[Stroke]:
    """All ruled lines: level ones from 8 mm, upright ones that are long or join level ones; ``bridged`` mm may lack."""
    mm = dpi / 25.4
    level = _runs(ink, _LEVEL * mm, False, mm, bridged)
    upright = _runs(ink, _UPRIGHT * mm, True, mm, bridged)
    return level + [s for s in upright if s.box[3] - s.box[1] > 14 * mm or _joins(s, level, _REACH * mm)]


def pale_rules(faint: MatLike, known: list[Stroke], dpi: float) -> list[Stroke]:
    """Thin grey lines with clear paper on both sides, as round form fields, that are not among the known ones."""
    step = 2 if dpi > _FINE else 1
    ink = faint if step == 1 else cv2.resize(faint, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    ink = cv2.threshold(ink, 100, 255, cv2.THRESH_BINARY)[1]
    mm = dpi / 25.4 / step
    found: list[Stroke] = []
    for stroke in find_rules(ink, dpi / step, _GREY):
        x0, y0, x1, y1 = (v * step for v in stroke.box)
        whole = Stroke((x0, y0, x1, y1), stroke.upright)
        run, thick = max(x1 - x0, y1 - y0), min(x1 - x0, y1 - y0)
        if thick > _HAIR * mm * step + 0.004 * run:
            continue
        long = run > _SURE * mm * step
        bare = long or not _in_print(ink, _broader(stroke, mm), stroke.upright, mm, _BARE, any)
        if bare and not _completes(whole, known, mm * step):
            found.append(whole)
    return found


def _broader(stroke: Stroke, mm: float) -> tuple[int, int, int, int]:
    """The line with the blurred edges that a grey line has on paper."""
    x0, y0, x1, y1 = stroke.box
    edge = max(1, round(0.25 * mm))
    return (x0 - edge, y0, x1 + edge, y1) if stroke.upright else (x0, y0 - edge, x1, y1 + edge)


def _completes(stroke: Stroke, known: list[Stroke], mm: float) -> bool:
    """The line goes on with one that was found in part, which becomes whole."""
    x0, y0, x1, y1 = stroke.box
    for other in known:
        a, b, c, d = other.box
        across, down = min(x1, c) - max(x0, a), min(y1, d) - max(y0, b)
        along, apart = (down, -across) if stroke.upright else (across, -down)
        if other.upright == stroke.upright and along > 0 and apart < 0.2 * mm:
            ends = (a, min(y0, b), c, max(y1, d)) if stroke.upright else (min(x0, a), b, max(x1, c), d)
            other.box = ends
            return True
    return False


def _runs(ink: MatLike, length: float, upright: bool, mm: float, bridged: float) -> list[Stroke]:
    """Unbroken runs of ink of at least this length that are thin; small breaks are bridged."""
    gap, least = max(3, round(bridged * mm) | 1), round(length)
    bridge, long = ((1, gap), (1, least)) if upright else ((gap, 1), (least, 1))
    found: list[Stroke] = []
    for first, end in _bands(ink, least, upright):
        band = np.ascontiguousarray(ink[:, first:end] if upright else ink[first:end])
        closed = cv2.morphologyEx(band, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, bridge))
        opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, long))
        left, top = (first, 0) if upright else (0, first)
        for x, y, wide, high, area in parts_of(opened).tolist():
            part = (slice(y, y + high), slice(x, x + wide))
            inked = cv2.countNonZero(cv2.bitwise_and(band[part], opened[part]))
            box = (x + left, y + top, x + left + wide, y + top + high)
            if inked > _SOLID * area and _is_line(ink, box, area, upright, mm):
                found.append(Stroke(box, upright))
    return found


def _is_line(ink: MatLike, box: tuple[int, int, int, int], area: int, upright: bool, mm: float) -> bool:
    """The run is thin, and long or with clear paper beside it."""
    wide, high = box[2] - box[0], box[3] - box[1]
    run, thick = (high, wide) if upright else (wide, high)
    if area / run > _THICKEST * mm or thick > 2 * _THICKEST * mm + 0.012 * run:
        return False
    return run > _SURE * mm or not _in_print(ink, box, upright, mm)


def _bands(ink: MatLike, least: int, upright: bool) -> list[tuple[int, int]]:
    """The rows (columns for upright lines) in which such a run may be, first and end of each band: the others need no
    careful look. Seen in a picture made smaller along the lines."""
    step, axis = (1.0, 1.0 / _SHRUNK) if upright else (1.0 / _SHRUNK, 1.0), 0 if upright else 1
    small = cv2.resize(ink, None, fx=step[0], fy=step[1], interpolation=cv2.INTER_AREA)
    window = max(1, (least - _SHRUNK + 1) // _SHRUNK)
    mean = cv2.blur(small, (1, window) if upright else (window, 1), borderType=cv2.BORDER_CONSTANT)
    places = np.flatnonzero(cv2.reduce(mean, axis, cv2.REDUCE_MAX).ravel() > _LIKELY * 255)
    if not places.size:
        return []
    breaks = np.flatnonzero(np.diff(places) > 2 * _BAND)
    firsts, lasts = places[np.append(0, breaks + 1)], places[np.append(breaks, places.size - 1)]
    return [(max(a - _BAND, 0), b + _BAND + 1) for a, b in zip(firsts.tolist(), lasts.tolist(), strict=True)]


def _in_print(
    ink: MatLike,
    box: tuple[int, int, int, int],
    upright: bool,
    mm: float,
    clear: float = _CLEAR,
    sides_of: Callable[[Iterable[bool]], bool] = all,
) -> bool:
    """Ink runs along both sides of the line (or ``any``): it is made of letters that stand close together."""
    x0, y0, x1, y1 = box
    off, deep = max(1, round(0.15 * mm)), max(2, round(0.35 * mm))
    first, last, axis = (x0, x1, 1) if upright else (y0, y1, 0)
    spans = slice(max(first - off - deep, 0), max(first - off, 0)), slice(last + off, last + off + deep)
    sides = [ink[y0:y1, span] if upright else ink[span, x0:x1] for span in spans]
    return sides_of(bool(s.size) and float(np.mean(s.max(axis=axis) > 0)) > clear for s in sides)


def _joins(stroke: Stroke, level: list[Stroke], reach: float) -> bool:
    """Both ends of an upright line lie on level lines."""
    x0, y0, x1, y1 = stroke.box
    over = [s.box for s in level if s.box[0] - reach <= x1 and x0 <= s.box[2] + reach]
    return all(any(b[1] - reach <= y <= b[3] + reach for b in over) for y in (y0, y1))


def erase_rules(even: MatLike, ink: MatLike, rules: list[Stroke], dpi: float) -> None:
    """Take ruled lines off the grey picture and off its ink; strokes of letters that cross a line stay."""
    pad = max(1, round(0.12 * dpi / 25.4))
    print_only = ink.copy()
    for rule in rules:
        x0, y0, x1, y1 = _padded(rule, pad)
        print_only[y0:y1, x0:x1] = 0
    for rule in rules:
        x0, y0, x1, y1 = _padded(rule, pad)
        axis = 1 if rule.upright else 0
        if rule.upright:
            beside = print_only[y0:y1, max(x0 - 1, 0) : x0], print_only[y0:y1, x1 : x1 + 1]
        else:
            beside = print_only[max(y0 - 1, 0) : y0, x0:x1], print_only[y1 : y1 + 1, x0:x1]
        if all(b.size for b in beside):
            free = ~((beside[0].max(axis=axis) > 0) & (beside[1].max(axis=axis) > 0))
            part = (free, slice(None)) if rule.upright else (slice(None), free)
            even[y0:y1, x0:x1][part] = 255
    ink[:] = print_only


def _padded(rule: Stroke, pad: int) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = rule.box
    return max(x0 - pad, 0), max(y0 - pad, 0), x1 + pad, y1 + pad


def find_dots(ink: MatLike, stats: MatLike, dpi: float) -> list[tuple[Box, int]]:
    """Dotted lines: box in points of the picture and number of dots."""
    mm = dpi / 25.4
    long = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    small = stats[(long <= max(0.75 * mm, 4)) & (stats[:, cv2.CC_STAT_AREA] >= max(2, 0.02 * mm * mm))]
    spots = sorted(((x + w / 2, y + h / 2, w, h) for x, y, w, h, _ in small.tolist()), key=lambda s: s[0])
    chains: list[list[Spot]] = []
    for spot in spots[:6000]:
        chain = _chain_for(spot, chains, mm)
        if chain is None:
            chains.append([spot])
        else:
            chain.append(spot)
    dotted = [_without_colon(c, spots, mm) for c in chains if len(c) >= _LEAST_DOTS and _is_even(c)]
    return [(_around(c), len(c)) for c in dotted]


def _without_colon(chain: list[Spot], spots: list[Spot], mm: float) -> list[Spot]:
    """The dotted line without the lower dot of a colon in front of it."""
    x, y, _, _ = chain[0]
    above = any(abs(o[0] - x) < 0.4 * mm and 0.5 * mm < y - o[1] < 2.4 * mm for o in spots)
    return chain[1:] if above or chain[1][0] - x > 1.4 * float(np.median(np.diff([c[0] for c in chain]))) else chain


def _chain_for(spot: Spot, chains: list[list[Spot]], mm: float) -> list[Spot] | None:
    for chain in reversed(chains[-400:]):
        x, y, _, _ = chain[-1]
        if abs(spot[1] - y) < max(0.25 * mm, 1.6) and 0.3 * mm < spot[0] - x < 2.6 * mm:
            return chain
    return None


def _is_even(chain: list[Spot]) -> bool:
    steps = np.diff([c[0] for c in chain])
    middle = float(np.median(steps))
    return bool(np.mean(np.abs(steps - middle) < 0.35 * middle + 1) > 0.8)


def _around(chain: list[Spot]) -> Box:
    return (
        min(x - w / 2 for x, _, w, _ in chain),
        min(y - h / 2 for _, y, _, h in chain),
        max(x + w / 2 for x, _, w, _ in chain),
        max(y + h / 2 for _, y, _, h in chain),
    )
