"""Which words of a scan are bold, which in italics: judged over whole runs, and beside what stands above them."""

import re

import numpy as np

from extractors.scan_looks import bold_from, slant_of, stroke_of
from extractors.scan_page import ScanPage
from extractors.scan_words import Reading

Run = list[Reading]
Look = tuple[bool, bool]
"""Whether a word is bold, whether it is in italics."""

_ITALIC, _LONG_ITALIC, _LONG = 1.12, 0.9, 20
"""How much sharper strokes stand when sheared from which print slants; the same in a run of so many letters: there
upright print was seen below 0.8, italics from 0.93 (twelve bad scans)."""
_SURE = 0.04  # how far from the cut, as part of it, the strokes of a run are bold or not beyond doubt
_NEARLY = 0.1  # the same for a run under a bold one
_NUMBER = re.compile(r"\d{1,2}[.)]|\d{1,2}\.\d{1,2}[.)]?")
_FEW = 6  # letters; the strokes of fewer tell little
_MOSTLY, _HARDLY = 0.55, 0.35


def looks_of(flat: list[tuple[ScanPage, Run]], sizes: list[float], points: list[float]) -> list[list[Look]]:
    """The look of every word of these runs; ``sizes`` are theirs in points, ``points`` those to a pixel of the page."""
    strokes = [
        [stroke_of(page.upright.ink, w, size / point) for w in run]
        for (page, run), size, point in zip(flat, sizes, points, strict=True)
    ]
    cut = bold_from([s for own in strokes for s in own], [len(w.text) for _, run in flat for w in run])
    bold = [_bold(run, own, cut) for (_, run), own in zip(flat, strokes, strict=True)]
    for i in _in_doubt(flat, strokes, bold, cut):
        above = _above(flat, i)
        if above is not None and all(bold[above]):
            bold[i] = [False] * len(bold[i])
    looks = [
        [(heavy, slanted) for heavy in own]
        for (page, run), own in zip(flat, bold, strict=True)
        for slanted in (_is_italic(page, run),)
    ]
    for i in range(1, len(flat)):
        if flat[i][0] is flat[i - 1][0] and _wraps(flat[i - 1][1], flat[i][1]):
            looks[i] = [looks[i - 1][-1]] * len(looks[i])
    return looks


def _bold(run: Run, strokes: list[float], cut: float) -> list[bool]:
    """Bold words: a label up to its colon and what follows it are each bold or not as their strokes are on the whole;
    where those are near the cut, as most of their letters are."""
    colon = next((i + 1 for i, w in enumerate(run) if w.text.endswith(":")), len(run))
    flags: list[bool] = []
    for part, own in ((run[:colon], strokes[:colon]), (run[colon:], strokes[colon:])):
        known = [(len(w.text), s) for w, s in zip(part, own, strict=True) if s > 0]
        letters = max(sum(n for n, _ in known), 1)
        mean, share = sum(n * s for n, s in known) / letters, sum(n for n, s in known if s > cut) / letters
        if abs(mean - cut) > _SURE * cut or share > _MOSTLY or share < _HARDLY:
            flags += [mean > cut] * len(part)
        else:
            flags += [s > cut for s in own]
    return flags


def _in_doubt(
    flat: list[tuple[ScanPage, Run]], strokes: list[list[float]], bold: list[list[bool]], cut: float
) -> list[int]:
    """Runs that look bold, but hardly, or of so few letters that it tells little; none that has a number of its own or
    goes on with a small letter or a bracket, as labels do."""
    found: list[int] = []
    for i, (_, run) in enumerate(flat):
        known = [(s, len(w.text)) for s, w in zip(strokes[i], run, strict=True) if s > 0]
        begins = run[0].text[0].isupper() or run[0].text[0].isdigit() and not _NUMBER.fullmatch(run[0].text)
        if not (known and all(bold[i]) and begins):
            continue
        letters = sum(n for _, n in known)
        if sum(s * n for s, n in known) / letters < (1 + _NEARLY) * cut or letters < _FEW:
            found.append(i)
    return found


def _above(flat: list[tuple[ScanPage, Run]], at: int) -> int | None:
    """The run right above, with the same left edge and no line between: the label, where this is the answer."""
    page, run = flat[at]
    found = (i for i, (other, mate) in enumerate(flat) if other is page and _is_under(mate, run))
    return next((i for i in found if not _is_ruled_off(page, flat[i][1], run)), None)


def _is_ruled_off(page: ScanPage, before: Run, run: Run) -> bool:
    x, top, bottom = run[0].box[0], before[0].box[1], run[0].box[3]
    return any(not r.upright and r.box[0] <= x <= r.box[2] and top < r.box[1] < bottom for r in page.rules)


def _is_under(before: Run, run: Run) -> bool:
    high = before[0].box[3] - before[0].box[1]
    below = 0.6 * high < run[0].box[3] - before[0].box[3] < 2.2 * high
    return below and abs(run[0].box[0] - before[0].box[0]) < 0.8 * high


def _wraps(before: Run, run: Run) -> bool:
    """A short line right below another, going on with a small letter: it is printed as that one is."""
    return _is_under(before, run) and sum(len(w.text) for w in run) < 30 and run[0].text[:1].islower()


def _is_italic(page: ScanPage, run: Run) -> bool:
    """Whether the run slants, judged over all its longer words."""
    slants = [(slant_of(page.upright.ink, w), len(w.text)) for w in run if len(w.text) > 3][:8]
    letters = sum(n for _, n in slants)
    least = _LONG_ITALIC if letters >= _LONG else _ITALIC
    return letters >= 8 and bool(sum(np.log(s) * n for s, n in slants) / letters > np.log(least))
