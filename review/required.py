"""Which questions a form marks as required, told again from its record, which does not keep them."""

import re

from pipeline.questions import questions
from pipeline.records import Record

_LISTED = re.compile(r"Required (?:questions without an answer|answers that could not be read): (.+?); ")
_UNANSWERED = ("blank", "placeholder", "unreadable")


def required_of(record: Record) -> frozenset[str]:
    """The required keys: those the check of completeness named, and those it would have named by default.

    An unanswered question that the check passed over is optional on this form."""
    usual = {key for key, asked in questions().items() if asked.required}
    check = next((each for each in record.eligibility.checks if each.rule == "form_complete"), None)
    if check is None:
        return frozenset(usual)
    named = _named(check.reason)
    unanswered = {key for key, reading in record.fields.items() if reading.state in _UNANSWERED}
    if check.outcome == "cannot_tell" and not named:
        return frozenset(usual)
    seen = unanswered if check.outcome != "not_met" else {key for key in unanswered if _is_missing(record, key)}
    return frozenset((usual - (seen - named)) | named)


def _is_missing(record: Record, key: str) -> bool:
    """Where answers are missing, the check does not speak of the unreadable ones."""
    return record.fields[key].state != "unreadable"


def _named(reason: str) -> set[str]:
    found = _LISTED.search(reason)
    names = found.group(1).split(", ") if found else []
    return {name.replace(" ", "_") for name in names} & set(questions())
