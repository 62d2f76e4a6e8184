"""The look of words on paper: size, bold and italic letters, measured in the ink."""

import re
from statistics import median

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_words import Reading

_TALL = re.compile(r"[A-ZА-ЯЁbdfhklijбфйё0-9áéíóúàèìòùâêîôûäëïöüãõñ]")
_DEEP = re.compile(r"[gjpqyçQ,;()\[\]/|@$рудцщфДЦЩ_{}]")
_RISEN = re.compile(r"[À-ÖØ-ÞŽŠЙЁ()\[\]/|@$f{}“”\"'‘’*°ºª†%&]")
_MIDDLING = re.compile(r"[tт*“”\"'‘’°ºª\-–—.,•+]")
_TALL_PART, _LOW_PART = 0.7, 0.49  # height of tall and of low letters as part of the letter size
_STEP = 1.07  # sizes nearer than this factor are one size
_BOLDER = 1.2  # how much wider strokes of bold letters are, at least


def line_sizes(lines: list[list[Reading]]) -> list[float]:
    """The letter size of each line, in points of the picture."""
    return [_size(line) for line in lines]


def _size(line: list[Reading]) -> float:
    even = [w for w in line if not _RISEN.search(w.text) and w.confidence > 0.4]
    tall = [w for w in even if _TALL.search(w.text)]
    guesses = [(baseline_of(w) - w.box[1]) / _TALL_PART for w in tall for _ in range(min(len(w.text), 8))]
    if not guesses:
        low = [w for w in even if not _TALL.search(w.text) and len(_MIDDLING.sub("", w.text)) > 1 and "t" not in w.text]
        guesses = [(baseline_of(w) - w.box[1]) / _LOW_PART for w in low]
    return median(guesses) if guesses else 0.0


def fits(ink: MatLike, line: list[Reading], size: float) -> bool:
    """The letters of the line are about as high as letters of this size (in points of the picture) are."""
    x0, y0 = min(w.box[0] for w in line), min(w.box[1] for w in line)
    part = ink[max(y0, 0) : max(w.box[3] for w in line), max(x0, 0) : max(w.box[2] for w in line)]
    if part.size == 0 or size <= 0:
        return False
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(part), connectivity=8)
    high = stats[1:, cv2.CC_STAT_HEIGHT]
    high = high[high > 0.22 * size]
    return high.size == 0 or 0.38 * size < float(np.median(high)) < 0.95 * size


def agreed(sizes: list[float], weights: list[int]) -> list[float]:
    """Each size replaced by that of its kind, so that lines printed in one size agree to a hair."""
    order = sorted((s, i) for i, s in enumerate(sizes) if s > 0)
    result = list(sizes)
    group: list[int] = []
    for position, (size, index) in enumerate(order):
        group.append(index)
        following = order[position + 1][0] if position + 1 < len(order) else None
        first = sizes[group[0]]
        if following is None or following > size * 1.035 or following > first * _STEP * 1.25:
            spread = [sizes[i] for i in group for _ in range(max(1, weights[i]))]
            for i in group:
                result[i] = round(2 * median(spread)) / 2
            group = []
    return result


def stroke_of(ink: MatLike, word: Reading, size: float) -> float:
    """Width of the upright strokes as part of the letter size; 0 where it cannot be told."""
    x0, y0, x1, y1 = word.box
    part = ink[max(y0, 0) : y1, max(x0, 0) : x1]
    if part.size == 0 or size <= 0 or not re.search(r"[^\W_]", word.text):
        return 0.0
    padded = np.zeros((part.shape[0], part.shape[1] + 2), np.int8)
    padded[:, 1:-1] = part > 0
    change = np.diff(padded, axis=1)
    lengths = np.nonzero(change == -1)[1] - np.nonzero(change == 1)[1]
    lengths = lengths[lengths < 0.32 * size]
    return float(lengths.mean()) / size if lengths.size > 3 else 0.0


def bold_from(strokes: list[float], weights: list[int]) -> float:
    """The stroke width from which letters are bold, or infinity where the page knows one weight only."""
    values = np.array([s for s, w in zip(strokes, weights, strict=True) if s > 0 for _ in range(min(w, 12))])
    if values.size < 40:
        return float("inf")
    low, high = np.percentile(values, 10), np.percentile(values, 95)
    for _ in range(12):
        cut = (low + high) / 2
        below, above = values[values <= cut], values[values > cut]
        if not below.size or not above.size:
            return float("inf")
        low, high = float(below.mean()), float(above.mean())
    two = high > _BOLDER * low and min(below.size, above.size) > 0.02 * values.size
    return (low + high) / 2 if two else float("inf")


def slant_of(ink: MatLike, word: Reading) -> float:
    """How much sharper the upright strokes stand when the word is sheared as italics are: above 1 for italics."""
    x0, y0, x1, y1 = word.box
    part = ink[max(y0, 0) : y1, max(x0, 0) : x1]
    if part.size == 0 or part.shape[0] < 8:
        return 1.0
    return _sharpness(part, 0.23) / max(_sharpness(part, 0.0), 1e-6)


def _sharpness(part: MatLike, slant: float) -> float:
    high, wide = part.shape
    room = round(0.3 * high)
    shear = np.array([[1, slant, room - slant * high], [0, 1, 0]], float)
    sheared = cv2.warpAffine(part, shear, (wide + 2 * room, high), flags=cv2.INTER_NEAREST)
    columns = sheared.sum(axis=0, dtype=np.float64)
    return float(np.square(np.diff(columns)).sum())


def baseline_of(word: Reading) -> float:
    """Where the word stands: the bottom of its box unless letters hang below it."""
    return word.base if _DEEP.search(word.text) or not re.search(r"\w", word.text) else float(word.box[3])
