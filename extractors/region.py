"""Reading one part of a page again, for the desk: a person draws a box, OCR reads what stands in it.

read_again(data, page=2, box=(70.0, 300.0, 400.0, 340.0), language="fr")   # the file itself, at its own resolution
read_region(png, size, box, language)                                      # a page picture, as of a Word file
"""

import io
from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike
from PIL import Image

from extractors import media
from extractors.scan_ink import ink_of
from extractors.scan_pictures import Pages, Picture, file_pictures
from extractors.scan_rules import erase_rules, find_rules
from extractors.scan_upright import Upright, quarter_turned, set_upright
from extractors.scan_words import BLOCK, Reading, one_script, read_words, sureness, tongues
from pipeline.trouble import Unreadable
from pipeline.values import Box

_ANY = "rus+eng"
_EDGE = 0.5  # mm of paper round the box
_GOOD = 0.75  # surer readings are not tried upside down
_LARGE = 250.0  # dots per inch below which the part is enlarged


class Region(NamedTuple):
    """What stands in a part of a page: its lines, and how sure OCR is of them (0 to 1; null where nothing stands)."""

    text: str
    confidence: float | None


def read_again(data: bytes, page: int, box: Box, language: str) -> Region:
    """A part of a PDF's or picture's page (from 1), ``box`` in points of the page as displayed.

    ``language`` is one of en, fr, es, pt, ru; any other is read as Russian and English. Raises Unreadable
    ``ocr_missing``, ``damaged``, ``no_pages`` for a file without pages of its own or without that one."""
    if media.sniff(data) == media.PDF:
        with Pages(data) as pages:
            pictures = [pages.picture(page)] if 1 <= page <= len(pages) else []
    elif media.sniff(data) in (media.PNG, media.JPEG, media.TIFF):
        pictures = file_pictures(data)[page - 1 : page] if page > 0 else []
    else:
        pictures = []
    if not pictures:
        raise Unreadable("no_pages", f"There is no page {page}.", "Draw the box on a page that is shown.")
    return _read(pictures[0], box, language)


def read_region(image: bytes, size: tuple[float, float], box: Box, language: str) -> Region:
    """A part of a page picture (PNG or JPEG bytes) that shows a page of ``size`` points; else as ``read_again``."""
    with Image.open(io.BytesIO(image)) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    return _read(Picture(pixels, pixels.shape[1] * 72 / size[0], size), box, language)


def _read(picture: Picture, box: Box, language: str) -> Region:
    known = tongues().get(language)
    data = known.data if known else _ANY
    page = set_upright(picture)
    words = _words(page, box, data)
    if sureness(words) < _GOOD:  # the page may lie on its side or stand on its head
        words = max(words, _words(quarter_turned(page, 2), box, data), key=sureness)
    if "rus" in data:
        one_script(words)
    return Region(_text(words), round(sureness(words), 3) if words else None)


def _words(page: Upright, box: Box, data: str) -> list[Reading]:
    part = _part(page, box)
    if part.size == 0:
        return []
    ink = ink_of(part)
    erase_rules(part, ink, find_rules(ink, page.dpi), page.dpi)
    factor = 2.0 if page.dpi < _LARGE else 1.0
    large = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    large = cv2.copyMakeBorder(large, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=(250,))
    return [w for w in read_words(large, page.dpi * factor, data, BLOCK) if w.text.strip()]


def _part(page: Upright, box: Box) -> MatLike:
    """The part of the upright page that a box of the displayed page covers, as a picture of its own."""
    x0, top, x1, bottom = (v / page.scale for v in box)
    corners = np.array([[[x0, top], [x1, top], [x1, bottom], [x0, bottom]]], np.float64)
    places = cv2.perspectiveTransform(corners, page.forth)[0]
    edge = _EDGE * page.dpi / 25.4
    (left, above), (right, below) = places.min(axis=0) - edge, places.max(axis=0) + edge
    return page.even[max(round(above), 0) : max(round(below), 0), max(round(left), 0) : max(round(right), 0)].copy()


def _text(words: list[Reading]) -> str:
    lines: dict[int, list[str]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word.text)
    return "\n".join(" ".join(line) for line in lines.values())
