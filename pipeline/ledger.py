"""The ledger: everything that came in, once each, with where it was seen. What becomes of it is ``ledger_work``.

The order is the promise: the bytes are on the disk, then the row is written, and only then may anything else happen.
Every step may be repeated after a crash and changes nothing the second time.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, exists, or_, select, update

from pipeline.ledger_tables import MESSAGES, PARTS, SIGHTINGS
from pipeline.messages import (
    Accepted,
    FilePart,
    Incoming,
    Message,
    MessageState,
    Place,
    message_of,
    new_row,
    part_of,
    sha256,
)
from pipeline.opening import insert_new
from pipeline.raw import keep_raw, read_raw
from pipeline.references import new_reference
from pipeline.tables import REQUESTS


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
        nobody has touched where it came from. What was forgotten and only lies where it lay stays forgotten; sent
        once more by another door, it is new."""
        digest = sha256(data)
        if not (forgotten := self._lies_there_forgotten(digest, news)):
            keep_raw(self.raw_folder, data)
        now = self.clock()
        row = new_row(digest, len(data), news, now)
        with self.writing() as connection:
            new = insert_new(connection, MESSAGES, row)
            if not new and not forgotten:
                again = update(MESSAGES).where(MESSAGES.c.sha256 == digest, MESSAGES.c.raw_deleted_at.is_not(None))
                new = connection.execute(again.values(**row, raw_deleted_at=None, outcome=None)).rowcount == 1
            message, reference = connection.execute(
                select(MESSAGES.c.id, MESSAGES.c.reference).where(MESSAGES.c.sha256 == digest)
            ).one()
            if news.wants_reference and reference is None:
                reference = _reference_for(connection, digest)
                connection.execute(update(MESSAGES).where(MESSAGES.c.id == message).values(reference=reference))
            if news.place:
                saw(connection, message, news.place, now)
        return Accepted(message, new, reference)

    def _lies_there_forgotten(self, digest: str, news: Incoming) -> bool:
        """Whether it is a message that was forgotten, listed again: a mail of the same bytes is the same mail, and a
        file at a known place the same file."""
        at = [SIGHTINGS.c[name] == value for name, value in news.place.model_dump().items()] if news.place else []
        same_place = exists().where(SIGHTINGS.c.message == MESSAGES.c.id, *at)
        query = select(MESSAGES.c.id).where(MESSAGES.c.sha256 == digest, MESSAGES.c.raw_deleted_at.is_not(None))
        if news.channel != "mail":
            if not at:
                return False
            query = query.where(same_place)
        with self.engine.connect() as connection:
            return connection.execute(query).first() is not None

    def raw(self, message: Message) -> bytes:
        """The message as it came. Raises ``ValueError`` if it was changed on the disk, ``OSError`` if it is gone."""
        return read_raw(self.raw_folder, message.sha256)

    def message(self, number: int) -> Message | None:
        """The row with a number."""
        with self.engine.connect() as connection:
            row = connection.execute(select(MESSAGES).where(MESSAGES.c.id == number)).one_or_none()
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
    """Note where a message lies. A place that is noted already is no longer gone; where another message lay there, the
    server has given a number away twice, and now it is this one that may be moved or flagged."""
    row = {"message": message, **place.model_dump(), "seen_at": now}
    if insert_new(connection, SIGHTINGS, row):
        return
    here = [SIGHTINGS.c[name] == value for name, value in place.model_dump().items()]
    another = update(SIGHTINGS).where(*here, SIGHTINGS.c.message != message)
    connection.execute(another.values(message=message, seen_at=now, touched_at=None))
    connection.execute(update(SIGHTINGS).where(*here).values(gone_at=None))


def _reference_for(connection: Connection, digest: str) -> str:
    """What to tell an uploader: the reference that the request of these bytes has already, else a new one that
    neither a request nor a message has."""
    held = select(REQUESTS.c.reference).where(REQUESTS.c.sha256 == digest)
    reference = connection.execute(held).scalar() or new_reference()
    while _told_already(connection, reference, digest):
        reference = new_reference()
    return reference


def _told_already(connection: Connection, reference: str, digest: str) -> bool:
    others = exists().where(REQUESTS.c.reference == reference, REQUESTS.c.sha256 != digest)
    messages = exists().where(MESSAGES.c.reference == reference)
    return bool(connection.execute(select(or_(others, messages))).scalar())
