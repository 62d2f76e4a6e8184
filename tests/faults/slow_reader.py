"""The real worker processes with steps of a few lines, made slow as OCR is; what is killed is what works in life."""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import cast

from flows.post import take_apart
from flows.process import process_bytes, quarantined
from flows.sandbox import Pool
from flows.sorting import Delivery, Request, Whole, part_arrival, sort_out
from flows.workers import outcome
from pipeline.mail import OpenedMail, PostOffice
from pipeline.records import Arrival, Record
from pipeline.trouble import Unreadable
from tests.small_stages import SMALL, TODAY


def open_slowly(data: bytes) -> OpenedMail:
    """In the worker: the real opening of a mail."""
    return take_apart(data, "")


def read_slowly(data: bytes, arrival: Arrival, seconds: float) -> Record:
    """In the worker: a form of a few lines, after as long as OCR takes."""
    time.sleep(seconds)
    if not data.startswith(b"title"):
        return quarantined(data, arrival, TODAY, Unreadable("no_form_found", "No form.", "Look."))
    return process_bytes(data.strip().replace(b"\r\n", b"\n"), arrival, TODAY, lambda _: (), stages=SMALL)


@dataclass
class SlowReading:
    """One mail in the workers."""

    pool: Pool
    data: bytes
    arrival: Arrival
    seconds: float
    _mail: "Record | OpenedMail | None" = None

    def opened(self) -> Record | OpenedMail:
        opening = cast("Future[OpenedMail]", self.pool.schedule(open_slowly, (self.data,), 60.0))
        self._mail = outcome(opening, self.data, self.arrival, TODAY)
        return self._mail

    def finish(self) -> Delivery:
        assert self._mail is not None
        if isinstance(self._mail, Record):
            return Delivery((Request(self._mail, self.data),))
        whole = Whole(self.data, self.arrival, TODAY, PostOffice())
        return sort_out(self._mail, self._readings(self._mail, whole), whole)

    def judge_again(self, request: Request, others: tuple[str, ...]) -> Request:
        return request

    def _readings(self, mail: OpenedMail, whole: Whole) -> Sequence[Record]:
        files = [(part.data, part_arrival(part, mail, whole)) for part in mail.documents()]
        orders = [self.pool.schedule(read_slowly, (data, how, self.seconds), 60.0) for data, how in files]
        return [
            cast(Record, outcome(cast("Future[Record]", order), data, how, TODAY))
            for order, (data, how) in zip(orders, files, strict=True)
        ]


@dataclass
class SlowReader:
    """Reads with the workers of ``pool``, ``seconds`` for each file."""

    pool: Pool
    seconds: float
    stopped: bool = False

    @property
    def today(self) -> date:
        return TODAY

    def begin(self, data: bytes, arrival: Arrival, is_mail: bool) -> SlowReading:
        return SlowReading(self.pool, data, arrival, self.seconds)

    def stop(self) -> None:
        self.stopped = True
        self.pool.stop()
