"""Where the label of each question stands: for people, who see it beside the answer; the record does not hold it."""

from collections.abc import Iterator

from extractors.extraction import survey
from extractors.layout import Layout, Span, evidence_of
from extractors.question_keys import PAIRS
from extractors.search import Asked
from pipeline.document import Document
from pipeline.records import Evidence


def label_places(document: Document) -> dict[str, tuple[Evidence, ...]]:
    """The places of the printed labels by field key: page and box in points, or the path in a Word file."""
    surveyed = survey(document)
    found: dict[str, tuple[Evidence, ...]] = {}
    for asked in surveyed.found.asked:
        places = evidence_of(_spans(surveyed.layout, asked))
        for key in PAIRS.get(asked.key, (asked.key,)):
            found.setdefault(key, places)
    return found


def _spans(layout: Layout, asked: Asked) -> Iterator[Span]:
    """The units of a label; of the last one only as far as the label goes."""
    label = asked.label
    for unit in layout.units[label.first : label.last + 1]:
        end = min(max(label.cut, unit.start), unit.end) if unit.index == label.last else unit.end
        yield Span(unit.line, unit.start, end)
