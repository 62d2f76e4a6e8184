"""An answer as the page of a request shows it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from babel import Locale

from pipeline.folding import fold
from pipeline.questions import Question, questions
from pipeline.records import Activity, FieldContent, FieldReading, State
from review.current import NO_READING, Current
from review.decisions import Laid
from review.search_words import country_names
from review.times import shown
from review.troubles import Trouble, troubles

SHOWN_AT_MOST = 6_000
"""Characters of an answer on the page; the editor holds all of it."""

STATES: dict[State, str] = {
    "answered": "answered",
    "blank": "left blank",
    "placeholder": "form's own prompt left in place",
    "unreadable": "not readable",
    "not_on_form": "not asked on this form",
}


@dataclass(frozen=True)
class Sureness:
    """How sure the machine is: a sign, a class for the colour, words."""

    sign: str
    name: str
    words: str


@dataclass(frozen=True)
class FieldView:
    """One answer: what holds, what the machine read, what a person said, what is troubling."""

    key: str
    label: str
    kind: str
    guide: str
    state: str
    state_words: str
    lines: tuple[str, ...]
    rows: tuple[Activity, ...]
    cut: bool
    long: bool
    raw: str
    raw_differs: bool
    sure: Sureness
    tip: str
    confidence: float | None
    settled: str
    machine: str
    differs: bool
    undo: int
    troubles: tuple[Trouble, ...]
    quotes: tuple[str, ...]
    places: int


def all_views(now: Current) -> list[FieldView]:
    """Every question in the order of the form."""
    found = troubles(now)
    return [_viewed(now, key, found) for key in questions()]


def sections(views: list[FieldView]) -> dict[str, list[FieldView]]:
    """The answers by the sections of the form; questions it does not ask are left out."""
    found: dict[str, list[FieldView]] = {}
    for view in views:
        if view.state != "not_on_form":
            found.setdefault(questions()[view.key].section.replace("_", " ").capitalize(), []).append(view)
    return found


def field_view(now: Current, key: str) -> FieldView:
    """One answer as shown. Raises ``KeyError`` for a key that is none."""
    return _viewed(now, key, troubles(now))


def _viewed(now: Current, key: str, found: tuple[Trouble, ...]) -> FieldView:
    question: Question = questions()[key]
    machine = now.machine.fields.get(key, NO_READING)
    reading, settled = now.record.fields.get(key, NO_READING), now.settled(key)
    text = "\n".join(value_lines(key, reading.value))
    return FieldView(
        key=key,
        label=label_of(key),
        kind=question.kind,
        guide=question.guide,
        state=reading.state,
        state_words=STATES[reading.state],
        lines=tuple(text[:SHOWN_AT_MOST].split("\n")) if text else (),
        rows=activities_of(reading.value),
        cut=len(text) > SHOWN_AT_MOST,
        long=len(text) > 600 or text.count("\n") > 8,
        raw=(reading.raw or "")[:SHOWN_AT_MOST],
        raw_differs=bool(reading.raw) and fold(reading.raw or "") != fold(text),
        sure=_sureness(reading, settled),
        tip=_tip(reading, settled),
        confidence=None if settled else reading.confidence,
        settled=_settled_words(settled),
        machine=_in_words(key, machine),
        differs=settled is not None and (machine.state, machine.value) != (reading.state, reading.value),
        undo=settled.id if settled else 0,
        troubles=tuple(each for each in found if each.place == f"field-{key}"),
        quotes=tuple(place.quote for place in machine.evidence if place.quote),
        places=len(machine.evidence),
    )


def label_of(key: str) -> str:
    """A question's name on the desk."""
    return key.replace("_", " ").capitalize()


def activities_of(value: FieldContent) -> tuple[Activity, ...]:
    """The rows of a table of activities."""
    return tuple(row for row in value if isinstance(row, Activity)) if isinstance(value, list) else ()


def value_lines(key: str, value: FieldContent) -> list[str]:
    """A value in lines for people; activities are shown as a table instead."""
    if value is None:
        return []
    if isinstance(value, float):
        return [f"{value:g}"]
    if isinstance(value, list):
        return [_named(key, part) for part in value if isinstance(part, str)]
    return [_named(key, line) for line in value.split("\n")]


def content_words(key: str, content: str) -> str:
    """What a decision says about an answer, in words."""
    told = json.loads(content)
    reading = FieldReading.model_validate({"state": told["state"], "value": told["value"]})
    return _in_words(key, reading)


def _in_words(key: str, reading: FieldReading) -> str:
    rows = [", ".join(cell for cell in row.model_dump().values() if cell) for row in activities_of(reading.value)]
    return "\n".join(value_lines(key, reading.value) or rows)[:SHOWN_AT_MOST] or f"({STATES[reading.state]})"


def _named(key: str, text: str) -> str:
    """Codes are for machines: countries and languages get their names."""
    if key == "institution_country":
        return f"{country_names(text)[0]} ({text})"
    if key == "working_languages":
        return f"{Locale.parse('en').languages.get(text, text)} ({text})"
    if key in ("institution_type", "declared_theme", "event_type"):
        return text.replace("_", " ")
    return text


def _sureness(reading: FieldReading, settled: Laid | None) -> Sureness:
    if settled:
        return Sureness("✓", "person", "settled by a person")
    if reading.confidence is None:
        return Sureness("–", "none", "no figure")
    for least, sign, name in _STEPS:
        if reading.confidence >= least:
            return Sureness(sign, name, f"{name}, {reading.confidence:.0%}")
    raise AssertionError("the last step begins at 0")


def told_of(now: Current, key: str) -> str:
    """An answer's name and how sure it is, for its box on the page."""
    if key == "signature":
        return f"Signature: {now.record.signature.mark}, {now.record.signature.kind}"
    reading = now.record.fields.get(key, NO_READING)
    return f"{label_of(key)}: {_tip(reading, now.settled(key))}"


def _tip(reading: FieldReading, settled: Laid | None) -> str:
    """The probability in figures."""
    if settled is not None:
        return _settled_words(settled)
    if reading.confidence is None:
        return "The machine gives no figure for this answer."
    return f"The machine finds it {reading.confidence:.1%} probable that this is right."


_STEPS = ((0.9, "●", "sure"), (0.6, "◐", "fairly sure"), (0.0, "○", "doubtful"))
"""Shape and words tell what the colour tells."""


def _settled_words(settled: Laid | None) -> str:
    if settled is None:
        return ""
    decision = settled.decision
    said = {"confirm": "confirmed", "value": "corrected", "state": "marked"}[decision.kind]
    reason = f": {decision.reason}" if decision.reason else ""
    return f"{said} by {decision.made_by}, {shown(decision.made_at)}{reason}"


def checked_of(key: str, value: FieldContent) -> Iterator[str]:
    """The codes that are ticked in a choice."""
    yield from ([value] if isinstance(value, str) else [])
    yield from (part for part in value if isinstance(part, str)) if isinstance(value, list) else ()
