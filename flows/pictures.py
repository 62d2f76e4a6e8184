"""Page pictures: each page of a form as PNG, with a box round everything that was read and the key beside it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from extractors.media import JPEG, PDF, PNG, TIFF, sniff
from extractors.page_rendering import page_images
from flows.process import process_bytes
from flows.walking import Misuse
from pipeline.records import Arrival, Evidence, Record

SCALE = 1.6
"""Pixels a point: about 115 dots an inch, enough to read on a screen."""
COLOURS = {"answered": "#1b6e3c", "unreadable": "#b3261e", "placeholder": "#8a6d00"}
UNSURE = 0.9
UNSURE_COLOUR, MARK_COLOUR, OTHER_COLOUR = "#c25e00", "#5b2a86", "#5f6368"


def draw_pages(file: Path, out: Path, today: date) -> list[Path]:
    """Write the pages of ``file`` to the folder ``out``; gives the pictures. Raises ``Misuse`` where it has none."""
    data = file.read_bytes()
    media_type = sniff(data)
    if media_type not in (PDF, PNG, JPEG, TIFF):
        raise Misuse(f"{file.name} has no pages of its own (it is {media_type}); print it to PDF and show that.")
    record = process_bytes(data, Arrival(filename=file.name), today)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for number, image in enumerate(page_images(data, media_type, SCALE), 1):
        place = out / f"{file.stem}-page-{number}.png"
        _drawn(image, _marks(record, number)).save(place)
        written.append(place)
    return written


def _marks(record: Record, page: int) -> Iterator[tuple[Evidence, str, str]]:
    """Evidence on a page with the words to print beside it and a colour."""
    for key, field in record.fields.items():
        unsure = field.confidence is not None and field.confidence < UNSURE
        colour = UNSURE_COLOUR if unsure else COLOURS.get(field.state, OTHER_COLOUR)
        sure = f" {field.confidence:.0%}" if field.confidence is not None else ""
        for evidence in field.evidence:
            if evidence.page == page and evidence.bbox:
                yield evidence, f"{key}{sure}", colour
    for evidence in record.signature.evidence:
        if evidence.page == page and evidence.bbox:
            yield evidence, f"signature: {record.signature.mark}", MARK_COLOUR


def _drawn(image: Image.Image, marks: Iterator[tuple[Evidence, str, str]]) -> Image.Image:
    """The page with its boxes; shape and words tell as much as colour."""
    picture = image.convert("RGB")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(11)
    for evidence, words, colour in marks:
        assert evidence.bbox is not None
        x0, top, x1, bottom = (figure * SCALE for figure in evidence.bbox)
        pen.rectangle((x0 - 2, top - 2, x1 + 2, bottom + 2), outline=colour, width=2)
        wide = pen.textlength(words, font=font)
        left, above = max(x0, x1 - wide), max(top - 15, 0)  # above the box, at its right: labels mostly stand left
        pen.rectangle((left - 2, above, left + wide + 2, above + 12), fill="white")
        pen.text((left, above), words, fill=colour, font=font)
    return picture
