"""A request as it stands now: the newest reading, what persons decided laid over it, and the checks run again."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import TypeAdapter

from classifiers.assessment import assess
from classifiers.rules import RULES, SCOPE
from pipeline.questions import questions
from pipeline.records import (
    Activity,
    Area,
    Check,
    Disposition,
    Eligibility,
    FieldContent,
    FieldReading,
    Flag,
    Outcome,
    Record,
    Theme,
    Topic,
)
from pipeline.stages import Extraction, Surroundings
from review.decisions import ANSWER, STAGE, Laid, Reading, in_force, last
from review.required import required_of

Stage = Literal["flagged", "ready", "waiting", "quarantined", "decided"]

JUDGED = frozenset({*RULES, "theme_mismatch", "institution_type_mismatch", "unreadable_answer", "empty_form"})
"""Flags that the checks give; all others come from reading the file."""
DOUBTFUL = 0.6
"""An answer less sure than this is shown to a person whether or not a flag speaks of it."""
NO_READING = FieldReading(state="not_on_form")
_CONTENT: TypeAdapter[FieldContent] = TypeAdapter(str | float | list[str] | list[Activity] | None)
_SPOKEN = ("text", "line", "activities")


@dataclass(frozen=True)
class Current:
    """``machine`` is what was read, ``record`` what holds now; ``laid`` are the decisions in force, ``version`` the
    number of the last decision, taken back or not."""

    machine: Record
    record: Record
    reading_id: int
    version: int
    laid: tuple[Laid, ...]
    every: tuple[Laid, ...]
    stage: Stage

    def settled(self, key: str) -> Laid | None:
        """The decision that settles an answer; a confirmation only of what the machine reads now."""
        found = last(self.laid, ANSWER, key)
        if found and found.decision.kind == "confirm" and found.decision.content != content_of(self.machine, key):
            return None
        return found

    def judged(self, rule: str) -> Laid | None:
        """The decision that sets a check's outcome."""
        return last(self.laid, ("check",), rule)

    def words(self, key: str) -> str:
        """A text answer as it holds now, or an empty string."""
        reading = self.record.fields.get(key)
        return reading.value if reading and isinstance(reading.value, str) else ""

    def doubts(self, key: str) -> bool:
        """True if an answer is flagged or doubtful and nobody has settled it."""
        reading = self.record.fields.get(key)
        unsure = reading is not None and reading.confidence is not None and reading.confidence < DOUBTFUL
        flagged = any(flag.field == key and flag.severity != "info" for flag in self.record.flags)
        return (unsure or flagged) and self.settled(key) is None

    @property
    def title(self) -> str:
        """The request's title, cut for a heading."""
        return self.words("title")[:300]

    @property
    def institution(self) -> str:
        """The requesting institution."""
        return self.words("institution_name")[:300]

    @property
    def country(self) -> str:
        """The institution's country by its code."""
        return self.words("institution_country")

    @property
    def standing(self) -> Laid | None:
        """The decision that says where the request stands."""
        return last(self.laid, STAGE)


def current(
    reading: Reading, every: tuple[Laid, ...], today: date, others: tuple[str, ...], judged: bool = False
) -> Current:
    """Lay the decisions over the reading; ``others`` are the institution's other open requests, ``judged`` if a person
    had a say in which they are, so that the checks run again also where nothing else was decided."""
    laid = in_force(every)
    version = every[-1].id if every else 0
    bare = Current(reading.record, reading.record, reading.id, version, laid, every, reading.record.disposition)
    changes = [each for each in laid if each.decision.kind in (*ANSWER, "check", "theme")]
    key = (reading.record.record_id, reading.id, reading.print, version, today, others)
    record = _judged_once(key, bare, today, others) if changes or judged else reading.record
    return Current(reading.record, record, reading.id, version, laid, every, _stage(bare, record, today))


_JUDGED: dict[tuple[object, ...], Record] = {}
_MOST_KEPT = 200


def _judged_once(key: tuple[object, ...], bare: Current, today: date, others: tuple[str, ...]) -> Record:
    """The checks take longer than all the rest of a page; nothing changes until somebody decides something."""
    if (known := _JUDGED.get(key)) is not None:
        return known
    while len(_JUDGED) >= _MOST_KEPT:
        _JUDGED.pop(next(iter(_JUDGED)), None)
    _JUDGED[key] = _laid_over(bare, Surroundings(today=today, other_open_requests=others))
    return _JUDGED[key]


def content_of(record: Record, key: str) -> str:
    """An answer as a decision keeps it: state and value as JSON."""
    reading = record.fields.get(key, NO_READING)
    return reading.model_dump_json(include={"state", "value"})


def postponed_until(standing: Laid) -> date:
    """The day on which a postponed request comes back to the queue."""
    return date.fromisoformat(json.loads(standing.decision.content)["until"])


def _stage(bare: Current, record: Record, today: date) -> Stage:
    standing = bare.standing
    if standing and standing.decision.kind == "outcome":
        return "decided"
    if standing and standing.decision.kind == "ask":
        return "waiting"
    if standing and standing.decision.kind == "postpone" and today < postponed_until(standing):
        return "waiting"
    return record.disposition


def _laid_over(bare: Current, surroundings: Surroundings) -> Record:
    machine = bare.machine
    fields = {key: _answer(bare, key) for key in _keys(bare)}
    extraction = Extraction(
        document=machine.document,
        media_type=machine.source.media_type,
        fields={key: _as_written(machine, key, reading) for key, reading in fields.items()},
        signature=machine.signature,
        required=required_of(machine),
        flags=tuple(flag for flag in machine.flags if flag.code not in JUDGED and not _answered_by_person(bare, flag)),
    )
    assessment = assess(extraction, surroundings, _theme(bare, fields))
    checks = tuple(_check(bare, check) for check in assessment.eligibility.checks)
    flags = tuple(flag for flag in assessment.flags if not _overruled(bare, flag))
    return machine.model_copy(
        update={
            "fields": fields,
            "theme": assessment.theme,
            "eligibility": Eligibility(outcome=_eligible(checks), checks=checks),
            "rubric": assessment.rubric,
            "flags": flags,
            "disposition": _disposition(fields, flags),
        }
    )


def _keys(bare: Current) -> list[str]:
    settled = [each.decision.subject for each in bare.laid if each.decision.kind in ("value", "state")]
    return list(dict.fromkeys((*bare.machine.fields, *settled)))


def _answer(bare: Current, key: str) -> FieldReading:
    """A person's value has no probability; the machine's words and places stay beside it."""
    machine = bare.machine.fields.get(key, NO_READING)
    settled = bare.settled(key)
    if settled is None or settled.decision.kind == "confirm":
        return machine
    told = json.loads(settled.decision.content)
    value = _CONTENT.validate_python(told["value"])
    return machine.model_copy(update={"state": told["state"], "value": value, "confidence": None})


def _as_written(machine: Record, key: str, reading: FieldReading) -> FieldReading:
    """For the checks a person's value stands in the place of the words on the form."""
    if machine.fields.get(key) is reading:
        return reading
    value = reading.value
    if isinstance(value, list):
        parts = [
            part if isinstance(part, str) else ", ".join(filter(None, part.model_dump().values())) for part in value
        ]
        return reading.model_copy(update={"raw": "\n".join(parts)})
    return reading.model_copy(update={"raw": f"{value:g}" if isinstance(value, float) else value})


def _answered_by_person(bare: Current, flag: Flag) -> bool:
    if flag.field:
        return bare.settled(flag.field) is not None
    return last(bare.laid, ("confirm",), f"flag:{flag.code}") is not None


def _theme(bare: Current, fields: dict[str, FieldReading]) -> Theme | None:
    """What persons set; else what was judged before where no text has changed; else null: judge anew."""
    machine = bare.machine.theme
    declared = fields["declared_theme"].value if "declared_theme" in fields else None
    ticked = tuple(area for area in declared if isinstance(area, str)) if isinstance(declared, list) else ()
    area, topics = last(bare.laid, ("theme",), "area"), last(bare.laid, ("theme",), "topics")
    if not area and not topics:
        return None if _texts_changed(bare, fields) else machine.model_copy(update={"declared": ticked})
    known = {topic.key: topic for topic in machine.topics}
    named = json.loads(topics.decision.content) if topics else list(known)
    chosen = tuple(known.get(key, Topic(key=key, score=1.0)) for key in named)
    judged: Area = json.loads(area.decision.content) if area else machine.area
    return Theme(area=judged, scores=machine.scores, topics=chosen, declared=ticked)


def _texts_changed(bare: Current, fields: dict[str, FieldReading]) -> bool:
    """Only texts and activities speak for a theme."""
    old = bare.machine.fields
    changed = [key for key, reading in fields.items() if old.get(key, NO_READING).value != reading.value]
    return any(questions()[key].kind in _SPOKEN for key in changed if key in questions())


def _check(bare: Current, check: Check) -> Check:
    judged = bare.judged(check.rule)
    if judged is None:
        return check
    outcome: Outcome = json.loads(judged.decision.content)
    return Check.model_validate(check.model_dump() | {"outcome": outcome, "reason": judged.decision.reason})


def _overruled(bare: Current, flag: Flag) -> bool:
    """A check that a person finds kept raises no flag; any other note goes when a person has settled it."""
    judged = bare.judged(flag.code)
    if judged is not None:
        return json.loads(judged.decision.content) in ("met", "not_applicable")
    if flag.code == "theme_mismatch" and last(bare.laid, ("theme",), "area"):
        return True
    return flag.code not in RULES and _answered_by_person(bare, flag) and flag.code != "unreadable_answer"


def _eligible(checks: tuple[Check, ...]) -> Literal["eligible", "review"]:
    outcomes = {check.rule: check.outcome for check in checks}
    return "eligible" if all(outcomes.get(rule) == "met" for rule in SCOPE) else "review"


def _disposition(fields: dict[str, FieldReading], flags: tuple[Flag, ...]) -> Disposition:
    unread = any(reading.state == "unreadable" for reading in fields.values())
    return "flagged" if unread or any(flag.severity != "info" for flag in flags) else "ready"
