"""Ink on a scanned page that is no print: pen strokes, stamps, and smears that hide what was written."""

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_bands import dense_spots
from extractors.scan_ink import parts_of, vividness
from extractors.scan_stamps import is_stamp
from extractors.scan_upright import Upright
from extractors.scan_words import Reading

Spot = tuple[int, int, int, int]

_LONG, _HIGH = 9.0, 4.2  # mm; smaller ink may be a letter or a word
_LOOSEST, _DENSEST = 0.02, 0.42  # share of a pen stroke's box that is ink
_JOIN = 3.5  # mm between strokes of one signature
_VIVID = 55  # distance from grey (0..255) of coloured ink
_SMEAR_EDGE = 0.8  # mm that a smear is larger than what is surely dense
_BENEATH = 0.62  # print under coloured ink is darker than that ink by this factor
_EDGE = 3.0  # mm at the edge of the page where scanners leave shadows


def find_marks(
    page: Upright, ink: MatLike, stats: MatLike, words: list[Reading], coloured: list[Spot]
) -> list[tuple[Spot, str]]:
    """Pen strokes and stamps (box in points of the picture, ``stamp`` or nothing).

    ``ink`` is without rules and boxes, ``stats`` are its connected parts as OpenCV counts them.
    """
    mm = page.dpi / 25.4
    spots = [s for s in _large(stats, mm) if not _is_print(s, words, mm) and not _at_edge(s, ink, mm)]
    spots += [s for s in coloured if not _at_edge(s, ink, mm)]
    whole = page.ink if coloured else ink
    return [(s, "stamp" if is_stamp(whole, s, mm) else "") for s in _grouped(spots, _JOIN * mm)]


def _large(stats: MatLike, mm: float) -> list[Spot]:
    """Connected ink too large and too loose to be a letter or a word."""
    found: list[Spot] = []
    for x, y, wide, high, area in stats[stats[:, cv2.CC_STAT_WIDTH] > 4 * mm].tolist():
        if max(wide, high) < _LONG * mm or high < _HIGH * mm or max(wide, high) > 120 * mm:
            continue
        if _LOOSEST < area / (wide * high) < _DENSEST:
            found.append((x, y, x + wide, y + high))
    return found


def lift_coloured(page: Upright, even: MatLike, ink: MatLike) -> list[Spot]:
    """Take coloured stamps and signatures off the grey picture and its ink, so that print beneath can be read.

    Gives their boxes. Coloured headings stay: each of their letters is small.
    """
    vivid = vividness(page.pixels)
    if vivid is None:
        return []
    mm = page.dpi / 25.4
    inked = cv2.bitwise_and(cv2.threshold(vivid, _VIVID, 255, cv2.THRESH_BINARY)[1], page.ink)
    reach = max(3, round(0.4 * mm) | 1)
    closed = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    spots = _grouped(_large(parts_of(closed), mm), _JOIN * mm)
    pale = cv2.threshold(vivid, _VIVID // 2, 255, cv2.THRESH_BINARY)[1]
    for x0, y0, x1, y1 in spots:
        part = even[y0:y1, x0:x1]
        level = float(np.median(part[inked[y0:y1, x0:x1] > 0]))
        lifted = (pale[y0:y1, x0:x1] > 0) & (part > _BENEATH * level)
        even[y0:y1, x0:x1][lifted] = 250
        ink[y0:y1, x0:x1][lifted] = 0
    return spots


def _is_print(spot: Spot, words: list[Reading], mm: float) -> bool:
    """Most of the spot is covered by words that were read well."""
    area = (spot[2] - spot[0]) * (spot[3] - spot[1])
    covered = 0.0
    for word in words:
        if word.confidence > 0.75 and len(word.text) > 1:
            wide = min(spot[2], word.box[2]) - max(spot[0], word.box[0])
            high = min(spot[3], word.box[3]) - max(spot[1], word.box[1])
            covered += max(0, wide) * max(0, high)
    return covered > 0.45 * area


def _at_edge(spot: Spot, ink: MatLike, mm: float) -> bool:
    edge = _EDGE * mm
    return spot[0] < edge or spot[1] < edge or spot[2] > ink.shape[1] - edge or spot[3] > ink.shape[0] - edge


def _grouped(spots: list[Spot], reach: float) -> list[Spot]:
    groups: list[Spot] = []
    for spot in spots:
        apart: list[Spot] = []
        for other in groups:
            if (spot[0] - reach < other[2] and other[0] - reach < spot[2]
                    and spot[1] - reach < other[3] and other[1] - reach < spot[3]):  # fmt: skip
                spot = (min(spot[0], other[0]), min(spot[1], other[1]), max(spot[2], other[2]), max(spot[3], other[3]))
            else:
                apart.append(other)
        groups = [*apart, spot]
    return groups


def find_smears(ink: MatLike, dpi: float) -> list[Spot]:
    """Dark smears as high as a line or two: something stands there, nobody can read it."""
    mm = dpi / 25.4
    half = round(_SMEAR_EDGE * mm)
    return [
        (x0 - half, y0 - half, x1 + half, y1 + half)
        for x0, y0, x1, y1 in dense_spots(ink, dpi)
        if 4 * mm < x1 - x0 < 150 * mm and 0.8 * mm < y1 - y0 < 10 * mm and x1 - x0 > 1.5 * (y1 - y0)
        and not _at_edge((x0, y0, x1, y1), ink, mm)
    ]  # fmt: skip
