"""Reading a region of a page once more, where a person has drawn a box round the words; done in a worker."""

import io
from itertools import islice

import numpy as np
import pypdfium2
from PIL import Image

from extractors import media
from extractors.page_pictures import PAGED, SCALE
from extractors.page_rendering import page_images
from extractors.scan_words import BLOCK, read_words, tongues
from pipeline.trouble import Unreadable
from pipeline.values import Box

DOTS = 300.0
"""Dots per inch at which a region is looked at."""
POINTS = 72.0


def read_region(data: bytes, media_type: str, picture: bytes, page: int, box: Box, language: str) -> str:
    """The words in a box (points, from the top left) of a page; empty where there are none to be read.

    A PDF's own text where it has some there, else what OCR makes of the picture. ``picture`` is the page as it is shown
    at the desk, for files that have no pages of their own."""
    text = _own_text(data, page, box) if media_type == media.PDF else ""
    if text:
        return text
    try:
        return _recognised(_cut(data, media_type, picture, page, box), language)
    except Unreadable:
        return ""


def _own_text(data: bytes, page: int, box: Box) -> str:
    """Only where the page stands upright: there the two systems of points differ in their origin alone."""
    document = pypdfium2.PdfDocument(data)
    sheet = document[page - 1]
    left, bottom, _, top = sheet.get_bbox()
    if sheet.get_rotation():
        return ""
    x0, above, x1, below = box
    found = sheet.get_textpage().get_text_bounded(left + x0, top - below, left + x1, top - above)
    return "\n".join(line.strip() for line in str(found).splitlines() if line.strip()) if bottom < top else ""


def _cut(data: bytes, media_type: str, picture: bytes, page: int, box: Box) -> Image.Image:
    """The region as a picture of 300 dots per inch."""
    scale = DOTS / POINTS
    if media_type in PAGED:
        whole = next(islice(page_images(data, media_type, scale), page - 1, None))
        x0, top, x1, bottom = (round(figure * scale) for figure in box)
        return whole.crop((x0, top, x1, bottom))
    shown = Image.open(io.BytesIO(picture))
    x0, top, x1, bottom = (round(figure * SCALE) for figure in box)
    cut = shown.crop((x0, top, x1, bottom))
    return cut.resize((round(cut.width * scale / SCALE), round(cut.height * scale / SCALE)), Image.Resampling.LANCZOS)


def _recognised(cut: Image.Image, language: str) -> str:
    known = tongues()
    tongue = known.get(language) or known["en"]
    words = read_words(np.asarray(cut.convert("L")), DOTS, tongue.data, BLOCK)
    lines: dict[int, list[str]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word.text)
    return "\n".join(" ".join(line) for line in lines.values())
