"""One message of the ledger from its bytes to its end: opened, its files noted, read, and finished with its records."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flows.message_ends import death_in, ending, is_automatic, marked_hostile, part_of, reason_of, same_institution
from flows.message_reading import Reader, Reading, arrival_of
from flows.process import quarantined
from flows.returned_letters import tell_of_returned
from flows.sorting import Delivery, Request
from pipeline import ledger_ends
from pipeline.ledger import Ledger
from pipeline.ledger_ends import Clues, Finish, Overtaken
from pipeline.ledger_signs import withdraw
from pipeline.mail import OpenedMail
from pipeline.messages import FilePart, Message, sha256
from pipeline.raw import keep_raw
from pipeline.records import Flag, Record
from pipeline.references import new_reference
from pipeline.store import Store
from pipeline.trouble import Unreadable

MOST_DEATHS = 2
"""So many readers may die of a message; then it is not read again without a person."""
MOST_INTERRUPTIONS = 10
"""So often the whole watcher may vanish while it reads a message; kinder, for most often it is not the message."""
MOST_FAULTS = 12
"""Tries after failures of our own side, over about two days; then a person is asked."""
MOST_ROUNDS = 50
"""So often requests of the same institution may come in while those of a message are judged beside them."""

_BY_HAND = "Look at the original; `socieux ledger --try-again` reads it anew."


def read_message(ledger: Ledger, store: Store, reader: Reader, message: Message, owner: str) -> None:
    """Bring a claimed message to its end. Raises ``OSError`` or ``SQLAlchemyError`` for trouble of our own side: the
    caller puts it back. What the message itself does wrong ends in a quarantine that a person sees."""
    _Work(ledger, store, reader, message, owner).run()


@dataclass
class _Work:
    """The work on one claimed message; ``clues`` are what it says of itself, once it is open."""

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
            self._finish_without_bytes(str(fault))
            return
        except FileNotFoundError:
            if self.message.faults < MOST_FAULTS:
                raise
            self._finish_without_bytes("Its bytes are not on the disk.")
            return
        if given_up := self._given_up():
            self._finish_whole(data, given_up)
            return
        reading = self.reader.begin(data, arrival_of(self.message), self.message.channel == "mail")
        if not self._note_files(reading.opened(), data):
            return
        delivery = reading.finish()
        if self.reader.stopped:
            ledger_ends.hand_back(self.ledger, self.message, self.owner)
        elif (death := death_in(delivery)) and self.message.deaths + 1 < MOST_DEATHS:
            ledger_ends.died(self.ledger, self.message, self.owner, death)
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
            ledger_ends.hand_back(self.ledger, self.message, self.owner)
            return False
        if isinstance(opened, Record):
            parts = () if self.message.channel == "mail" else (self._itself(data, opened.source.media_type),)
            return ledger_ends.opened(self.ledger, self.message, self.owner, self.clues, parts)
        if head := opened.envelope:
            self.clues = Clues(opened.kind, head.message_id, head.sender)
        if opened.kind == "bounce":
            tell_of_returned(self.ledger, self.store, data)
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
        return ledger_ends.opened(self.ledger, self.message, self.owner, self.clues, waiting)

    def _finish_delivery(self, reading: Reading, delivery: Delivery, data: bytes) -> None:
        """Judge and finish, again where another request of an institution was kept in the meantime."""
        for _ in range(MOST_ROUNDS):
            requests, beside = self._judged(reading, delivery.requests)
            if self.reader.stopped:
                ledger_ends.hand_back(self.ledger, self.message, self.owner)
                return
            records = tuple(marked_hostile(request.record) for request in requests)
            try:
                if delivery.kind and all(is_automatic(record) for record in records):
                    parts = [part_of(outcome, {}) for outcome in delivery.outcomes]
                    self._finish(Finish("ignored", None, records[0].flags[0].message, parts), ())
                else:
                    end = ending(records, self._parts(delivery, records, data))._replace(beside=beside)
                    self._finish(end, tuple(zip(records, (each.data for each in requests), strict=True)))
                return
            except Overtaken:
                continue
        raise RuntimeError("the message's requests are overtaken again and again")

    def _parts(self, delivery: Delivery, records: Sequence[Record], data: bytes) -> list[FilePart]:
        by_id = {record.record_id: record for record in records}
        if delivery.outcomes or delivery.kind or self.message.channel == "mail":
            return [part_of(outcome, by_id) for outcome in delivery.outcomes]
        return [self._itself(data, records[0].source.media_type, records[0])]

    def _judged(
        self, reading: Reading, requests: Sequence[Request]
    ) -> tuple[tuple[Request, ...], dict[str, tuple[str, ...]]]:
        """Workers judge as if the institution had no other request open, which is nearly always so; where it has,
        judge again. Requests of the same mail count as others of each other. Gives with them whom each was judged
        beside."""
        judged: list[Request] = []
        beside: dict[str, tuple[str, ...]] = {}
        for place, request in enumerate(requests):
            request = replace(request, reading=self._with_reference(request.reading, first=place == 0))
            others = (*self.store.other_open_requests(request.reading), *same_institution(request, judged))
            beside[request.reading.record_id] = tuple(dict.fromkeys(others))
            if others and request.reading.disposition != "quarantined":
                again = reading.judge_again(request, beside[request.reading.record_id])
                if again.reading.disposition != "quarantined":
                    known = {"reference": request.reading.reference}
                    request = replace(again, reading=again.reading.model_copy(update=known))
            judged.append(self._with_notices(request))
        return tuple(judged), beside

    def _with_reference(self, reading: Record, first: bool) -> Record:
        """The reference it has in the store, or that its uploader was told, or a new one."""
        told = self.message.reference if first else None
        known = reading.reference or self.store.reference_of(reading.record_id) or told or new_reference()
        return reading.model_copy(update={"reference": known})

    def _with_notices(self, request: Request) -> Request:
        """One Message-ID on mails of different bytes: both are kept, and a person is told."""
        if not ledger_ends.same_message_id(self.ledger, self.message, self.clues.message_id):
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
        self._finish(ending((record,), parts), ((record, data),))

    def _finish_without_bytes(self, said: str) -> None:
        """There is nothing to make a record of; the files that were found in it stay accounted for."""
        parts = [
            part.model_copy(update={"fate": "quarantined", "reason": said, "record_id": None})
            for part in self.ledger.parts(self.message.id)
        ]
        self._finish(Finish("quarantined", "quarantined", f"{said} Restore it from a backup.", parts), ())

    def _finish(self, end: Finish, kept: Sequence[tuple[Record, bytes]]) -> None:
        for _, data in kept:
            keep_raw(self.store.raw_folder, data)
        end = end._replace(records=tuple(record for record, _ in kept), clues=self.clues)
        done = ledger_ends.finish(self.ledger, self.store, self.message, self.owner, end)
        if done is not None and self.message.faults:
            withdraw(self.ledger, "our_fault", f"message {self.message.id}")

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
        known = {"fate": record.disposition, "reason": reason_of(record), "record_id": record.record_id}
        return part.model_copy(update=known)
