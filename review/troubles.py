"""What a person must look at in a request, the form's troubles first, then the rules', each with its place."""

from dataclasses import dataclass
from typing import Literal

from classifiers.rules import RULES
from pipeline.flag_list import what_to_do
from pipeline.records import FieldReading, Flag, Severity
from review.current import DOUBTFUL, Current
from review.decisions import last


@dataclass(frozen=True)
class Trouble:
    """One thing to look at. ``place`` is the anchor on the page, ``subject`` what a confirmation is about."""

    kind: Literal["form", "rule"]
    severity: Severity
    code: str
    message: str
    subject: str
    place: str
    settled: bool

    @property
    def in_the_queue(self) -> str:
        """What it says where the answer does not stand beside it."""
        name = self.subject.replace("_", " ").capitalize()
        return f"{name}: {self.message}" if self.code == "doubtful" else self.message

    @property
    def to_do(self) -> str:
        """What a person does about it; the message of a blocker says so itself, and a rule has its own buttons."""
        return "" if self.kind == "rule" or self.severity == "blocker" or self.settled else what_to_do(self.code)


def troubles(now: Current) -> tuple[Trouble, ...]:
    """Open ones of the form, open ones of the rules; settled ones keep their place."""
    found = [*_flagged(now), *_doubtful(now)]
    unique = {(each.place, each.code): each for each in found}
    return tuple(sorted(unique.values(), key=lambda each: each.kind == "rule"))


def open_troubles(now: Current) -> tuple[Trouble, ...]:
    """Those that nobody has settled yet."""
    return tuple(each for each in troubles(now) if not each.settled)


def _flagged(now: Current) -> list[Trouble]:
    """Flags of the machine and those that came with an edit; a note needs no person."""
    flags = {(flag.code, flag.field): flag for flag in (*now.machine.flags, *now.record.flags)}
    return [_of_flag(now, flag) for flag in flags.values() if flag.severity != "info"]


def _of_flag(now: Current, flag: Flag) -> Trouble:
    gone = (flag.code, flag.field) not in {(each.code, each.field) for each in now.record.flags}
    if flag.code in RULES:
        settled = gone or now.judged(flag.code) is not None
        return Trouble("rule", flag.severity, flag.code, flag.message, flag.code, f"check-{flag.code}", settled)
    if flag.code == "theme_mismatch":
        settled = gone or last(now.laid, ("theme",)) is not None
        return Trouble("rule", flag.severity, flag.code, flag.message, "area", "theme", settled)
    if flag.field:
        settled = gone or now.settled(flag.field) is not None
        return Trouble("form", flag.severity, flag.code, flag.message, flag.field, f"field-{flag.field}", settled)
    subject = f"flag:{flag.code}"
    settled = gone or last(now.laid, ("confirm",), subject) is not None
    return Trouble("form", flag.severity, flag.code, flag.message, subject, f"flag-{flag.code}", settled)


def _doubtful(now: Current) -> list[Trouble]:
    return [
        Trouble("form", "info", "doubtful", _said(reading), key, f"field-{key}", now.settled(key) is not None)
        for key, reading in now.machine.fields.items()
        if reading.state == "answered" and reading.confidence is not None and reading.confidence < DOUBTFUL
    ]


def _said(reading: FieldReading) -> str:
    assert reading.confidence is not None
    return f"The machine is unsure of this answer ({reading.confidence:.0%})."
