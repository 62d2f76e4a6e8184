"""What a message comes to: the fate of each file in it, and of the whole, from the records that were made of them."""

from collections.abc import Sequence

from flows.sorting import Delivery, Request
from pipeline.ledger_ends import Finish
from pipeline.mail import PartOutcome
from pipeline.messages import Fate, FilePart, Role
from pipeline.open_requests import institution_key
from pipeline.records import Flag, Record

DEADLY = ("crash", "memory", "timeout")
"""Codes of records whose reader did not survive the file."""
_ROLES: dict[str, Role] = {"request": "form", "supporting": "supporting"}


def part_of(outcome: PartOutcome, records: dict[str, Record]) -> FilePart:
    """A part as the ledger has it: a request and what supports it share the fate of their record."""
    record = records.get(outcome.record_id or "")
    told = outcome.model_dump(include={"filename", "sha256", "size", "media_type", "record_id"})
    fate: Fate = "ignored" if outcome.fate == "ignored" else record.disposition if record else "quarantined"
    reason = outcome.reason or (reason_of(record) if record and fate == "quarantined" else "")
    role = _ROLES.get(outcome.fate, "none")
    return FilePart(**told, container=outcome.path, role=role, fate=fate, reason=reason)


def ending(records: Sequence[Record], parts: Sequence[FilePart]) -> Finish:
    """A message is ready if all that came of it is, quarantined if nothing could be read."""
    dispositions = {record.disposition for record in records}
    if dispositions == {"quarantined"}:
        return Finish("quarantined", "quarantined", reason_of(records[0]), parts)
    return Finish("processed", "ready" if dispositions == {"ready"} else "flagged", "", parts)


def reason_of(record: Record) -> str:
    """Why a record is quarantined, as one word of the documented list; empty for others."""
    return record.flags[0].code if record.disposition == "quarantined" and record.flags else ""


def death_in(delivery: Delivery) -> str | None:
    """What a reader died of, in a sentence; null if none did, or if two readers were tried already."""
    readings = (request.reading for request in delivery.requests if "hostile" not in _codes(request.reading))
    return next((flag.message for reading in readings for flag in reading.flags if flag.code in DEADLY), None)


def marked_hostile(record: Record) -> Record:
    """A file that killed its reader twice is not read again without a person, and the record says so."""
    codes = _codes(record)
    if record.disposition != "quarantined" or not codes & set(DEADLY) or "hostile" in codes:
        return record
    said = "Its reader died of it twice; it is not read again unless a person asks for it."
    flag = Flag(code="hostile", severity="blocker", message=said)
    return record.model_copy(update={"flags": (*record.flags, flag)})


def is_automatic(record: Record) -> bool:
    """Whether it stands for a mail that a machine wrote, with no form in it."""
    return record.disposition == "quarantined" and "automatic_mail" in _codes(record)


def same_institution(request: Request, earlier: Sequence[Request]) -> tuple[str, ...]:
    """References of the requests before it in the same mail that come from the same institution."""
    key, own = institution_key(request.reading), request.reading.record_id
    same = (other.reading for other in earlier if key[0] and institution_key(other.reading) == key)
    readable = (other for other in same if other.disposition != "quarantined" and other.record_id != own)
    return tuple(other.reference for other in readable if other.reference)


def _codes(record: Record) -> set[str]:
    return {flag.code for flag in record.flags}
