"""One message of the ledger from its bytes to its end: opened, its files noted, read, and finished with its records."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from flows.process import quarantined
from flows.sorting import Delivery, Request
from pipeline import ledger_work
from pipeline.document import Unreadable
from pipeline.ledger import Fate, FilePart, Ledger, Message, Role, sha256
from pipeline.ledger_work import Clues, Finish
from pipeline.mail import OpenedMail, PartOutcome
from pipeline.raw import keep_raw
from pipeline.records import Arrival, Flag, Record
from pipeline.references import new_reference
from pipeline.store import Store, institution_key

MOST_DEATHS = 2
"""So many readers may die of a message; then it is not read again without a person."""
MOST_INTERRUPTIONS = 10
"""So often the whole watcher may vanish while it reads a message; kinder, for most often it is not the message."""
MOST_FAULTS = 12
"""Tries after failures of our own side, over about two days; then a person is asked."""
DEADLY = ("crash", "memory", "timeout")
"""Codes of records whose reader did not survive the file."""

_BY_HAND = "Look at the original; `socieux ledger --try-again` reads it anew."


class Stopped(Exception):
    """We are asked to stop; the message is handed back."""


class Reading(Protocol):
    """A message in the hands of the workers (``flows.post.UnderWay``)."""

    def opened(self) -> Record | OpenedMail:
        """The opened mail; or, of a single file and of a mail that cannot be opened, its record."""

    def finish(self) -> Delivery:
        """Wait for every file in it and sort them."""

    def judge_again(self, request: Request, others: tuple[str, ...]) -> Request:
        """The same request with the institution's other open requests in mind."""


class Reader(Protocol):
    """Whoever reads messages: worker processes, or a stand-in in a test."""

    @property
    def today(self) -> date:
        """The day of the judgement."""

    @property
    def stopped(self) -> bool:
        """Whether ``stop`` was called; readings may then have ended for no fault of the message."""

    def begin(self, data: bytes, arrival: Arrival, is_mail: bool) -> Reading:
        """Hand the bytes over."""

    def stop(self) -> None:
        """End all readings at once."""


def read_message(ledger: Ledger, store: Store, reader: Reader, message: Message, owner: str) -> None:
    """Bring a claimed message to its end. Raises ``OSError`` or ``SQLAlchemyError`` for trouble of our own side: the
    caller puts it back. What the message itself does wrong ends in a quarantine that a person sees."""
    _Work(ledger, store, reader, message, owner).run()


def arrival_of(message: Message) -> Arrival:
    """How the message came, as a record tells it: the same each time it is read, for that is how arrivals are told
    apart. Sender and Message-ID of a mail are filled in by whoever opens it."""
    when = message.received_at.isoformat(timespec="seconds")
    return Arrival(received_at=when, channel=message.channel, filename=message.filename)


@dataclass
class _Work:
    """The work on one claimed message."""

    ledger: Ledger
    store: Store
    reader: Reader
    message: Message
    owner: str
    clues: Clues = field(default_factory=Clues)

    def run(self) -> None:
        """Top to bottom; whoever lost the lease on the way has changed nothing."""
        try:
            data = self.ledger.raw(self.message)
        except ValueError as fault:
            trouble = Unreadable("changed_on_disk", str(fault), "Restore it from a backup, then try again.")
            self._finish(Finish("quarantined", "quarantined", trouble.message), ())
            return
        if trouble_found := self._given_up():
            self._finish_whole(data, trouble_found)
            return
        reading = self.reader.begin(data, arrival_of(self.message), self.message.channel == "mail")
        if not self._note_files(reading.opened(), data):
            return
        delivery = reading.finish()
        if self.reader.stopped:
            ledger_work.hand_back(self.ledger, self.message, self.owner)
        elif (death := _death(delivery)) and self.message.deaths + 1 < MOST_DEATHS:
            ledger_work.died(self.ledger, self.message, self.owner, death)
        else:
            self._finish_delivery(reading, delivery, data)

    def _given_up(self) -> Unreadable | None:
        """Whether it was tried often enough. Counted before the reading, so the count is there whatever happens."""
        earlier = self.message.interruptions - 1
        if self.message.deaths >= MOST_DEATHS:
            return Unreadable("hostile", f"Its reader died of it more than once: {self.message.reason}", _BY_HAND)
        if earlier >= MOST_INTERRUPTIONS:
            said = f"The software was cut off {earlier} times while it read this message."
            return Unreadable("hostile", said, _BY_HAND)
        if self.message.faults >= MOST_FAULTS:
            said = f"The software failed {self.message.faults} times, not because of the file: {self.message.reason}"
            return Unreadable("not_processed", said, _BY_HAND)
        return None

    def _note_files(self, opened: Record | OpenedMail, data: bytes) -> bool:
        """The files found, on the disk and in the ledger before any of them counts as read; false: lease lost."""
        if self.reader.stopped:
            ledger_work.hand_back(self.ledger, self.message, self.owner)
            return False
        if isinstance(opened, Record):
            parts = () if self.message.channel == "mail" else (self._itself(data, opened.source.media_type),)
            return ledger_work.opened(self.ledger, self.message, self.owner, self.clues, parts)
        head = opened.envelope
        if head:
            self.clues = Clues(opened.kind, head.message_id, head.sender)
        for part in opened.parts:
            if part.data:
                keep_raw(self.ledger.raw_folder, part.data)
        waiting = tuple(
            FilePart(
                container=part.container,
                filename=part.filename,
                sha256=sha256(part.data),
                size=len(part.data),
                media_type=part.media_type,
            )
            for part in opened.parts
        )
        return ledger_work.opened(self.ledger, self.message, self.owner, self.clues, waiting)

    def _finish_delivery(self, reading: Reading, delivery: Delivery, data: bytes) -> None:
        requests = self._judged(reading, delivery.requests)
        if self.reader.stopped:
            ledger_work.hand_back(self.ledger, self.message, self.owner)
            return
        records = tuple(_hostile(request.record) for request in requests)
        if delivery.kind and all(_is_automatic(record) for record in records):
            reason = records[0].flags[0].message
            parts = [_part(outcome, {}) for outcome in delivery.outcomes]
            self._finish(Finish("ignored", None, reason, parts), ())
            return
        by_id = {record.record_id: record for record in records}
        if delivery.outcomes or delivery.kind or self.message.channel == "mail":
            parts = [_part(outcome, by_id) for outcome in delivery.outcomes]
        else:
            parts = [self._itself(data, records[0].source.media_type, records[0])]
        self._finish(_ending(records, parts), tuple(zip(records, (each.data for each in requests), strict=True)))

    def _judged(self, reading: Reading, requests: Sequence[Request]) -> tuple[Request, ...]:
        """Workers judge as if the institution had no other request open, which is nearly always so; where it has,
        judge again. Requests of the same mail count as others of each other."""
        judged: list[Request] = []
        for place, request in enumerate(requests):
            known = request.reading.reference or (self.message.reference if place == 0 else None) or new_reference()
            request = replace(request, reading=request.reading.model_copy(update={"reference": known}))
            others = (*self.store.other_open_requests(request.reading), *_same_institution(request, judged))
            if others and request.reading.disposition != "quarantined":
                again = reading.judge_again(request, tuple(dict.fromkeys(others)))
                if again.reading.disposition != "quarantined":
                    request = replace(again, reading=again.reading.model_copy(update={"reference": known}))
            judged.append(self._with_notices(request))
        return tuple(judged)

    def _with_notices(self, request: Request) -> Request:
        """One Message-ID on mails of different bytes: both are kept, and a person is told."""
        if not ledger_work.same_message_id(self.ledger, self.message, self.clues.message_id):
            return request
        said = "Another mail with other contents bears the same Message-ID; both are kept."
        flag = Flag(code="message_id_reused", severity="warning", message=said)
        return replace(request, flags=(*request.flags, flag))

    def _finish_whole(self, data: bytes, trouble: Unreadable) -> None:
        """The message as one quarantined record."""
        record = quarantined(data, arrival_of(self.message), self.reader.today, trouble)
        record = record.model_copy(update={"reference": self.message.reference})
        parts = [
            part.model_copy(update={"fate": "quarantined", "reason": trouble.message, "record_id": record.record_id})
            for part in self.ledger.parts(self.message.id)
        ]
        if not parts and self.message.channel != "mail":
            parts = [self._itself(data, record.source.media_type, record)]
        self._finish(_ending((record,), parts), ((record, data),))

    def _finish(self, end: Finish, kept: Sequence[tuple[Record, bytes]]) -> None:
        for _, data in kept:
            keep_raw(self.store.raw_folder, data)
        end = end._replace(records=tuple(record for record, _ in kept), clues=self.clues)
        ledger_work.finish(self.ledger, self.store, self.message, self.owner, end)

    def _itself(self, data: bytes, media_type: str, record: Record | None = None) -> FilePart:
        """A message that is one file is its own only part."""
        part = FilePart(
            filename=self.message.filename,
            sha256=self.message.sha256,
            size=len(data),
            media_type=media_type,
            role="form",
        )
        if record is None:
            return part
        return part.model_copy(
            update={"fate": record.disposition, "reason": _reason(record), "record_id": record.record_id}
        )


def _part(outcome: PartOutcome, records: dict[str, Record]) -> FilePart:
    """A part as the ledger has it: a request and what supports it share the fate of their record."""
    record = records.get(outcome.record_id or "")
    told = outcome.model_dump(include={"filename", "sha256", "size", "media_type", "record_id"})
    roles: dict[str, Role] = {"request": "form", "supporting": "supporting"}
    fate: Fate = "ignored" if outcome.fate == "ignored" else record.disposition if record else "quarantined"
    reason = outcome.reason or (_reason(record) if record and fate == "quarantined" else "")
    role = roles.get(outcome.fate, "none")
    return FilePart(**told, container=outcome.path, role=role, fate=fate, reason=reason)


def _ending(records: Sequence[Record], parts: Sequence[FilePart]) -> Finish:
    """A message is ready if all that came of it is, quarantined if nothing could be read."""
    dispositions = {record.disposition for record in records}
    if dispositions == {"quarantined"}:
        return Finish("quarantined", "quarantined", _reason(records[0]), parts)
    return Finish("processed", "ready" if dispositions == {"ready"} else "flagged", "", parts)


def _death(delivery: Delivery) -> str | None:
    """What a reader died of, in a sentence; null if none did, or if two readers were tried already."""
    readings = (request.reading for request in delivery.requests if not _is_hostile(request.reading))
    return next((flag.message for reading in readings for flag in reading.flags if flag.code in DEADLY), None)


def _hostile(record: Record) -> Record:
    """A file that killed its reader twice is not read again without a person, and the record says so."""
    codes = {flag.code for flag in record.flags}
    if record.disposition != "quarantined" or not codes & set(DEADLY) or "hostile" in codes:
        return record
    if _is_hostile(record):
        return record
    said = "Its reader died of it twice; it is not read again unless a person asks for it."
    flag = Flag(code="hostile", severity="blocker", message=said)
    return record.model_copy(update={"flags": (*record.flags, flag)})


def _is_hostile(record: Record) -> bool:
    return any(flag.code == "hostile" for flag in record.flags)


def _is_automatic(record: Record) -> bool:
    return record.disposition == "quarantined" and any(flag.code == "automatic_mail" for flag in record.flags)


def _same_institution(request: Request, earlier: Sequence[Request]) -> tuple[str, ...]:
    key, own = institution_key(request.reading), request.reading.record_id
    same = (other.reading for other in earlier if key[0] and institution_key(other.reading) == key)
    readable = (other for other in same if other.disposition != "quarantined" and other.record_id != own)
    return tuple(other.reference for other in readable if other.reference)


def _reason(record: Record) -> str:
    """Why a record is quarantined, as one word of the documented list; empty for others."""
    return record.flags[0].code if record.disposition == "quarantined" and record.flags else ""
