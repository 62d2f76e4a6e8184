"""Where the answers of a paged file stand: in its text layer, in pictures of pages, or in both."""

from collections.abc import Mapping

from pipeline.document import Document, TextOrigin
from pipeline.records import FieldReading


def origin_of(document: Document, readings: Mapping[str, FieldReading]) -> TextOrigin:
    """``mixed`` only where a part of the answers stands in a picture: a scanned cover letter holds none of them."""
    if document.origin != "mixed":
        return document.origin
    pieces = [(line.page, piece) for line in document.lines for piece in line.pieces]
    pictures = {page for page, piece in pieces if piece.confidence is not None}
    answered = {e.page for r in readings.values() if r.state == "answered" for e in r.evidence}
    if answered and answered <= pictures:
        return "ocr"
    if answered & pictures:
        return "mixed"
    return "pdf_form" if any(p.kind == "entry" and p.hint is not None for _, p in pieces) else "pdf_text"
