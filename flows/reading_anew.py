"""Reading anew, with the rules and models of today, what was read with older ones. The earlier reading stays beside.

Where the new reading says something else, it carries a flag that names in what, so that a person looks; a new reading
that fails where the earlier one did not is not kept at all.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flows.message_reading import Reader, Reading, arrival_of
from flows.provenance import made_with
from flows.sorting import Request
from pipeline.differences import differences
from pipeline.ledger import Ledger
from pipeline.ledger_signs import notify
from pipeline.messages import Message
from pipeline.older_readings import made_otherwise, note_read_anew
from pipeline.records import Arrival, Flag, Record
from pipeline.store import Store

AT_ONCE = 6
"""Messages in the hands of the workers at once."""
OF_THE_MAIL = ("sender_", "reply_", "forwarded", "came_with_", "links_", "form_in_mail", "mail_notice", "message_id_")
"""Beginnings of the codes of flags that only the mail around a form can give."""


@dataclass
class Anew:
    """How many requests were read anew, how many of them differ, and how many kept their earlier reading because the
    new one failed."""

    read: int = 0
    different: int = 0
    failed: int = 0

    def sentence(self) -> str:
        """For the log of the night."""
        return f"{self.read} read anew, {self.different} differ, {self.failed} kept their earlier reading"


@dataclass(frozen=True)
class _Bundle:
    """Requests that came in one message, or one by itself whose mail nobody kept."""

    message: Message | None
    earlier: tuple[Record, ...]
    reading: Reading


def anything_older(store: Store, today: date, closed_too: bool = False) -> bool:
    """Whether there is anything to read anew."""
    return bool(made_otherwise(store, made_with(today), closed_too))


def read_anew(ledger: Ledger, store: Store, reader: Reader, closed_too: bool = False) -> Anew:
    """Read anew whatever was made with older rules or models, all of it, several messages at once."""
    told = Anew()
    waiting: deque[_Bundle] = deque()
    for bundle in _bundles(ledger, store, reader, made_otherwise(store, made_with(reader.today), closed_too)):
        waiting.append(bundle)
        if len(waiting) >= AT_ONCE:
            _Comparing(ledger, store, reader, told).end(waiting.popleft())
        if reader.stopped:
            return told
    while waiting and not reader.stopped:
        _Comparing(ledger, store, reader, told).end(waiting.popleft())
    return told


def _bundles(ledger: Ledger, store: Store, reader: Reader, record_ids: Sequence[str]) -> Iterator[_Bundle]:
    done: set[str] = set()
    wanted = set(record_ids)
    for record_id in record_ids:
        if record_id in done:
            continue
        message = ledger.message_of_record(record_id)
        if message is not None and (message.raw_deleted_at or message.state not in ("processed", "quarantined")):
            message = None
        together = [record_id]
        if message is not None:
            parts = (part.record_id for part in ledger.parts(message.id))
            together = [each for each in dict.fromkeys(parts) if each in wanted and each not in done]
        done.update(together)
        earlier = tuple(store.versions(each)[-1] for each in together)
        if any(flag.code == "hostile" for record in earlier for flag in record.flags):
            # Never read again without a person.
            continue
        if reading := _begun(ledger, store, reader, message, earlier[0]):
            yield _Bundle(message, earlier, reading)


def _begun(ledger: Ledger, store: Store, reader: Reader, message: Message | None, record: Record) -> Reading | None:
    """The message, or the file alone, in the hands of the workers; null where its bytes are no longer as they came
    (the look at the originals tells of it)."""
    try:
        if message is not None:
            return reader.begin(ledger.raw(message), arrival_of(message), message.channel == "mail")
        return reader.begin(store.raw(record.source.sha256), _arrival(record), False)
    except (FileNotFoundError, ValueError):
        return None


@dataclass(frozen=True)
class _Comparing:
    """New readings beside earlier ones."""

    ledger: Ledger
    store: Store
    reader: Reader
    told: Anew

    def end(self, bundle: _Bundle) -> None:
        """Wait for the readings of a bundle and keep them."""
        found = {request.reading.record_id: request for request in bundle.reading.finish().requests}
        if self.reader.stopped:
            return
        for earlier in bundle.earlier:
            self.told.read += 1
            request = found.get(earlier.record_id)
            if request is None:
                self._failed(earlier, "not found in its message")
            else:
                self._compare(earlier, self._judged(bundle.reading, request), bundle.message is None)
        self._tell_of_others(bundle, found)

    def _judged(self, reading: Reading, request: Request) -> Request:
        others = self.store.other_open_requests(request.reading)
        return reading.judge_again(request, others) if others else request

    def _compare(self, earlier: Record, request: Request, alone: bool) -> None:
        later = request.record
        if later.disposition == "quarantined" and earlier.disposition != "quarantined":
            self._failed(earlier, f"quarantined: {later.flags[0].code if later.flags else 'without a reason'}")
            return
        later = _beside(earlier, later, alone)
        different = differences(earlier, later)
        if different:
            self.told.different += 1
            later = _flagged(later, different, self.reader.today.isoformat())
        with self.store.engine.execution_options(writes=True).begin() as connection:
            self.store.keep_within(connection, later)
        self._note(earlier, ", ".join(different) or "no difference")

    def _failed(self, earlier: Record, why: str) -> None:
        self.told.failed += 1
        said = f"Request {earlier.reference}: newer rules or models cannot read it ({why}); its earlier reading stands."
        notify(self.ledger, "read_anew_failed", earlier.record_id, said)
        self._note(earlier, why)

    def _note(self, earlier: Record, detail: str) -> None:
        now = made_with(self.reader.today)
        note_read_anew(self.store, earlier.record_id, now, detail, self.ledger.clock())

    def _tell_of_others(self, bundle: _Bundle, found: dict[str, Request]) -> None:
        """Newer rules find a form where none was found before: a person says whether it is taken in."""
        if bundle.message is None:
            return
        readable = (request.reading for request in found.values() if request.reading.disposition != "quarantined")
        new = [each for each in readable if not self.store.versions(each.record_id)]
        if new:
            number = bundle.message.id
            said = (
                f"Newer rules find {len(new)} more request(s) in message {number}: socieux ledger --try-again {number}"
            )
            notify(self.ledger, "more_requests", f"message {number}", said)


def _beside(earlier: Record, later: Record, alone: bool) -> Record:
    """The later reading as one of the same request: it has not come in once more, and what came beside it, and with
    what mail, is as it was."""
    codes = {flag.code for flag in later.flags}
    kept = tuple(flag for flag in earlier.flags if flag.code.startswith(OF_THE_MAIL) and flag.code not in codes)
    beside = earlier.source.supporting_documents if alone else later.source.supporting_documents
    warned = later.disposition == "ready" and any(flag.severity != "info" for flag in kept)
    return later.model_copy(
        update={
            "reference": earlier.reference,
            "source": later.source.model_copy(update={"arrivals": (), "supporting_documents": beside}),
            "flags": (*later.flags, *kept),
            "disposition": "flagged" if warned else later.disposition,
        }
    )


def _flagged(record: Record, different: Sequence[str], day: str) -> Record:
    said = f"Read anew on {day} with newer rules or models, with another result for: {', '.join(different)}."
    flag = Flag(code="read_differently", severity="warning", message=f"{said} The earlier reading is kept.")
    disposition = "flagged" if record.disposition == "ready" else record.disposition
    return record.model_copy(update={"flags": (*record.flags, flag), "disposition": disposition})


def _arrival(record: Record) -> Arrival:
    """How the file came, from its record."""
    names = set(Arrival.model_fields)
    return Arrival.model_validate(record.source.model_dump(include=names))
