"""The record: one request's whole story, exactly as the contract has it (schema version 1)."""

from typing import Literal

from pydantic import Field, JsonValue

from pipeline.values import Box, Probability, Value

SCHEMA_VERSION: Literal["1"] = "1"

Language = Literal["en", "fr", "es", "pt", "ru", "unknown"]
FormKind = Literal["full", "simplified", "unknown"]
State = Literal["answered", "blank", "placeholder", "unreadable", "not_on_form"]
Outcome = Literal["met", "not_met", "needs_judgement", "cannot_tell", "not_applicable"]
Severity = Literal["blocker", "warning", "info"]
Disposition = Literal["ready", "flagged", "quarantined"]
Area = Literal["social_protection", "labour_employment", "both", "out_of_scope", "uncertain"]
Format = Literal["on_site", "remote", "hybrid"]
Channel = Literal["file", "mail", "folder", "api"]


class Evidence(Value):
    """Where something was read: page (from 1) and box in points, or a path in a Word file, and the words."""

    page: int | None = None
    bbox: Box | None = None
    path: str | None = None
    quote: str = ""


class Activity(Value):
    """One row of the activities table, each cell as written; ``format`` normalised."""

    title: str | None = None
    type: str | None = None
    format: Format | None = None
    start: str | None = None
    duration: str | None = None
    participants: str | None = None
    location: str | None = None


FieldContent = str | float | list[str] | list[Activity] | None


class FieldReading(Value):
    """One answer of the form. ``value`` is null unless ``state`` is ``answered``."""

    state: State
    value: FieldContent = None
    raw: str | None = None
    confidence: Probability | None = None
    evidence: tuple[Evidence, ...] = ()


class MadeWith(Value):
    """What made the record: the software's version, the rules' edition, the models by name and version."""

    software: str
    rules: str
    models: dict[str, str] = Field(default_factory=dict)


class SupportingDocument(Value):
    """A file that came beside the form."""

    filename: str
    sha256: str
    media_type: str


class Arrival(Value):
    """One time this request's bytes came in."""

    received_at: str | None = None
    channel: Channel = "file"
    filename: str = ""
    container: tuple[str, ...] = ()
    sender: str | None = None
    message_id: str | None = None


class Source(Value):
    """Where the form came from; what is not known is null."""

    filename: str
    container: tuple[str, ...] = ()
    sha256: str
    media_type: str
    size: int
    channel: Channel = "file"
    received_at: str | None = None
    sender: str | None = None
    message_id: str | None = None
    arrivals: tuple[Arrival, ...] = ()
    supporting_documents: tuple[SupportingDocument, ...] = ()


class DocumentFacts(Value):
    """What kind of form it is."""

    form_kind: FormKind = "unknown"
    edition: str = "unknown"
    language: Language = "unknown"
    pages: int | None = None
    text_origin: Literal["word", "pdf_text", "pdf_form", "ocr", "mixed"] | None = None


class Signature(Value):
    """The mark on the page and the digital signature, kept apart."""

    mark: Literal["present", "absent", "unknown"] = "unknown"
    kind: Literal["ink", "image", "digital", "none", "unknown"] = "unknown"
    digital: Literal["intact", "changed_after_signing", "invalid", "none"] = "none"
    evidence: tuple[Evidence, ...] = ()


class Topic(Value):
    """A topic of the guide's lists that the request asserts."""

    key: str
    score: Probability
    evidence: tuple[Evidence, ...] = ()


class Theme(Value):
    """What the request says it is about, beside what it ticks."""

    area: Area = "uncertain"
    scores: dict[str, Probability] = Field(default_factory=dict)
    topics: tuple[Topic, ...] = ()
    declared: tuple[str, ...] = ()


class Check(Value):
    """One rule of the guide: its outcome, the reason in a sentence, the section and the words it rests on."""

    rule: str
    outcome: Outcome
    reason: str
    section: str
    rule_edition: str
    evidence: tuple[Evidence, ...] = ()


class Eligibility(Value):
    """``eligible`` only if the three scope rules are met."""

    outcome: Literal["eligible", "review"] = "review"
    checks: tuple[Check, ...] = ()


class RubricAnswer(Value):
    """The passage that speaks to one of the rubric's sixteen questions (guide 2.2.1 to 2.2.3)."""

    question: str
    section: str
    state: Literal["addressed", "not_addressed"]
    evidence: tuple[Evidence, ...] = ()


class Flag(Value):
    """Something a person should see; ``field`` names the answer it is about."""

    code: str
    severity: Severity
    message: str
    field: str | None = None


class Record(Value):
    """The one interface every part and every user of the records shares."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    record_id: str
    reference: str | None = None
    made_with: MadeWith
    source: Source
    document: DocumentFacts = DocumentFacts()
    fields: dict[str, FieldReading] = Field(default_factory=dict)
    signature: Signature = Signature()
    theme: Theme = Theme()
    eligibility: Eligibility = Eligibility()
    rubric: tuple[RubricAnswer, ...] = ()
    flags: tuple[Flag, ...] = ()
    disposition: Disposition


def schema() -> dict[str, JsonValue]:
    """The JSON Schema of a record."""
    return Record.model_json_schema()
