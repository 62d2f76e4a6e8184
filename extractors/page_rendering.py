"""Pages as pictures, for people and for the desk: a PDF is rendered with its form fields, a picture is what it is."""

import math
from collections.abc import Iterator

import pypdfium2
from PIL import Image

from extractors.media import PDF
from extractors.page_limits import PAGES
from extractors.scan_pictures import file_pictures
from pipeline.trouble import Unreadable


def page_images(data: bytes, media_type: str, scale: float) -> Iterator[Image.Image]:
    """Each page as displayed, ``scale`` pixels to the point, in the points that boxes are given in (contract, 2).

    Raises Unreadable ``damaged`` where nothing can be drawn."""
    if media_type != PDF:
        for picture in file_pictures(data):
            wide, high = (max(1, round(scale * side)) for side in picture.size)
            yield Image.fromarray(picture.pixels).convert("RGB").resize((wide, high))
        return
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        message = "The PDF cannot be shown as pictures."
        raise Unreadable("damaged", message, "Ask the sender to send the form again as PDF or Word.") from error
    document.init_forms()
    for number in range(min(len(document), PAGES)):
        page = document[number]
        yield page.render(scale=fitting(scale, *page.get_size()), may_draw_forms=True).to_pil()
        page.close()
    document.close()


MOST_PIXELS = 40_000_000
"""Of one page drawn; at the usual scale that is a sheet of two square metres."""


def fitting(scale: float, width: float, height: float) -> float:
    """The scale, or less where a page claims a size (in points) that no paper has; settled before anything is drawn."""
    area, longest = max(width * height, 1.0), max(width, height, 1.0)
    return min(scale, math.sqrt(MOST_PIXELS / area), MOST_PIXELS / longest / 10)
