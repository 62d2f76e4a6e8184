"""Pages as pictures: PDF pages rendered at the resolution they were scanned in, and photographs as they come."""

import io
import re
import struct
import threading
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from cv2.typing import MatLike

from pipeline.trouble import Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image as ImageFile
    from pypdfium2 import PdfImage, PdfPage

LEAST_DPI, USUAL_DPI, MOST_DPI = 150.0, 220.0, 245.0
"""What OCR is given; finer scans are brought down to the usual resolution, which reads as well and much faster."""
_MOST_PIXELS = 30e6
_MOST_FRAMES = 50
_MOST_PIXELS_IN_FILE, _MOST_PIXELS_IN_ALL = 90_000_000, 450_000_000
"""Of the first page of a picture file, and of all that are read."""
_A4_LONG = 11.69
_PAPER = (4.0, 17.0)
_IMAGE = 3  # the number PDFium gives to picture objects
_EDGE = 0.01  # part of the page that may lack at an edge of a picture which is the page
_LARGEST = 18e6  # pixels of a picture that is taken as it is; a larger one is drawn at the size that is wanted
_ALTERED = re.compile(rb"/(SMask|Mask|ImageMask|Decode|OC)\s*[\dt\[<]")
"""What may change how a picture looks on its page. Pictures never stand in compressed parts of a file."""
_drawing = threading.Lock()
"""PDFium must not be asked by two threads at once, not even about two files."""


@dataclass(slots=True)
class Picture:
    """One page as displayed: pixels (height x width, grey, or x 3, red green blue), dots per inch, size in points."""

    pixels: MatLike
    dpi: float
    size: tuple[float, float]


class Pages:
    """The pages of a PDF as pictures, each drawn when it is asked for; threads may ask at once, and wait in turn."""

    def __init__(self, data: bytes) -> None:
        """Opens the file. Raises Unreadable ``damaged`` where nothing can be drawn."""
        import pypdfium2 as pdfium

        self._unaltered = not _ALTERED.search(data)
        with _drawing:
            try:
                self._pdf = pdfium.PdfDocument(data)
            except pdfium.PdfiumError as error:
                raise _damaged("The PDF cannot be shown as pictures.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with _drawing:
            self._pdf.close()

    def __len__(self) -> int:
        return len(self._pdf)

    def picture(self, number: int) -> Picture:
        """The page with this number (from 1)."""
        with _drawing:
            page = self._pdf[number - 1]
            found = (_taken(page) if self._unaltered else None) or _rendered(page)
            page.close()
        return found


def _taken(page: "PdfPage") -> Picture | None:
    """The picture that is all there is on the page, as it came from the scanner; None if the page must be drawn."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    items = list(page.get_objects(max_depth=1))
    if len(items) != 1 or not isinstance(items[0], pdfium.PdfImage) or not _covers(items[0], page):
        return None
    if page.get_rotation() or raw.FPDFPage_GetAnnotCount(page) or _is_clipped(items[0]):
        return None
    width, height = page.get_size()
    across, down = items[0].get_px_size()
    own = across * 72 / width
    if own < LEAST_DPI or across * down > _LARGEST or abs(own - down * 72 / height) > 0.02 * own:
        return None
    pixels = _plain(_red_first(items[0].get_bitmap().to_numpy()))
    return _reduced(Picture(pixels, own, (width, height)))


def _covers(item: "PdfImage", page: "PdfPage") -> bool:
    """The picture stands upright and ends where the page ends."""
    left, low, right, high = page.get_bbox()
    across, turn, skew, down, _, _ = item.get_matrix().get()
    apart = [abs(a - b) for a, b in zip(item.get_bounds(), (left, low, right, high), strict=True)]
    fits = max(apart) < _EDGE * min(right - left, high - low)
    return bool(fits and turn == skew == 0 and across > 0 and down > 0)


def _is_clipped(item: "PdfImage") -> bool:
    import pypdfium2.raw as raw

    path = raw.FPDFPageObj_GetClipPath(item)
    return bool(path) and raw.FPDFClipPath_CountPaths(path) > 0


def _red_first(pixels: MatLike) -> MatLike:
    """Grey, or three channels in the order red green blue, of what PDFium holds the other way round."""
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return pixels.reshape(pixels.shape[:2])
    return np.ascontiguousarray(pixels[..., 2::-1])


def _rendered(page: "PdfPage") -> Picture:
    width, height = page.get_size()
    dpi = _scan_dpi(page, width, height)
    dpi = min(dpi, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5 * 72, _MOST_PIXELS / max(width, height, 1.0) * 7.2)
    pixels = page.render(scale=dpi / 72, rev_byteorder=True, prefer_bgrx=False).to_numpy()
    return Picture(_plain(np.ascontiguousarray(pixels[..., :3]) if pixels.ndim == 3 else pixels), dpi, (width, height))


def _scan_dpi(page: "PdfPage", width: float, height: float) -> float:
    """The resolution of the picture that covers most of the page; the usual one where the page is drawn."""
    import pypdfium2 as pdfium

    for item in page.get_objects(filter=[_IMAGE], max_depth=3):
        if not isinstance(item, pdfium.PdfImage):
            continue
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) > 0.4 * width * height:
            across, down = item.get_px_size()
            own = (across * down / ((right - left) * (top - bottom))) ** 0.5 * 72
            return USUAL_DPI if own > MOST_DPI else max(own, LEAST_DPI)
    return USUAL_DPI


def _reduced(picture: Picture) -> Picture:
    """The picture, one that is finer than OCR needs brought down to the usual resolution."""
    import cv2

    if picture.dpi <= MOST_DPI:
        return picture
    scale = USUAL_DPI / picture.dpi
    pixels = cv2.resize(picture.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return Picture(pixels, USUAL_DPI, picture.size)


def file_pictures(data: bytes) -> list[Picture]:
    """The pages of a JPEG, PNG or TIFF file, upright as the camera noted.

    Raises Unreadable ``damaged``, or ``too_large`` for more pixels than any camera or scanner gives: asked before they
    are unpacked."""
    from PIL import Image, ImageOps, ImageSequence

    pictures: list[Picture] = []
    pixels = 0
    try:
        # The library only warns up to twice its limit.
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning), _opened(data) as image:
            for frame in ImageSequence.Iterator(image):
                pixels += frame.width * frame.height
                if len(pictures) == _MOST_FRAMES or (pictures and pixels > _MOST_PIXELS_IN_ALL):
                    break
                if pixels > _MOST_PIXELS_IN_FILE:
                    raise Image.DecompressionBombError
                dpi = frame.info.get("dpi", (0, 0))
                page = ImageOps.exif_transpose(frame)
                page = page.convert("L" if page.mode in ("1", "L", "I;16") else "RGB")
                pictures.append(_sized(np.asarray(page), float(dpi[0] or 0)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        message = "The picture claims more pixels than any camera or scanner gives."
        raise Unreadable("too_large", message, "Ask the sender to send the form as PDF or Word.") from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError, KeyError, TypeError) as error:
        # The library raises nearly every type on damaged pictures.
        raise _damaged("The picture is damaged or cut off.") from error
    return pictures


def _opened(data: bytes) -> "ImageFile":
    """The picture, by one of the three readers we mean: the library has forty, and each has its own faults."""
    from PIL import Image

    return Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "TIFF"))


def _sized(pixels: MatLike, noted: float) -> Picture:
    """The picture with a believable resolution: the noted one if it gives a sheet of paper, else that of an A4 page."""
    long = max(pixels.shape[:2])
    dpi = noted if noted > 0 and _PAPER[0] < long / noted < _PAPER[1] else long / _A4_LONG
    size = (pixels.shape[1] * 72 / dpi, pixels.shape[0] * 72 / dpi)
    return _reduced(Picture(_plain(pixels), dpi, size))


def _plain(pixels: MatLike) -> MatLike:
    """A grey picture where three channels hold hardly any colour."""
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return pixels.reshape(pixels.shape[:2])
    small = pixels[::4, ::4].astype(np.int16)
    spread = small.max(axis=2) - small.min(axis=2)
    return pixels if np.mean(spread > 40) > 0.0005 else pixels[..., 1].copy()


def _damaged(what: str) -> Unreadable:
    return Unreadable("damaged", what, "Ask the sender to send the form again as PDF or Word.")
