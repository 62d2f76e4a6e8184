"""A reader of a few lines, for tests of the ledger around the real one: a mail is text, its files divided by ``--``."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from flows.process import process_bytes, quarantined
from flows.sorting import Delivery, Request
from pipeline.mail import Envelope, MailKind, OpenedMail, Part, PartOutcome
from pipeline.messages import sha256
from pipeline.records import Arrival, Record
from pipeline.trouble import Unreadable
from tests.small_stages import SMALL, TODAY


@dataclass
class SmallReading:
    """One message. A file that begins with ``x`` is ignored, with ``~`` kills its reader, with ``!`` cannot be read."""

    data: bytes
    arrival: Arrival
    is_mail: bool
    before: Callable[[], None]

    def opened(self) -> Record | OpenedMail:
        self.before()
        if not self.is_mail:
            return self._read(self.data)
        parts = [Part(filename=f"{n}.txt", data=file, media_type="text/plain") for n, file in enumerate(self._files())]
        head = Envelope(sender="ana@min.gov", message_id=self._message_id())
        return OpenedMail(envelope=head, kind=self._kind(), parts=tuple(parts))

    def finish(self) -> Delivery:
        if not self.is_mail:
            return Delivery((Request(self._read(self.data), self.data),))
        files = self._files()
        read = {file: self._read(file) for file in files if not file.startswith(b"x")}
        outcomes = tuple(
            PartOutcome(
                filename=f"{n}.txt",
                sha256=sha256(file),
                size=len(file),
                media_type="text/plain",
                fate="request" if file in read else "ignored",
                reason="" if file in read else "A logo.",
                record_id=read[file].record_id if file in read else None,
            )
            for n, file in enumerate(files)
        )
        requests = tuple(Request(record, file) for file, record in read.items())
        if not requests:
            flag = "no_form_found" if self._kind() == "letter" else "automatic_mail"
            requests = (Request(self._quarantined(self.data, flag), self.data),)
        return Delivery(requests, outcomes, self._kind(), Envelope())

    def judge_again(self, request: Request, others: tuple[str, ...]) -> Request:
        again = process_bytes(request.data, self.arrival, TODAY, lambda _: others, stages=SMALL)
        return Request(again, request.data)

    def _files(self) -> list[bytes]:
        lines = self.data.replace(b"\r\n", b"\n")
        return [file.strip() for file in lines.split(b"\n--\n")[1:] if file.strip()]

    def _kind(self) -> MailKind:
        if self.data.startswith(b"bounce"):
            return "bounce"
        return "auto_reply" if b"auto" in self.data else "letter"

    def _message_id(self) -> str | None:
        first = self.data.split(b"\n", 1)[0]
        return first.decode() if first.startswith(b"<") else None

    def _read(self, data: bytes) -> Record:
        if data.startswith(b"~"):
            return self._quarantined(data, "crash")
        return process_bytes(data, self.arrival, TODAY, lambda _: (), stages=SMALL)

    def _quarantined(self, data: bytes, code: str) -> Record:
        return quarantined(data, self.arrival, TODAY, Unreadable(code, code, "Look."))


@dataclass
class SmallReader:
    """Reads at once, in this process; ``before`` is called when a message is opened."""

    before: Callable[[], None] = lambda: None
    stopped: bool = False
    begun: list[bytes] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def today(self) -> date:
        return TODAY

    def begin(self, data: bytes, arrival: Arrival, is_mail: bool) -> SmallReading:
        with self._lock:
            self.begun.append(data)
        return SmallReading(data, arrival, is_mail, self.before)

    def stop(self) -> None:
        self.stopped = True
