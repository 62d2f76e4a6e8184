"""The ledger: everything that came in, once each, with where it was seen. What becomes of it is ``ledger_work``.

The order is the promise: the bytes are on the disk, then the row is written, and only then may anything else happen.
Every step may be repeated after a crash and changes nothing the second time.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine, Row, select, update

from pipeline.ledger_tables import MESSAGES, PARTS, SIGHTINGS
from pipeline.opening import insert_new
from pipeline.raw import keep_raw, read_raw
from pipeline.references import new_reference
from pipeline.values import Value

MessageChannel = Literal["mail", "folder", "api"]
Clock = Literal["internaldate", "file_time", "upload"]
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
    INTERNALDATE: the Date header is the sender's word); ``message_id`` is a clue, never the identity."""

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


def utc_now() -> datetime:
    """The time of day that everything in the ledger is dated by."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ledger:
    """The ledger in an opened database (see ``opening.open_engine``; the store's own), original bytes in a folder."""

    engine: Engine
    raw_folder: Path
    clock: Callable[[], datetime] = utc_now

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that means to write, from its first moment."""
        return self.engine.execution_options(writes=True).begin()

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one moment from its first look to its last."""
        if self.engine.dialect.name == "postgresql":
            return self.engine.execution_options(isolation_level="REPEATABLE READ").begin()
        return self.engine.begin()

    def accept(self, data: bytes, news: Incoming) -> Accepted:
        """Take a message in: bytes to the disk, then its row. The same bytes again only add a sighting.

        Durable when this returns. Raises ``OSError`` or ``SQLAlchemyError`` if it is not; nothing is lost then, for
        nobody has touched where it came from."""
        digest = keep_raw(self.raw_folder, data)
        now = self.clock()
        with self.writing() as connection:
            row = _new_row(digest, len(data), news, now)
            new = insert_new(connection, MESSAGES, row)
            here = MESSAGES.c.sha256 == digest
            if news.wants_reference:
                without = update(MESSAGES).where(here, MESSAGES.c.reference.is_(None))
                connection.execute(without.values(reference=new_reference()))
            query = select(MESSAGES.c.id, MESSAGES.c.reference).where(here)
            message, reference = connection.execute(query).one()
            if news.place:
                saw(connection, message, news.place, now)
        return Accepted(message, new, reference)

    def raw(self, message: Message) -> bytes:
        """The message as it came. Raises ``ValueError`` if it was changed on the disk, ``OSError`` if it is gone."""
        return read_raw(self.raw_folder, message.sha256)

    def message(self, number: int) -> Message | None:
        """The row with a number."""
        with self.engine.connect() as connection:
            row = connection.execute(select(MESSAGES).where(MESSAGES.c.id == number)).one_or_none()
        return message_of(row) if row else None

    def by_reference(self, reference: str) -> Message | None:
        """The upload that was told a reference; its records are those of ``parts``."""
        with self.engine.connect() as connection:
            row = connection.execute(select(MESSAGES).where(MESSAGES.c.reference == reference)).one_or_none()
        return message_of(row) if row else None

    def messages(self, states: Iterable[MessageState] | None = None) -> Iterator[Message]:
        """Every row, or those in some states, oldest arrival first."""
        query = select(MESSAGES).order_by(MESSAGES.c.received_at, MESSAGES.c.id)
        if states is not None:
            query = query.where(MESSAGES.c.state.in_(tuple(states)))
        with self.engine.connect() as connection:
            for row in connection.execute(query).all():
                yield message_of(row)

    def parts(self, number: int) -> tuple[FilePart, ...]:
        """The files of a message, in the order they stand."""
        query = select(PARTS).where(PARTS.c.message == number).order_by(PARTS.c.position)
        with self.engine.connect() as connection:
            return tuple(part_of(row) for row in connection.execute(query))

    def message_of_record(self, record_id: str) -> Message | None:
        """The newest message that brought a request."""
        query = select(MESSAGES).join(PARTS, PARTS.c.message == MESSAGES.c.id).where(PARTS.c.record_id == record_id)
        with self.engine.connect() as connection:
            row = connection.execute(query.order_by(MESSAGES.c.received_at.desc(), MESSAGES.c.id.desc())).first()
        return message_of(row) if row else None


def saw(connection: Connection, message: int, place: Place, now: datetime) -> None:
    """Note where a message lies; a place that is already noted for it is no longer gone."""
    row = {"message": message, **place.model_dump(), "seen_at": now}
    if not insert_new(connection, SIGHTINGS, row):
        here = [SIGHTINGS.c[name] == value for name, value in place.model_dump().items()]
        connection.execute(update(SIGHTINGS).where(*here).values(gone_at=None))


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


def _new_row(digest: str, size: int, news: Incoming, now: datetime) -> dict[str, object]:
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
