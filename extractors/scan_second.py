"""A second look at doubtful words: larger, one line at a time; and at print that the first look passed over."""

import itertools
import re
from collections.abc import Iterator

import cv2
import numpy as np
from cv2.typing import MatLike

from extractors.scan_ink import parts_of
from extractors.scan_words import BLOCK, LINE, Reading, read_words, sureness

Spot = tuple[int, int, int, int]

_DOUBT, _GAIN = 0.68, 0.02
_FIGURE, _SURE_MAIL = 0.8, 0.87
_PIECES = 0.8  # gap between the pieces of an address as part of the height of its first
_INKED, _SPACE = 215, 0.3  # grey below which there is ink; a space as part of the height of tall letters
_LINE, _LINE_LONG = 4, 6.0  # letters and mm from which a line is one in which something must stand
_COARSER = 2  # what no word covers is looked for in a picture smaller by this factor
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
        elif budget and any(_is_doubtful_mail(w) for w in run):
            budget -= 1
            run = [_read_twice(even, w, dpi) if _is_doubtful_mail(w) else w for w in run]
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
    for reading in addresses(_enlarged(even, around(run[first : host + 1]), dpi, "eng", LINE)):
        covered = [w for w in run if _under(w.box, reading.box)]
        if covered:
            at = run.index(covered[0])
            whole = Reading(reading.text, around(covered), covered[-1].base, reading.confidence, run[0].line)
            return [*run[:at], whole, *(w for w in run[at:] if w not in covered)]
    return run


def _is_doubtful_mail(word: Reading) -> bool:
    return word.confidence < _SURE_MAIL and _MAIL.fullmatch(word.text) is not None


def _read_twice(even: MatLike, word: Reading, dpi: float) -> Reading:
    """An address in which no other word helps to guess a letter: as sure as a larger picture gives it again."""
    again = next(addresses(_enlarged(even, word.box, dpi, "eng", LINE)), None)
    if again is None:
        return word
    same = again.text.casefold() == word.text.casefold()
    confidence = max(word.confidence, again.confidence) if same else min(word.confidence, again.confidence, _DOUBT)
    return Reading(word.text, word.box, word.base, confidence, word.line)


def addresses(words: list[Reading]) -> Iterator[Reading]:
    """The e-mail addresses among the words; one is often read in pieces, parted at its @."""
    for count in (1, 2, 3):
        for start in range(len(words) - count + 1):
            pieces = words[start : start + count]
            text = "".join(w.text for w in pieces)
            room = _PIECES * (pieces[0].box[3] - pieces[0].box[1])
            near = all(right.box[0] - left.box[2] < room for left, right in itertools.pairwise(pieces))
            if near and _MAIL.fullmatch(text):
                yield Reading(text, around(pieces), pieces[0].base, min(w.confidence for w in pieces), pieces[0].line)


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
    even: MatLike, parts: MatLike, words: list[Reading], dpi: float, data: str, taken: list[Spot]
) -> tuple[list[Reading], list[Spot]]:
    """Words in print that the first look passed over, lines of letters that no word covers; and where nothing could
    be read in such a line.

    ``parts`` are the connected parts of the page's ink as OpenCV counts them."""
    mm = dpi / 25.4
    wide, high = parts[:, cv2.CC_STAT_WIDTH], parts[:, cv2.CC_STAT_HEIGHT]
    letters = parts[(high > 1.1 * mm) & (high < 6 * mm) & (wide > 0.25 * mm) & (wide < 12 * mm)]
    covered = _painted([w.box for w in words] + taken, even.shape, round(0.5 * mm), round(0.5 * mm)) > 0
    middles = (letters[:, :2] + letters[:, 2:4] // 2) // _COARSER
    found: list[Reading] = []
    unread: list[Spot] = []
    number = max((w.line for w in words), default=0)
    for spot, count in _lines_of(letters[~covered[middles[:, 1], middles[:, 0]]], even.shape, mm)[:_MOST]:
        number += 1
        again = [w for w in _enlarged(even, spot, dpi, data, BLOCK if spot[3] - spot[1] > 7 * mm else LINE, 1.5)
                 if w.confidence > 0.6 and re.search(r"\w\w|\d", w.text)]  # fmt: skip
        for word in again:
            word.line = number
        found += again
        if not again and count >= _LINE and _LINE_LONG * mm < spot[2] - spot[0] < 40 * (spot[3] - spot[1]):
            unread.append(spot)
    return found, unread


def _painted(spots: list[Spot], shape: tuple[int, ...], across: int, down: int) -> MatLike:
    """A coarse picture of these places, each with so much room round it: 255 where they are."""
    mask = np.zeros((shape[0] // _COARSER + 1, shape[1] // _COARSER + 1), np.uint8)
    for x0, y0, x1, y1 in spots:
        rows = slice(max(y0 - down, 0) // _COARSER, (y1 + down + 1) // _COARSER)
        mask[rows, max(x0 - across, 0) // _COARSER : (x1 + across + 1) // _COARSER] = 255
    return mask


def _lines_of(letters: MatLike, shape: tuple[int, ...], mm: float) -> list[tuple[Spot, int]]:
    """Boxes round letters that stand in one line, or one letter or figure alone in its cell; how many letters."""
    if len(letters) < 2:
        return []
    room = round(1.7 * mm)
    mask = _painted([(x, y, x + wide, y + high) for x, y, wide, high, _ in letters.tolist()], shape, room, 0)
    stats = parts_of(mask, 4)[:, :4] * _COARSER
    middles = letters[:, :2] + letters[:, 2:4] / 2
    spots: list[tuple[Spot, int]] = []
    for x, y, wide, high in stats.tolist():
        inside = int(((middles >= (x, y)) & (middles <= (x + wide, y + high))).all(axis=1).sum())
        if (inside >= 2 or high > 1.8 * mm) and 1.3 * mm < high < 14 * mm:
            spots.append(((x + room, y, x + wide - room, y + high), inside))
    return spots
