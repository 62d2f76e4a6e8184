"""Where words stand on the pages of a PDF that was printed from a Word file: quotes become boxes on pages."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import pypdfium2
import pypdfium2.raw as pdfium_raw

from pipeline.document import Line
from pipeline.values import Box

_NEAR, _SURE = 250, 6
"""Letters within which a short line is looked for; a line of so many letters may stand further on."""
_FAR = 6000
_ENDS, _PIECE = 24, 6
"""Pieces of a broken quote that are shorter may stand there by chance; of a quote its two ends find it."""

Place = tuple[int, Box]
"""Page from 1 and box in points from the top left."""


@dataclass(slots=True)
class Print:
    """All letters and figures of a PDF in one string without spaces and case, with the place of each."""

    text: str = ""
    places: list[Place] = field(default_factory=list)
    pictures: list[Place] = field(default_factory=list)
    sizes: list[tuple[float, float]] = field(default_factory=list)
    paths: dict[str, int] = field(default_factory=dict)


def read_print(pdf: bytes, lines: Iterable[Line]) -> Print:
    """The letters of a PDF, and where in them each of the Word file's lines begins (``paths``)."""
    found = Print()
    document = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(document, 1):
        found.sizes.append(page.get_size())
        letters = list(_letters(page, number))
        found.text += "".join(letter for letter, _ in letters)
        found.places += [place for _, place in letters]
        found.pictures += _pictures(page, number)
    document.close()
    _follow(found, lines)
    return found


def folded(text: str) -> str:
    """Only the letters and figures, without case and accents' ways of writing."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _letters(page: pypdfium2.PdfPage, number: int) -> Iterator[tuple[str, Place]]:
    height = page.get_height()
    text = page.get_textpage()
    for index in range(text.count_chars()):
        code = pdfium_raw.FPDFText_GetUnicode(text, index)
        letters = folded(chr(code)) if code > 32 else ""
        if letters:
            left, bottom, right, top = text.get_charbox(index, loose=True)
            for letter in letters:
                yield letter, (number, (left, height - top, right, height - bottom))


def _pictures(page: pypdfium2.PdfPage, number: int) -> Iterator[Place]:
    height = page.get_height()
    for item in page.get_objects(filter=[pdfium_raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        yield number, (left, height - top, right, height - bottom)


def _follow(found: Print, lines: Iterable[Line]) -> None:
    """Walk through both texts: what is found is found behind what came before it."""
    at = 0
    for line in lines:
        words = folded(line.text)
        reach = at + len(words) + (_FAR if len(words) >= _SURE else _NEAR)
        here = found.text.find(words, at, reach) if words else -1
        if line.path is not None:
            found.paths.setdefault(line.path, here if here >= 0 else at)
        at = here + len(words) if here >= 0 else at


def places_of(found: Print, quote: str, path: str | None) -> list[Place]:
    """The boxes of a quote, one a page; of several such the one nearest to its path; empty where it is not printed."""
    words = folded(quote)
    near = found.paths.get(path or "", 0)
    if not words:
        return []
    starts = [m.start() for m in re.finditer(f"(?={re.escape(words)})", found.text)]
    if starts:
        start = min(starts, key=lambda s: abs(s - near))
        return _around(found.places[start : start + len(words)])
    return _around(_broken(found, words, near))


def _broken(found: Print, words: str, near: int) -> list[Place]:
    """The letters of a quote that a page's foot, or a note, parts in the print."""
    first, last = words[:_ENDS], words[-_ENDS:]
    start = found.text.find(first, max(near - _NEAR, 0))
    end = found.text.find(last, max(start, 0), max(start, near) + 2 * len(words) + _FAR)
    if start < 0 or end < 0:
        return []
    part = found.text[start : end + len(last)]
    blocks = SequenceMatcher(None, words, part, autojunk=False).get_matching_blocks()
    kept = [b for b in blocks if b.size >= min(_PIECE, len(words))]
    return [p for b in kept for p in found.places[start + b.b : start + b.b + b.size]]


def _around(places: list[Place]) -> list[Place]:
    pages: dict[int, list[Box]] = {}
    for page, box in places:
        pages.setdefault(page, []).append(box)
    return [(page, _union(boxes)) for page, boxes in pages.items()]


def _union(boxes: list[Box]) -> Box:
    x0, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return (round(x0, 1), round(top, 1), round(max(b[2] for b in boxes), 1), round(max(b[3] for b in boxes), 1))


def picture_near(found: Print, path: str | None) -> list[Place]:
    """The placed picture that stands nearest to the line with this path."""
    if not found.pictures or path is None:
        return []
    page, (_, top, _, bottom) = _place_of(found, path)
    heights = [0.0]
    for _, height in found.sizes:
        heights.append(heights[-1] + height)
    down = heights[page - 1] + (top + bottom) / 2
    nearest = min(found.pictures, key=lambda p: abs(heights[p[0] - 1] + (p[1][1] + p[1][3]) / 2 - down))
    return _around([nearest])


def _place_of(found: Print, path: str) -> Place:
    """Where a line stands; of one that was not read by itself, the last one before it in the file."""
    if path in found.paths or not found.paths:
        at = found.paths.get(path, 0)
    else:
        order = sorted(found.paths, key=_steps)
        before = bisect_left([_steps(p) for p in order], _steps(path)) - 1
        at = found.paths[order[max(before, 0)]]
    return found.places[min(at, len(found.places) - 1)] if found.places else (1, (0.0, 0.0, 0.0, 0.0))


def _steps(path: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", path)]
