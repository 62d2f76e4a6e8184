"""What a worker does to show a file: it draws the pages and answers with text only, as workers must."""

from base64 import b64encode

from extractors.label_places import label_places
from extractors.page_pictures import picture_pages
from extractors.reading import read
from pipeline.records import Evidence, Record
from pipeline.trouble import Unreadable
from pipeline.values import Value


class DrawnPage(Value):
    """One page: PNG in base 64, its size in points."""

    png: str
    width: float
    height: float


class Drawn(Value):
    """The pages of a file, the places of what was read and of labels; ``html`` and ``said`` where it has no pages."""

    pages: tuple[DrawnPage, ...] = ()
    places: dict[str, tuple[Evidence, ...]] = {}
    labels: dict[str, tuple[Evidence, ...]] = {}
    unplaced: tuple[str, ...] = ()
    html: str | None = None
    said: str = ""


class Labels(Value):
    """The places of the questions' printed labels, by field key."""

    places: dict[str, tuple[Evidence, ...]] = {}


WITH_TEXT = ("word", "pdf_text", "pdf_form")
"""Files whose labels are found at once; where pages are pictures, that takes seconds and comes after the pages."""
PICTURED = ("ocr", "mixed")


def find_labels(data: bytes) -> Labels:
    """Read a file of pictures once more, for its labels."""
    try:
        return Labels(places=label_places(read(data)))
    except Unreadable:
        return Labels()


def draw(data: bytes, record: Record) -> Drawn:
    """Draw every page of a file. What cannot be drawn is said in a sentence."""
    try:
        shown = picture_pages(data, record, labels=record.document.text_origin in WITH_TEXT)
    except Unreadable as trouble:
        return Drawn(said=str(trouble))
    pages = tuple(
        DrawnPage(png=b64encode(page.png).decode("ascii"), width=page.size[0], height=page.size[1])
        for page in shown.pages
    )
    return Drawn(
        pages=pages,
        places=shown.places,
        labels=shown.labels,
        unplaced=shown.unplaced,
        html=shown.html,
        said=shown.said,
    )
