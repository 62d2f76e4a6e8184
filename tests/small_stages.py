"""Steps of a few lines, for tests of the house around the real ones."""

from datetime import date

from flows.process import Stages, process_bytes
from pipeline.document import Document, Line
from pipeline.records import (
    Arrival,
    Check,
    DocumentFacts,
    Eligibility,
    FieldReading,
    Flag,
    Record,
    Signature,
    Theme,
)
from pipeline.stages import Assessment, Extraction, Surroundings
from pipeline.trouble import Unreadable

TODAY = date(2026, 3, 2)


def read(data: bytes) -> Document:
    """Lines of text; what begins with ! cannot be read, what begins with ? is a bug."""
    if data.startswith(b"!"):
        raise Unreadable("damaged", "It is broken.", "Send it again.")
    if data.startswith(b"?"):
        raise KeyError("a bug")
    lines = tuple(Line(text) for text in data.decode().splitlines())
    return Document("word", "text/plain", None, lines)


def extract(document: Document) -> Extraction:
    """Each line is ``key: value``."""
    pairs = (line.text.partition(": ") for line in document.lines)
    fields = {key: FieldReading(state="answered", value=value, raw=value) for key, _, value in pairs}
    return Extraction(
        document=DocumentFacts(form_kind="full", language="en", text_origin="word"),
        media_type=document.media_type,
        fields=fields,
        signature=Signature(),
        flags=(Flag(code="seen", severity="info", message="Seen twice."),),
    )


def assess(extraction: Extraction, surroundings: Surroundings) -> Assessment:
    """Ready, unless the institution has another open request."""
    others = surroundings.other_open_requests
    check = Check(
        rule="one_action_at_a_time",
        outcome="cannot_tell" if others is None else "needs_judgement" if others else "met",
        reason=", ".join(others or ()),
        section="2.1",
        rule_edition="1",
    )
    return Assessment(
        theme=Theme(),
        eligibility=Eligibility(checks=(check,)),
        rubric=(),
        flags=extraction.flags,
        disposition="flagged" if others else "ready",
    )


SMALL = Stages(read, extract, assess)


MINISTRY = "institution_name: Ministry of Labour\ninstitution_country: KE"


def small_record(text: str = MINISTRY, name: str = "a.docx") -> Record:
    """The record of a few lines of text."""
    return process_bytes(text.encode(), Arrival(filename=name), TODAY, stages=SMALL)
