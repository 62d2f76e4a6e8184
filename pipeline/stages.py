"""What the stages hand to each other: Extraction (what the form says), Assessment (what we make of it), Decision."""

from datetime import date, datetime
from typing import Literal

from pipeline.records import (
    DocumentFacts,
    Eligibility,
    FieldReading,
    Flag,
    RubricAnswer,
    Signature,
    Theme,
)
from pipeline.values import Value


class Extraction(Value):
    """What the form says, without any judgement. ``fields`` holds every key of the vocabulary; ``required`` the keys
    the form itself marks as required, null where it marks none; ``media_type`` is that of the original file."""

    document: DocumentFacts
    media_type: str
    fields: dict[str, FieldReading]
    signature: Signature
    required: frozenset[str] | None = None
    flags: tuple[Flag, ...] = ()

    def text(self, key: str) -> str:
        """The answer to a text question, or an empty string."""
        reading = self.fields.get(key)
        return reading.value if reading and isinstance(reading.value, str) else ""


class Surroundings(Value):
    """What a judgement may know beside the form: the day, the institution's other open requests (null: no store)."""

    today: date
    other_open_requests: tuple[str, ...] | None = None


class Assessment(Value):
    """What we make of an Extraction: theme, checks, rubric, and the flags that follow."""

    theme: Theme
    eligibility: Eligibility
    rubric: tuple[RubricAnswer, ...]
    flags: tuple[Flag, ...]
    disposition: Literal["ready", "flagged"]


DecisionKind = Literal[
    "value", "state", "confirm", "check", "theme", "note", "outcome", "ask", "postpone", "reopen", "undo"
]
"""``value`` and ``state`` settle an answer, ``confirm`` says the machine was right, ``check`` and ``theme`` set what it
judged, ``note`` is a word on the rubric; ``outcome`` closes a request, ``ask`` and ``postpone`` let it wait, ``reopen``
takes the outcome back, ``undo`` takes back the decision it names."""


class Decision(Value):
    """A person's word, laid over the machine's reading and never replacing it."""

    record_id: str
    made_at: datetime
    made_by: str
    kind: DecisionKind
    subject: str
    content: str
    reason: str = ""
