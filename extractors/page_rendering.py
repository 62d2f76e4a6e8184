"""Pages as pictures, for people and for the desk: a PDF is rendered with its form fields, a picture is what it is."""

import io
from collections.abc import Iterator

import pypdfium2
from PIL import Image, ImageSequence

from extractors.media import PDF

POINTS_AN_INCH = 72.0


def page_images(data: bytes, media_type: str, scale: float) -> Iterator[Image.Image]:
    """Each page as displayed, ``scale`` pixels to the point; pictures have 72 points to the inch (contract, 2)."""
    if media_type == PDF:
        document = pypdfium2.PdfDocument(data)
        document.init_forms()
        for page in document:
            yield page.render(scale=scale, may_draw_forms=True).to_pil()
        return
    with Image.open(io.BytesIO(data)) as picture:
        for frame in ImageSequence.Iterator(picture):
            dots = float(frame.info.get("dpi", (POINTS_AN_INCH, 0))[0]) or POINTS_AN_INCH
            factor = scale * POINTS_AN_INCH / dots
            yield frame.convert("RGB").resize((round(frame.width * factor), round(frame.height * factor)))
