"""A second look at doubtful words: larger, one line at a time; and at print that the first look passed over."""

import re

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_words import BLOCK, LINE, Reading, read_words, sureness

Spot = tuple[int, int, int, int]

_DOUBT, _GAIN = 0.68, 0.02
_FIGURE = 0.8
_INKED, _SPACE = 215, 0.3  # grey below which there is ink; a space as part of the height of tall letters
_MOST = 14  # second looks a page; a page with more trouble is not saved by them
_HOST = re.compile(r"(?!www\.|https?)[^@/]*[^\W\d_][\w-]*\.[a-z]{2,6}[.,;)]?$")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+\W?")


def look_again(even: MatLike, words: list[Reading], dpi: float, data: str) -> list[Reading]:
    """The words, the doubtful ones replaced by what a larger picture of their line gives, if that is surer."""
    budget = _MOST
    result: list[Reading] = []
    for run in runs_of(words, dpi):
        host = next((i for i, w in enumerate(run) if _HOST.match(w.text) and len(w.text) > 5), None)
        if host is not None and budget:
            budget -= 1
            run = _with_mail(even, run, host, dpi)
        elif budget and len(run) == 1 and len(run[0].text) < 3 and run[0].confidence < _FIGURE:
            budget -= 1
            run = [_as_figure(even, run[0], dpi)]
        elif budget and any(_is_doubtful(w, even) for w in run):
            budget -= 1
            places = [i for i, w in enumerate(run) if _is_doubtful(w, even)]
            first, end = max(places[0] - 1, 0), places[-1] + 2
            run = [*run[:first], *_surer(even, run[first:end], dpi, data), *run[end:]]
        result += run
    return result


def _is_doubtful(word: Reading, even: MatLike) -> bool:
    """Read without certainty, or read as one word although a gap as wide as a space goes through it."""
    if len(word.text) < 3 or not re.search(r"\w", word.text):
        return False
    return word.confidence < _DOUBT or len(word.text) > 3 and _has_gap(word, even)


def _has_gap(word: Reading, even: MatLike) -> bool:
    x0, y0, x1, y1 = word.box
    columns = (even[y0:y1, x0:x1] < _INKED).any(axis=0)
    inked = np.flatnonzero(columns)
    return inked.size > 1 and int(np.diff(inked).max()) > max(4.0, _SPACE * min(y1 - y0, x1 - x0))


def runs_of(words: list[Reading], dpi: float) -> list[list[Reading]]:
    """Words of one line without a wide gap between them: the parts that share a baseline, a size and a slant."""
    gap = 4.5 * dpi / 25.4
    runs: list[list[Reading]] = []
    for word in words:
        last = runs[-1][-1] if runs else None
        if last is not None and word.line == last.line and -gap < word.box[0] - last.box[2] < gap:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _surer(even: MatLike, run: list[Reading], dpi: float, data: str) -> list[Reading]:
    """The run read again, also in the first of two languages alone: letters of two scripts in one word are a guess."""
    best = run
    for languages in dict.fromkeys([data, data.split("+")[0]]):
        if best is not run and min(w.confidence for w in best) > _DOUBT:
            break
        again = _enlarged(even, around(run), dpi, languages, LINE)
        long_enough = sum(len(w.text) for w in again) > 0.6 * sum(len(w.text) for w in run)
        least = sureness(best) + (_GAIN if best is run and len(again) <= len(run) else 0)
        if again and long_enough and sureness(again) > least:
            best = again
    for word in best:
        word.line = run[0].line
    return best


def _with_mail(even: MatLike, run: list[Reading], host: int, dpi: float) -> list[Reading]:
    """An address whose @ was not seen, read as English: the other languages have the sign hardly in their lessons."""
    first = max(host - 2, 0)
    for reading in _enlarged(even, around(run[first : host + 1]), dpi, "eng", LINE):
        if not _MAIL.fullmatch(reading.text):
            continue
        covered = [w for w in run if _under(w.box, reading.box)]
        if covered:
            at = run.index(covered[0])
            whole = Reading(reading.text, around(covered), covered[-1].base, reading.confidence, run[0].line)
            return [*run[:at], whole, *(w for w in run[at:] if w not in covered)]
    return run


def _under(box: Spot, other: Spot) -> bool:
    """More than half of the box's width lies under the other."""
    return min(box[2], other[2]) - max(box[0], other[0]) > 0.5 * (box[2] - box[0])


def _as_figure(even: MatLike, word: Reading, dpi: float) -> Reading:
    """One or two signs alone, as in the first cell of a row: a figure, if English reads one."""
    for reading in _enlarged(even, word.box, dpi, "eng", LINE):
        surer = reading.confidence > max(0.6, word.confidence)
        if surer and reading.text.isdigit() and len(reading.text) <= len(word.text):
            return Reading(reading.text, word.box, word.base, reading.confidence, word.line)
    return word


def around(run: list[Reading]) -> Spot:
    """The box round these words."""
    boxes = [w.box for w in run]
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def _enlarged(even: MatLike, spot: Spot, dpi: float, data: str, mode: int, factor: float = 2.0) -> list[Reading]:
    """The words of a part of the page, read from a larger picture with white paper round it."""
    pad = round(1.0 * dpi / 25.4)
    x0, y0 = max(spot[0] - pad, 0), max(spot[1] - pad // 2, 0)
    part = even[y0 : spot[3] + pad // 2, x0 : spot[2] + pad]
    if part.size == 0:
        return []
    large = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    edge = 20
    large = cv2.copyMakeBorder(large, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(250,))
    words = read_words(large, dpi * factor, data, mode)
    for word in words:
        a, b, c, d = ((v - edge) / factor for v in word.box)
        word.box = (round(a) + x0, round(b) + y0, round(c) + x0, round(d) + y0)
        word.base = (word.base - edge) / factor + y0
    return words


def look_for_more(
    even: MatLike, ink: MatLike, words: list[Reading], dpi: float, data: str, taken: list[Spot]
) -> list[Reading]:
    """Words in print that the first look passed over: lines of letters that no word covers."""
    mm = dpi / 25.4
    left = ink.copy()
    pad = round(0.5 * mm)
    for x0, y0, x1, y1 in [w.box for w in words] + taken:
        left[max(y0 - pad, 0) : y1 + pad, max(x0 - pad, 0) : x1 + pad] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(left, connectivity=8)
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    letters = stats[(high > 1.1 * mm) & (high < 6 * mm) & (wide > 0.25 * mm) & (wide < 12 * mm)]
    found: list[Reading] = []
    number = max((w.line for w in words), default=0)
    for spot in _lines_of(letters, left.shape, mm)[:_MOST]:
        number += 1
        again = [w for w in _enlarged(even, spot, dpi, data, BLOCK if spot[3] - spot[1] > 7 * mm else LINE, 1.5)
                 if w.confidence > 0.6 and re.search(r"\w\w|\d", w.text)]  # fmt: skip
        for word in again:
            word.line = number
        found += again
    return found


def _lines_of(letters: MatLike, shape: tuple[int, ...], mm: float) -> list[Spot]:
    """Boxes round letters that stand in one line, or one letter or figure alone in its cell."""
    if len(letters) < 2:
        return []
    mask = np.zeros(shape, np.uint8)
    for x, y, wide, high, _ in letters.tolist():
        mask[y : y + high, max(x - round(1.7 * mm), 0) : x + wide + round(1.7 * mm)] = 255
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    spots: list[Spot] = []
    for x, y, wide, high, _ in stats[1:].tolist():
        inside = sum(x <= a + w / 2 <= x + wide and y <= b + h / 2 <= y + high for a, b, w, h, _ in letters.tolist())
        if (inside >= 2 or high > 1.8 * mm) and 1.3 * mm < high < 14 * mm:
            spots.append((x + round(1.7 * mm), y, x + wide - round(1.7 * mm), y + high))
    return spots
