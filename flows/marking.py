"""One record marked against its gold record: every part that a person has judged, right or wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flows.likeness import Likeness, bare, compare
from pipeline.gold import Gold
from pipeline.questions import ValueKind, questions
from pipeline.records import Evidence, FieldContent, FieldReading, Record

Compare = Callable[[ValueKind, FieldContent, FieldContent], Likeness]
TICKED = ("institution_type", "declared_theme", "event_type", "working_languages")
"""Questions that are answered by ticks."""
FACTS = ("language", "form_kind", "text_origin")
UNANSWERED = ("blank", "placeholder", "unreadable")
_NOT_THERE = FieldReading(state="not_on_form")
_TEXTS: tuple[ValueKind, ...] = ("line", "text")
_SPOKEN_FOR = 0.6
"""The share of a quote's words that must stand in the answer it is given for."""


@dataclass(frozen=True)
class Mark:
    """One part: what was wanted, what was given, whether that is right, and how likely the record said it was."""

    name: str
    wanted: str
    given: str
    right: bool
    likeness: Likeness = Likeness(False)
    said: float | None = None

    @property
    def sentence(self) -> str:
        """For a person who looks for what went wrong."""
        return f"{self.name}: {self.given} for {self.wanted}"


@dataclass(frozen=True)
class Marked:
    """The marks of one form. ``missing``: there is no record. ``fields`` are the answers wanted, ``states`` every
    question on the form, ``invented`` values where the form has none. ``topics``: right, too many, too few.
    ``evidence``: values with a place and a quote that fits, values given."""

    gold: Gold
    missing: bool
    disposition: str
    fields: tuple[Mark, ...] = ()
    states: tuple[Mark, ...] = ()
    invented: tuple[Mark, ...] = ()
    facts: tuple[Mark, ...] = ()
    signature: tuple[Mark, ...] = ()
    checks: tuple[Mark, ...] = ()
    area: tuple[Mark, ...] = ()
    outcome: tuple[Mark, ...] = ()
    topics: tuple[int, int, int] = (0, 0, 0)
    given: int = 0
    sure: int = 0
    evidence: tuple[int, int] = (0, 0)

    @property
    def wrong(self) -> tuple[Mark, ...]:
        """What an analyst would be misled by: values, checks, area."""
        every = (*self.fields, *self.invented, *self.checks, *self.area)
        return tuple(mark for mark in every if not mark.right)

    @property
    def silent(self) -> bool:
        """The record says that nobody need look, and it is wrong, or somebody must."""
        too_soon = any(mark.wanted != "ready" for mark in self.outcome)
        return self.disposition == "ready" and bool(self.wrong or too_soon)

    @property
    def said(self) -> tuple[tuple[float, bool], ...]:
        """The probabilities the record gave for its values, and whether each was right."""
        return tuple((mark.said, mark.right) for mark in (*self.fields, *self.invented) if mark.said is not None)


def mark(gold: Gold, record: Record | None, compared: Compare = compare) -> Marked:
    """Mark a record, null where there is none; ``compared`` says when a value is right."""
    fields = tuple(_fields(gold, record, compared))
    invented = tuple(_invented(gold, record))
    values = [reading for key, reading in _readings(record).items() if gold.judges(key) and _gives(reading)]
    return Marked(
        gold=gold,
        missing=record is None,
        disposition=record.disposition if record else "missing",
        fields=fields,
        states=tuple(_states(gold, record)),
        invented=invented,
        facts=tuple(_facts(gold, record)),
        signature=tuple(_signature(gold, record)),
        checks=tuple(_checks(gold, record)),
        area=tuple(_area(gold, record)),
        outcome=tuple(_outcome(gold, record)),
        topics=_topics(gold, record),
        given=sum(_is_given(each, record) for each in fields) + len(invented),
        sure=sum(reading.confidence is not None for reading in values),
        evidence=(_well_founded(gold, record), len(values)),
    )


def _readings(record: Record | None) -> dict[str, FieldReading]:
    return record.fields if record else {}


def _gives(reading: FieldReading) -> bool:
    """A value is given: answered, with something in it."""
    return reading.state == "answered" and reading.value not in (None, "", [])


def _is_given(each: Mark, record: Record | None) -> bool:
    """That nobody can tell is a value too, where it is right."""
    return _gives(_readings(record).get(each.name, _NOT_THERE)) or (each.right and each.wanted == "None")


def _fields(gold: Gold, record: Record | None, compared: Compare) -> Iterator[Mark]:
    for key, wanted in gold.fields.items():
        if key not in questions() or not gold.judges(key):
            continue
        reading = _readings(record).get(key, _NOT_THERE)
        likeness = compared(questions()[key].kind, wanted, reading.value)
        answered = reading.state == "answered"
        likeness = likeness if answered else compared(questions()[key].kind, wanted, None)
        said = reading.confidence if _gives(reading) else None
        given = repr(reading.value) if answered else reading.state
        yield Mark(key, repr(wanted), given, likeness.right and answered, likeness, said)


def _states(gold: Gold, record: Record | None) -> Iterator[Mark]:
    for key in questions():
        wanted = "answered" if key in gold.fields else gold.states.get(key)
        if wanted and gold.judges(key):
            given = _readings(record).get(key, _NOT_THERE).state if record else "missing"
            yield Mark(key, wanted, given, given == wanted)


def _invented(gold: Gold, record: Record | None) -> Iterator[Mark]:
    for key, reading in _readings(record).items():
        if key not in gold.fields and gold.judges(key) and _gives(reading):
            wanted = gold.states.get(key, "not_on_form")
            yield Mark(key, wanted, repr(reading.value), False, said=reading.confidence)


def _facts(gold: Gold, record: Record | None) -> Iterator[Mark]:
    for name in FACTS:
        if gold.judges(name):
            wanted, given = getattr(gold, name), getattr(record.document, name) if record else "missing"
            yield Mark(name, str(wanted), str(given), wanted == given)


def _signature(gold: Gold, record: Record | None) -> Iterator[Mark]:
    for part, wanted in gold.signature.model_dump().items():
        if gold.judges(f"signature.{part}"):
            given = getattr(record.signature, part) if record else "missing"
            yield Mark(f"signature.{part}", wanted, given, wanted == given)


def _checks(gold: Gold, record: Record | None) -> Iterator[Mark]:
    outcomes = {check.rule: check.outcome for check in record.eligibility.checks} if record else {}
    for rule, wanted in gold.checks.items():
        accepted = wanted if isinstance(wanted, list) else [wanted]
        given = outcomes.get(rule)
        yield Mark(rule, " or ".join(accepted), str(given), given in accepted)


def _area(gold: Gold, record: Record | None) -> Iterator[Mark]:
    if gold.judges("theme.area"):
        accepted = gold.theme.area if isinstance(gold.theme.area, list) else [gold.theme.area]
        given = record.theme.area if record else "missing"
        yield Mark("theme", " or ".join(accepted), given, given in accepted)


def _topics(gold: Gold, record: Record | None) -> tuple[int, int, int]:
    if not gold.judges("theme.topics"):
        return (0, 0, 0)
    wanted = set(gold.theme.topics)
    given = {topic.key for topic in record.theme.topics} if record else set()
    return len(wanted & given), len(given - wanted), len(wanted - given)


def _outcome(gold: Gold, record: Record | None) -> Iterator[Mark]:
    if gold.judges("disposition"):
        given = record.disposition if record else "missing"
        yield Mark("disposition", gold.disposition, given, gold.disposition == given)


def _well_founded(gold: Gold, record: Record | None) -> int:
    """How many values have a place and words of the form that bear them out."""
    found = 0
    for key, reading in _readings(record).items():
        if gold.judges(key) and _gives(reading):
            wanted = gold.fields.get(key) if key in questions() and questions()[key].kind in _TEXTS else None
            found += _borne_out(reading, wanted if isinstance(wanted, str) else None)
    return found


def _borne_out(reading: FieldReading, wanted: str | None) -> bool:
    written = bare(reading.raw) if reading.raw is not None else bare(reading.model_dump_json(include={"value"}))
    quotes = [bare(place.quote) for place in reading.evidence if _is_placed(place)]
    fitting = [quote for quote in quotes if quote and quote in written]
    if wanted is None:
        return bool(fitting)
    known = set(bare(wanted).split())
    return any(sum(word in known for word in quote.split()) >= _SPOKEN_FOR * len(quote.split()) for quote in fitting)


def _is_placed(place: Evidence) -> bool:
    if place.path:
        return True
    box = place.bbox
    return place.page is not None and place.page >= 1 and box is not None and box[0] < box[2] and box[1] < box[3]
