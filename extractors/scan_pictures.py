"""Pages as pictures: PDF pages rendered at the resolution they were scanned in, and photographs as they come."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from cv2.typing import MatLike

from pipeline.document import Unreadable

LEAST_DPI, USUAL_DPI, MOST_DPI = 150.0, 300.0, 400.0
"""What OCR is given; finer scans are brought down to the usual resolution, which reads as well and much faster."""
_MOST_PIXELS = 30e6
_MOST_FRAMES = 60
_A4_LONG = 11.69
_PAPER = (4.0, 17.0)
_IMAGE = 3  # the number PDFium gives to picture objects


@dataclass(slots=True)
class Picture:
    """One page as displayed: pixels (height x width, grey, or x 3, red green blue), dots per inch, size in points."""

    pixels: MatLike
    dpi: float
    size: tuple[float, float]


def page_pictures(data: bytes, pages: list[int]) -> Iterator[Picture]:
    """The pages of a PDF with these numbers (from 1), one after the other. Raises Unreadable ``damaged``."""
    import pypdfium2 as pdfium

    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise _damaged("The PDF cannot be shown as pictures.") from error
    try:
        for number in pages:
            page = pdf[number - 1]
            yield _rendered(page)
            page.close()
    finally:
        pdf.close()


def _rendered(page: object) -> Picture:
    import pypdfium2 as pdfium

    assert isinstance(page, pdfium.PdfPage)
    width, height = page.get_size()
    dpi = _scan_dpi(page, width, height)
    dpi = min(dpi, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5 * 72)
    pixels = page.render(scale=dpi / 72, rev_byteorder=True, prefer_bgrx=False).to_numpy()
    return Picture(_plain(np.ascontiguousarray(pixels[..., :3]) if pixels.ndim == 3 else pixels), dpi, (width, height))


def _scan_dpi(page: object, width: float, height: float) -> float:
    """The resolution of the picture that covers most of the page; the usual one where the page is drawn."""
    import pypdfium2 as pdfium

    assert isinstance(page, pdfium.PdfPage)
    for item in page.get_objects(filter=[_IMAGE], max_depth=3):
        if not isinstance(item, pdfium.PdfImage):
            continue
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) > 0.4 * width * height:
            across, down = item.get_px_size()
            own = (across * down / ((right - left) * (top - bottom))) ** 0.5 * 72
            return USUAL_DPI if own > MOST_DPI else max(own, LEAST_DPI)
    return USUAL_DPI


def file_pictures(data: bytes) -> list[Picture]:
    """The pages of a JPEG, PNG or TIFF file, upright as the camera noted. Raises Unreadable ``damaged``."""
    from PIL import Image, ImageOps, ImageSequence

    pictures: list[Picture] = []
    try:
        with Image.open(io.BytesIO(data)) as image:
            for frame in ImageSequence.Iterator(image):
                if len(pictures) == _MOST_FRAMES:
                    break
                dpi = frame.info.get("dpi", (0, 0))
                page = ImageOps.exif_transpose(frame)
                page = page.convert("L" if page.mode in ("1", "L", "I;16") else "RGB")
                pictures.append(_sized(np.asarray(page), float(dpi[0] or 0)))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _damaged("The picture is damaged, cut off or far too large.") from error
    return pictures


def _sized(pixels: MatLike, noted: float) -> Picture:
    """The picture with a believable resolution: the noted one if it gives a sheet of paper, else that of an A4 page."""
    import cv2

    long = max(pixels.shape[:2])
    dpi = noted if noted > 0 and _PAPER[0] < long / noted < _PAPER[1] else long / _A4_LONG
    size = (pixels.shape[1] * 72 / dpi, pixels.shape[0] * 72 / dpi)
    if dpi > MOST_DPI:
        scale = USUAL_DPI / dpi
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        dpi = USUAL_DPI
    return Picture(_plain(pixels), dpi, size)


def _plain(pixels: MatLike) -> MatLike:
    """A grey picture where three channels hold hardly any colour."""
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return pixels.reshape(pixels.shape[:2])
    small = pixels[::4, ::4].astype(np.int16)
    spread = small.max(axis=2) - small.min(axis=2)
    return pixels if np.mean(spread > 40) > 0.0005 else pixels[..., 1].copy()


def _damaged(what: str) -> Unreadable:
    return Unreadable("damaged", what, "Ask the sender to send the form again as PDF or Word.")
