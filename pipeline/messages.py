"""What the ledger's rows say: a message that came in, where it lay, and the files that were found in it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Row

from pipeline.values import Value

MessageChannel = Literal["mail", "folder", "api"]
Clock = Literal["internaldate", "own_clock", "file_time", "upload"]
MessageState = Literal["fetched", "opened", "processed", "quarantined", "ignored", "failed"]
Fate = Literal["waiting", "ready", "flagged", "quarantined", "ignored"]
Role = Literal["form", "supporting", "none"]
WAITING: tuple[MessageState, ...] = ("fetched", "opened", "failed")
"""The states from which a message still has a way to go."""


class Place(Value):
    """Where a mail lies: UIDs mean something only together with the folder's UIDVALIDITY."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


class Incoming(Value):
    """What is known of a message when it comes in. ``received_at`` by the clock that ``received_by`` names (for mail
    INTERNALDATE, or our own where the server gives none: the Date header is the sender's word); ``message_id`` is a
    clue, never the identity."""

    channel: MessageChannel
    received_at: datetime
    received_by: Clock
    filename: str = ""
    sender: str | None = None
    message_id: str | None = None
    place: Place | None = None
    wants_reference: bool = False


class Message(Value):
    """A row of the ledger; the columns are explained at ``ledger_tables.MESSAGES``."""

    id: int
    sha256: str
    channel: MessageChannel
    size: int
    filename: str
    sender: str | None
    message_id: str | None
    received_at: datetime
    received_by: Clock
    reference: str | None
    kind: str | None
    state: MessageState
    outcome: Literal["ready", "flagged", "quarantined"] | None
    reason: str
    files: int | None
    attempts: int
    deaths: int
    faults: int
    retry_at: datetime
    lease_owner: str | None
    lease_until: datetime | None
    created_at: datetime
    changed_at: datetime
    raw_deleted_at: datetime | None

    @property
    def interruptions(self) -> int:
        """How often somebody began with it and was never heard of again."""
        return self.attempts - self.deaths - self.faults


class FilePart(Value):
    """One file of a message as the ledger has it; explained at ``ledger_tables.PARTS``."""

    container: tuple[str, ...] = ()
    filename: str
    sha256: str
    size: int
    media_type: str
    role: Role = "none"
    fate: Fate = "waiting"
    reason: str = ""
    record_id: str | None = None


@dataclass(frozen=True)
class Accepted:
    """A message in the ledger; ``new`` is false if its bytes had come before. ``reference`` only where one was asked
    for."""

    message: int
    new: bool
    reference: str | None = None


def message_of(row: "Row[tuple[object, ...]]") -> Message:
    """A row as a value, its times told as UTC (SQLite forgets the zone)."""
    return Message.model_validate({name: aware(value) for name, value in row._mapping.items()})


def part_of(row: "Row[tuple[object, ...]]") -> FilePart:
    """A row of the parts as a value."""
    told = {name: value for name, value in row._mapping.items() if name in FilePart.model_fields}
    return FilePart.model_validate(told | {"container": json.loads(row._mapping["container"])})


def aware(value: object) -> object:
    """Times with their zone, everything else as it is."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def storable(text: str) -> str:
    """Text that any database takes: strangers' names may hold NUL bytes and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def new_row(digest: str, size: int, news: Incoming, now: datetime) -> dict[str, object]:
    """The row of a message that has just come in: nobody has looked into it yet."""
    return {
        "sha256": digest,
        "size": size,
        "channel": news.channel,
        "filename": storable(news.filename),
        "sender": storable(news.sender) if news.sender else None,
        "message_id": storable(news.message_id) if news.message_id else None,
        "received_at": news.received_at.astimezone(UTC),
        "received_by": news.received_by,
        "state": "fetched",
        "reason": "",
        "attempts": 0,
        "deaths": 0,
        "faults": 0,
        "retry_at": now,
        "created_at": now,
        "changed_at": now,
    }


def sha256(data: bytes) -> str:
    """The identity of bytes."""
    return hashlib.sha256(data).hexdigest()
