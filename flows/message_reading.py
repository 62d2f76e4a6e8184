"""How a message of the ledger is read: by whoever takes its bytes and gives back what is in it."""

from datetime import date
from typing import Protocol

from flows.sorting import Delivery, Request
from pipeline.mail import OpenedMail
from pipeline.messages import Message
from pipeline.records import Arrival, Record


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


def arrival_of(message: Message) -> Arrival:
    """How the message came, as a record tells it: the same each time it is read, for that is how arrivals are told
    apart. Sender and Message-ID of a mail are filled in by whoever opens it."""
    when = message.received_at.isoformat(timespec="seconds")
    return Arrival(received_at=when, channel=message.channel, filename=message.filename)
