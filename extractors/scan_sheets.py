"""From what was seen on scanned pages to sheets like those of a digital PDF: words in points, with size and look."""

import math
import re
from functools import partial
from statistics import median

import numpy as np

from extractors.page_sheet import Rule, Sheet, Word
from extractors.page_widgets import Notes, Sign
from extractors.scan_even import even_out
from extractors.scan_looks import agreed, baseline_of, fits, line_sizes
from extractors.scan_marks import Spot
from extractors.scan_page import ScanPage
from extractors.scan_rules import Stroke
from extractors.scan_second import runs_of
from extractors.scan_weights import looks_of
from extractors.scan_words import Reading
from pipeline.values import Box

UNREAD = "\ufffd"
"""Stands for something written that cannot be read."""

_GARBAGE = 0.35
_GAP = 0.16  # part of the letter size
_WIDEST = 1.5  # points of a line's own width that are taken off its length at the most
_SHORT = 14  # letters; the size of shorter runs may be misjudged
_SPECK = re.compile(r"[\W_]+")

Run = list[Reading]


def sheets_of(pages: list[tuple[int, ScanPage]]) -> list[tuple[Sheet, Notes]]:
    """The sheets of scanned pages (number from 1, page) and the marks on them; sizes and weights agree over all."""
    runs = [runs_of(_kept(page), page.upright.dpi) for _, page in pages]
    flat = [(page, run) for (_, page), own in zip(pages, runs, strict=True) for run in own]
    points = [72 / page.upright.dpi for page, _ in flat]
    sizes = [s * p for s, p in zip(line_sizes([r for _, r in flat]), points, strict=True)]
    lengths = [sum(len(w.text) for w in run) for _, run in flat]
    sizes = _filled(_corrected(flat, agreed(sizes, lengths), lengths))
    looks = looks_of(flat, sizes, points)
    made: dict[int, list[Word]] = {}
    for (page, run), size, point, look in zip(flat, sizes, points, looks, strict=True):
        made.setdefault(id(page), []).extend(_words(run, size, point, look))
    return [(_sheet(number, page, made.get(id(page), [])), _notes(page)) for number, page in pages]


def _kept(page: ScanPage) -> list[Reading]:
    """The words without specks taken for points, and without what was made of pen strokes and smears."""
    hidden = [box for box, _ in page.marks]
    letters = [w.box[3] - w.box[1] for w in page.words if len(w.text) > 2] or [20]
    low = 0.3 * median(letters)
    kept: list[Reading] = []
    for word in page.words:
        inside = max((_share(word.box, box) for box in hidden), default=0.0)
        if inside > 0.6 and word.confidence < 0.8 or any(_share(word.box, s) > 0.5 for s in page.smears):
            continue
        plain = _SPECK.fullmatch(word.text)
        if plain and (word.confidence < 0.6 or word.text in "|‘’'`´.,_~=" and max(_sides(word)) < low):
            continue
        if len(word.text) < 3 and _is_dust(page, word, low):
            continue
        if word.confidence < _GARBAGE and (len(word.text) < 3 or inside > 0.2):
            continue
        kept.append(word)
    return kept


def _is_dust(page: ScanPage, word: Reading, low: float) -> bool:
    """What was read as a letter is a speck: hardly any ink, in hardly any height."""
    x0, y0, x1, y1 = word.box
    rows = np.flatnonzero(page.upright.ink[y0:y1, x0:x1].any(axis=1))
    return bool(re.search(r"\w", word.text)) and (rows.size == 0 or int(rows[-1] - rows[0]) < low)


def _sides(word: Reading) -> tuple[int, int]:
    return word.box[2] - word.box[0], word.box[3] - word.box[1]


def _share(box: Spot, other: Spot) -> float:
    """Share of the box that lies in the other one."""
    wide, high = min(box[2], other[2]) - max(box[0], other[0]), min(box[3], other[3]) - max(box[1], other[1])
    return max(0, wide) * max(0, high) / max((box[2] - box[0]) * (box[3] - box[1]), 1)


def _corrected(flat: list[tuple[ScanPage, Run]], sizes: list[float], lengths: list[int]) -> list[float]:
    """Short runs, and runs whose letters are not as high as their size wants, take the size of those around them."""
    weight: dict[float, int] = {}
    for size, length in zip(sizes, lengths, strict=True):
        weight[size] = weight.get(size, 0) + length
    usual = {s for s, w in weight.items() if w > 0.03 * sum(lengths) and s > 0}
    result = list(sizes)
    for i, (page, run) in enumerate(flat):
        wrong = not fits(page.upright.ink, run, sizes[i] * page.upright.dpi / 72)
        if not wrong and (lengths[i] > _SHORT or sizes[i] in usual and lengths[i] > _SHORT // 2):
            near = [u for u in usual if sizes[i] not in usual and abs(u - sizes[i]) < 0.07 * u]
            result[i] = near[0] if near else sizes[i]
            continue
        mates = [j for j, (other, _) in enumerate(flat) if other is page and sizes[j] in usual and lengths[j] > 3]
        mates = sorted((j for j in mates if j != i), key=partial(_distance, flat, run))[:8]
        votes = {sizes[i]: 0.6 * lengths[i]} if sizes[i] in usual and not wrong else {}
        for j in mates:
            apart = 0.0 if wrong else math.log(sizes[j] / max(sizes[i], 1.0)) / 0.1
            votes[sizes[j]] = votes.get(sizes[j], 0.0) + min(lengths[j], _SHORT) * math.exp(-apart * apart)
        if votes:
            result[i] = max((vote, size) for size, vote in votes.items())[1]
    return result


def _distance(flat: list[tuple[ScanPage, Run]], run: Run, other: int) -> float:
    a, b = run[0].box, flat[other][1][0].box
    return abs(a[3] - b[3]) + 0.7 * abs(a[0] - b[0])


def _filled(sizes: list[float]) -> list[float]:
    usual = median([s for s in sizes if s > 0] or [10.0])
    return [s if s > 0 else usual for s in sizes]


def _words(run: Run, size: float, point: float, looks: list[tuple[bool, bool]]) -> list[Word]:
    base = median(baseline_of(w) for w in run for _ in range(min(len(w.text), 6))) * point
    made: list[Word] = []
    for reading, (bold, italic) in zip(run, looks, strict=True):
        x0, _, x1, _ = (v * point for v in reading.box)
        word = Word(reading.text, x0, base - 0.76 * size, x1, base + 0.22 * size, base, size, bold, italic)
        word.confidence = round(max(0.0, min(1.0, reading.confidence)), 3)
        if made:
            _part(made[-1], word)
        made.append(word)
    return made


def _part(left: Word, right: Word) -> None:
    """Words that OCR told apart keep a gap between them, also where their boxes touch."""
    overlap = left.x1 + _GAP * left.size - right.x0
    if overlap > 0:
        left.x1 = max(left.x1 - overlap / 2, left.x0 + 0.5)
        right.x0 = min(right.x0 + overlap / 2, right.x1 - 0.5)


def _sheet(number: int, page: ScanPage, words: list[Word]) -> Sheet:
    width, height = page.upright.size
    sheet = Sheet(number, width, height, words=words, view=page.upright.view())
    point = 72 / page.upright.dpi
    usual = median([w.size for w in words] or [10.0])
    _settle_signs(words)
    sheet.rules += [_rule(rule, point) for rule in page.rules]
    even_out(sheet)
    for tick in page.boxes:
        sheet.words.append(_tick(_points(tick.box, point), tick.checked, tick.confidence))
    for box, count in page.dots:
        sheet.words.append(_placed("." * count, _points(box, point), words, usual, 0.9))
    for smear in page.smears:
        sheet.words.append(_placed(UNREAD, _points(smear, point), words, usual, 0.0))
    return sheet


def _rule(stroke: Stroke, point: float) -> Rule:
    """The line; its ends do not count half the width of the line it meets there, which is as wide as it is."""
    x0, y0, x1, y1 = _points(stroke.box, point)
    end = min(_WIDEST, min(x1 - x0, y1 - y0)) / 2
    if stroke.upright:
        return Rule(True, (x0 + x1) / 2, y0 + end, y1 - end)
    return Rule(False, (y0 + y1) / 2, x0 + end, x1 - end)


def _settle_signs(words: list[Word]) -> None:
    """Asterisks, dashes and quotes that OCR gave apart stand on the line of the words beside them."""
    signs = [w for w in words if not re.search(r"\w", w.text)]
    letters = [w for w in words if re.search(r"\w", w.text)]
    for sign in signs:
        level = [w for w in letters if w.top - 1 < sign.middle < w.bottom + 1 and -2 < sign.x0 - w.x1 < 3 * w.size]
        if level:
            near = max(level, key=lambda w: w.x1)
            sign.base, sign.size = near.base, near.size


def _points(box: Spot | Box, point: float) -> Box:
    return (box[0] * point, box[1] * point, box[2] * point, box[3] * point)


def _tick(box: Box, checked: bool, confidence: float) -> Word:
    size = box[3] - box[1]
    tick = Word("☐", *box, box[3] - 0.15 * size, size, kind="tick", checked=checked)
    tick.confidence = confidence
    return tick


def _placed(text: str, box: Box, words: list[Word], usual: float, confidence: float) -> Word:
    """A word that OCR did not give, set on the line of the printed words beside it."""
    middle = (box[1] + box[3]) / 2
    level = [w for w in words if w.top - 2 < middle < w.bottom + 2 and w.kind == "text"]
    near = min(level, key=lambda w: min(abs(w.x1 - box[0]), abs(box[2] - w.x0)), default=None)
    size = near.size if near else usual
    base = near.base if near else box[3]
    word = Word(text, box[0], min(box[1], base - 0.7 * size), box[2], max(box[3], base), base, size)
    word.confidence = confidence
    return word


def _notes(page: ScanPage) -> Notes:
    point = 72 / page.upright.dpi
    return Notes([], [Sign("ink", _points(box, point), words) for box, words in page.marks])
