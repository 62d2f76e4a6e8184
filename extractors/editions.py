"""Which edition of the form lies before us, and how a new edition is learnt from its blank form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from extractors.layout import DOTTED, Layout
from pipeline.document import Document
from pipeline.editions import Edition, EditionQuestion, editions
from pipeline.folding import fold

_COLON = re.compile(r"[:：]\s")
ENOUGH = 0.7
"""Share of an edition's printed lines that must stand in a document for it to be of that edition."""


@dataclass(frozen=True)
class EditionMatch:
    """The edition of a document (``unknown`` below the bar), the nearest one, and how much of it was found (0 to 1)."""

    name: str
    nearest: str
    share: float
    kind: str
    skeleton: frozenset[str]
    questions: Mapping[str, str]


@cache
def _prints() -> tuple[tuple[Edition, frozenset[str]], ...]:
    return tuple((edition, frozenset(edition.skeleton)) for edition in editions())


def edition_of(layout: Layout, language: str) -> EditionMatch:
    """The edition whose print is found best in the document."""
    here = _lines(layout)
    best: tuple[float, Edition | None, frozenset[str]] = (0.0, None, frozenset())
    for edition, prints in _prints():
        if edition.language == language and prints:
            share = len(prints & here) / len(prints)
            if share > best[0]:
                best = (share, edition, prints)
    share, found, prints = best
    if found is None:
        return EditionMatch("unknown", "", 0.0, "unknown", frozenset(), {})
    if share < ENOUGH:
        return EditionMatch("unknown", found.edition, share, "unknown", prints, {})
    return EditionMatch(found.edition, found.edition, share, found.kind, prints, _questions(found))


def _questions(edition: Edition) -> dict[str, str]:
    """The folded print of each question that has one key; what is printed twice ("Name") is told by its section."""
    texts = [fold(question.text) for question in edition.questions]
    return {fold(q.text): q.key for q in edition.questions if q.key and texts.count(fold(q.text)) == 1}


def _lines(layout: Layout) -> frozenset[str]:
    """Printed lines and paragraphs, folded; PDF lines are joined to paragraphs, and a label ends at its colon."""
    found: set[str] = set()
    paragraph = ""
    for unit in layout.units:
        text = DOTTED.sub(" ", unit.text)
        alone = unit.line.new_paragraph or unit.start > 0
        paragraph = text if alone else f"{paragraph} {text}"
        found.add(fold(text))
        if not alone:
            found.add(fold(paragraph))
        if (colon := _COLON.search(text + " ")) is not None:
            found.add(fold(text[: colon.start()]))
    for box in layout.cells.values():
        found.add(fold(DOTTED.sub(" ", box.text)))
    return frozenset(found)


def learn(document: Document, name: str) -> Edition:
    """An edition's data from a blank form: its questions in order, its kind, and every line it prints.

    Keys are proposed by the labels of the language; a person reads the file and fills in what is empty."""
    from extractors.extraction import survey

    surveyed = survey(document)
    layout = surveyed.layout
    asked = [
        EditionQuestion(key=bid.key, text=bid.label.text, required=surveyed.marks.is_required(bid))
        for bid in surveyed.found.asked
    ]
    first = surveyed.found.asked[0].label.first if surveyed.found.asked else 0
    asked += [
        EditionQuestion(key="", text=label.text, required=False)
        for label in surveyed.found.unknown
        if label.first > first
    ]
    skeleton: dict[str, None] = {}
    for unit in layout.units:
        text = fold(DOTTED.sub(" ", re.sub(r"[:：]\s*$", "", unit.printed().strip())))
        if len(text) > 3:
            skeleton.setdefault(text)
    return Edition(
        edition=name, language=surveyed.language, kind=surveyed.kind, questions=tuple(asked), skeleton=tuple(skeleton)
    )
