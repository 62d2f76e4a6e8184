"""Mails and archives on their way through the workers: opened, every file in them read, and the files sorted.

Whoever takes post in (the command, the watcher, an upload) calls ``begin`` and later ``finish``, or ``requests_in``
for both. A file that is neither mail nor archive takes the same way and gives its one record.
"""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import cast

from extractors.mail.opening import is_post, open_mail
from flows.fence import WillNotStart
from flows.keyring import NO_KEYS, Keyring
from flows.process import quarantined
from flows.sandbox import Pool
from flows.sorting import Delivery, Request, Whole, part_arrival, sort_out
from flows.workers import SECONDS, Handed, guarded, outcome, submit, tried_twice, work
from pipeline.mail import OpenedMail, PostOffice
from pipeline.records import Arrival, Record
from pipeline.trouble import Unreadable

THE_POST_OFFICE = PostOffice()
"""Where nothing is configured: no server's word about senders is believed."""


@dataclass(frozen=True)
class Circumstances:
    """What holds for every file of a run: the day, the institution's other open requests (null: there is no store),
    passwords and certificates, what the office says about its post, and the seconds one file may take."""

    today: date
    others: tuple[str, ...] | None = None
    keyring: Keyring = NO_KEYS
    office: PostOffice = THE_POST_OFFICE
    seconds: float = SECONDS


def take_apart(data: bytes, filename: str, office: PostOffice = THE_POST_OFFICE) -> OpenedMail:
    """A mail or an archive with all its parts; pure, for a worker. Raises ``Unreadable`` if it cannot be opened."""
    return open_mail(data, filename, office.authserv_id)


def open_or_read(
    data: bytes, arrival: Arrival, circumstances: Circumstances, is_mail: bool = False
) -> Record | OpenedMail:
    """What a worker does first with a file: a mail or an archive is opened, any other file is read at once.

    ``is_mail``: it came from a mailbox and is opened as a mail whatever it looks like."""
    if is_mail or is_post(data):
        return guarded(partial(_opened, data, arrival, circumstances), data, arrival, circumstances.today)
    return work(data, arrival, circumstances.today, circumstances.others, keyring=circumstances.keyring)


def _opened(data: bytes, arrival: Arrival, circumstances: Circumstances) -> Record | OpenedMail:
    try:
        return take_apart(data, arrival.filename, circumstances.office)
    except Unreadable as trouble:
        return quarantined(data, arrival, circumstances.today, trouble)


@dataclass
class UnderWay:
    """A file handed to the workers: first it is opened, then whatever is in it is read, each part on its own, so that
    a part that harms its reader harms no other part."""

    pool: Pool
    whole: Whole
    circumstances: Circumstances
    opening: "Future[Record | OpenedMail]"
    _handed_out: "tuple[Future[Record], ...] | None" = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hand_out(self) -> "tuple[Future[Record], ...]":
        """Give the parts to the workers, once, as soon as the mail is open."""
        with self._lock:
            if self._handed_out is None:
                mail = self._opened()
                self._handed_out = self._parts_of(mail) if isinstance(mail, OpenedMail) else ()
            return self._handed_out

    def _parts_of(self, mail: OpenedMail) -> "tuple[Future[Record], ...]":
        arrivals = ((part.data, part_arrival(part, mail, self.whole)) for part in mail.documents())
        return tuple(_submit(self.pool, data, arrival, self.circumstances) for data, arrival in arrivals)

    def opened(self, done: "Future[Record | OpenedMail]") -> None:
        """What happens by itself when the mail is open; nothing, where the pool was stopped or no worker could be
        started: that is told to whoever asks for the end."""
        if not done.cancelled() and not isinstance(done.exception(), WillNotStart):
            self.hand_out()

    def finish(self) -> Delivery:
        """Wait for the parts and sort them: the requests with their bytes, and what became of every part."""
        opened = self._opened()
        if isinstance(opened, Record):
            return Delivery((Request(opened, self.whole.data),))
        parts = zip(opened.documents(), self.hand_out(), strict=True)
        readings = [self._read(part.data, part_arrival(part, opened, self.whole), future) for part, future in parts]
        return sort_out(opened, readings, self.whole)

    def judge_again(self, request: Request, others: tuple[str, ...]) -> Request:
        """The same request, judged with the institution's other open requests in mind."""
        circumstances = replace(self.circumstances, others=others)
        arrival = request.reading.source.arrivals[0]
        again = _submit(self.pool, request.data, arrival, circumstances)
        return replace(request, reading=outcome(again, request.data, arrival, circumstances.today))

    def _opened(self) -> Record | OpenedMail:
        return outcome(self.opening, self.whole.data, self.whole.arrival, self.circumstances.today)

    def _read(self, data: bytes, arrival: Arrival, future: "Future[Record]") -> Record:
        return outcome(future, data, arrival, self.circumstances.today)


def begin(pool: Pool, data: bytes, arrival: Arrival, circumstances: Circumstances, is_mail: bool = False) -> UnderWay:
    """Hand a file to the workers; ask ``finish`` for what is in it. Many may be under way on one pool."""
    opening = _opening(pool, data, arrival, circumstances, is_mail)
    whole = Whole(data, arrival, circumstances.today, circumstances.office)
    under_way = UnderWay(pool, whole, circumstances, opening)
    # Called in the thread that tends the worker: the parts stand in line before anybody asks for them.
    opening.add_done_callback(under_way.opened)
    return under_way


def _opening(
    pool: Pool, data: bytes, arrival: Arrival, circumstances: Circumstances, is_mail: bool
) -> "Future[Record | OpenedMail]":
    """The promise of the opened mail, or of a single file's record. What is in a mail is scanned for malware on its
    own: one bad attachment does not cost the others."""
    told = circumstances
    file = Handed(data, arrival, told.today, told.others, told.keyring, told.seconds)
    if not is_mail and not is_post(data) and (refused := file.scanned()) is not None:
        return cast("Future[Record | OpenedMail]", refused)
    order = (data, arrival, circumstances, is_mail)
    once = cast("Future[Record | OpenedMail]", pool.schedule(open_or_read, args=order, timeout=told.seconds))
    return tried_twice(pool, once, file)


def requests_in(
    pool: Pool, data: bytes, arrival: Arrival, circumstances: Circumstances, is_mail: bool = False
) -> Delivery:
    """Everything in one file: at least one record, and the outcome of every part. Waits until it is done."""
    return begin(pool, data, arrival, circumstances, is_mail).finish()


def _submit(pool: Pool, data: bytes, arrival: Arrival, circumstances: Circumstances) -> "Future[Record]":
    return submit(
        pool, data, arrival, circumstances.today, circumstances.others, circumstances.seconds, circumstances.keyring
    )
