"""From Document to Extraction: language, edition, questions, answers, values; no judgement of what they mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from extractors.activities import find_activities
from extractors.activity_drafts import ActivitiesFound
from extractors.answers import Answers
from extractors.asking import ask
from extractors.editions import EditionMatch, edition_of
from extractors.fields import Fields
from extractors.form_flags import form_flags
from extractors.form_print import printed_in
from extractors.labels import Lexicon, lexicon
from extractors.layout import Layout
from extractors.option_tables import with_boxes
from extractors.origin import origin_of
from extractors.question_keys import ACTION_KEYS, EVENT_KEYS, PAIRS
from extractors.required_marks import RequiredMarks
from extractors.scan_doubts import unclear_words
from extractors.search import Found
from extractors.signing import read_signature
from extractors.tongue import language_of
from extractors.unassigned import unassigned
from pipeline.document import Document, Trouble
from pipeline.languages import load_language
from pipeline.questions import questions
from pipeline.records import DocumentFacts, FieldReading, Flag, FormKind, Language, Signature
from pipeline.stages import Extraction
from pipeline.trouble import Unreadable

FEWEST = 4
"""Questions that must be found for a file to be called a request form."""


@dataclass(frozen=True)
class Survey:
    """A form before its answers are read: where each question stands."""

    layout: Layout
    language: Language
    lexicon: Lexicon
    activities: ActivitiesFound
    found: Found
    kind: FormKind
    edition: EditionMatch

    @cached_property
    def marks(self) -> RequiredMarks:
        """The marks of what must be answered."""
        return RequiredMarks(self.lexicon, self.found.asked)


def survey(document: Document) -> Survey:
    """Find the language and every question of a document."""
    layout = Layout(document)
    language = language_of(layout)
    spoken = language if language != "unknown" else "en"
    words = lexicon(spoken)
    if (boxed := with_boxes(layout, spoken)) is not None:
        layout = Layout(boxed)
    activities = find_activities(layout, spoken)
    edition = edition_of(layout, language)
    found = ask(layout, words, activities.taken, edition.questions)
    return Survey(layout, language, words, activities, found, _kind(layout, words, found), edition)


def extract(document: Document) -> Extraction:
    """What the form says. Raises Unreadable with ``no_form_found`` where hardly a question of the form is found."""
    surveyed = survey(document)
    layout, found = surveyed.layout, surveyed.found
    if len([bid for bid in found.asked if bid.key != "signature"]) < FEWEST:
        raise Unreadable(
            "no_form_found",
            f"Only {len(found.asked)} questions of a request form were found in this file.",
            "A request must come on the facility's form; a supporting document belongs to its request.",
        )
    edition = surveyed.edition
    answers = Answers(layout, found, load_language(surveyed.lexicon.data.language), edition.skeleton)
    fields = Fields(surveyed.layout, surveyed.language, answers, surveyed.activities, found.signed)
    readings, flags = fields.read(found)
    return Extraction(
        document=DocumentFacts(
            form_kind=surveyed.kind if surveyed.kind != "unknown" else _named_kind(edition),
            edition=edition.name,
            language=surveyed.language,
            pages=document.pages,
            text_origin=origin_of(document, readings),
        ),
        media_type=document.media_type,
        fields=readings,
        signature=_signature(surveyed, answers),
        required=surveyed.marks.keys(),
        flags=(
            *_troubles(document.troubles),
            *_troubles(_unclear(layout, found, answers)),
            *form_flags(found, surveyed.language, edition, _unsaid(readings)),
            *_unknown_mark(surveyed.marks, readings),
            *unassigned(answers, found, surveyed.activities, found.signed.units | found.notices),
            *flags,
        ),
    )


def _signature(surveyed: Survey, answers: Answers) -> Signature:
    found = surveyed.found
    label = next((bid for bid in found.asked if bid.key == "signature"), None)
    region = answers.region(label)[0] if label else []
    last = max((bid.label.last for bid in found.asked if bid.key.startswith(("signat", "pair:signatory"))), default=-1)
    headings = [index for index, section in found.headings if section == "signature" and index <= last]
    return read_signature(surveyed.layout, label, region, max(headings, default=last))


def _unknown_mark(marks: RequiredMarks, readings: Mapping[str, FieldReading]) -> Iterable[Flag]:
    """Where something is left open, it matters which questions the form says must be answered."""
    mark = marks.unknown()
    if mark and any(reading.state in ("blank", "placeholder") for reading in readings.values()):
        message = (
            f"Several questions are marked “({mark})”, which the software does not know; please see what it means."
        )
        yield Flag(code="unknown_mark", severity="warning", message=message)


def _unsaid(readings: Mapping[str, FieldReading]) -> frozenset[str]:
    return frozenset(
        key for key, reading in readings.items() if reading.state == "blank" and questions()[key].kind == "text"
    )


def _unclear(layout: Layout, found: Found, answers: Answers) -> Iterable[Trouble]:
    if layout.document.origin not in ("ocr", "mixed"):
        return ()
    return unclear_words(layout, printed_in(layout, found, answers))


def _troubles(troubles: Iterable[Trouble]) -> tuple[Flag, ...]:
    return tuple(Flag(code=t.code, severity=t.severity, message=t.message) for t in troubles)


# ------------------------------------------------------------------------------------------ kind
def _kind(layout: Layout, words: Lexicon, found: Found) -> FormKind:
    """Simplified forms ask for an event; full ones for activities, results and a structured action."""
    keys = {key for bid in found.asked for key in PAIRS.get(bid.key, (bid.key,))}
    event, action = len(keys & EVENT_KEYS), len(keys & ACTION_KEYS)
    if event >= 2 and event * 2 > action:
        return "simplified"
    if action >= 3 and action > event:
        return "full"
    return _title_kind(layout, words)


def _title_kind(layout: Layout, words: Lexicon) -> FormKind:
    best: dict[str, float] = {}
    for unit in layout.units[:12]:
        for hit in words.hits(unit.text[:160]):
            if hit.group == "title":
                best[hit.key] = max(best.get(hit.key, 0.0), hit.score)
    if best.get("simplified", 0) >= 0.7 and best["simplified"] >= best.get("full", 0):
        return "simplified"
    return "full" if best.get("full", 0) >= 0.8 else "unknown"


def _named_kind(edition: EditionMatch) -> FormKind:
    kinds: dict[str, FormKind] = {"full": "full", "simplified": "simplified"}
    return kinds.get(edition.kind, "unknown")
