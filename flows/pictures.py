"""Page pictures: each page of a form as PNG, with a box round everything that was read and the key beside it."""

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from extractors.media import sniff
from extractors.page_pictures import PAGED, SCALE, SIGNATURE, WRITTEN, Shown, picture_pages
from flows.process import process_bytes
from flows.walking import Misuse
from pipeline.records import Arrival, Evidence, Record

COLOURS = {"answered": "#1b6e3c", "unreadable": "#b3261e", "placeholder": "#8a6d00"}
UNSURE = 0.9
UNSURE_COLOUR, MARK_COLOUR, OTHER_COLOUR = "#c25e00", "#5b2a86", "#5f6368"


def draw_pages(file: Path, out: Path, today: date) -> list[Path]:
    """Write the pages of ``file`` to the folder ``out``; gives the pictures, or the one HTML page of a Word file that
    cannot be printed here. Raises ``Misuse`` where the file has no pages."""
    data = file.read_bytes()
    media_type = sniff(data)
    if media_type not in (*PAGED, *WRITTEN):
        raise Misuse(f"{file.name} has no pages (it is {media_type}); show the form that is in it.")
    record = process_bytes(data, Arrival(filename=file.name), today)
    shown = picture_pages(data, record)
    out.mkdir(parents=True, exist_ok=True)
    if not shown.pages:
        return [_written(shown, out / f"{file.stem}.html")]
    written = []
    for number, page in enumerate(shown.pages, 1):
        place = out / f"{file.stem}-page-{number}.png"
        _drawn(Image.open(io.BytesIO(page.png)), _marks(shown, record, number)).save(place)
        written.append(place)
    return written


def _written(shown: Shown, place: Path) -> Path:
    if shown.html is None:
        raise Misuse(shown.said)
    place.write_text(shown.html, "utf-8")
    return place


def _marks(shown: Shown, record: Record, page: int) -> Iterator[tuple[Evidence, str, str]]:
    """Evidence on a page with the words to print beside it and a colour."""
    for key, places in shown.places.items():
        words, colour = _told(record, key)
        for evidence in places:
            if evidence.page == page and evidence.bbox:
                yield evidence, words, colour


def _told(record: Record, key: str) -> tuple[str, str]:
    if key == SIGNATURE:
        return f"signature: {record.signature.mark}", MARK_COLOUR
    field = record.fields[key]
    unsure = field.confidence is not None and field.confidence < UNSURE
    colour = UNSURE_COLOUR if unsure else COLOURS.get(field.state, OTHER_COLOUR)
    return f"{key} {field.confidence:.0%}" if field.confidence is not None else key, colour


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
