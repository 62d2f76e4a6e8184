"""How the work on a message goes on and ends: opened, finished together with its records, or put back.

Whether work counts is decided once, at the end: the finish of somebody who no longer holds the lease changes nothing.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection, and_, delete, select, update

from pipeline.ledger import Ledger
from pipeline.ledger_tables import MESSAGES, PARTS
from pipeline.ledger_work import wait_after
from pipeline.messages import FilePart, Message, MessageState, storable
from pipeline.open_requests import other_open_requests, wait_for_turn
from pipeline.records import Record
from pipeline.store import Store


class Clues(NamedTuple):
    """What an opened mail says of itself; null where it does not say."""

    kind: str | None = None
    message_id: str | None = None
    sender: str | None = None

    def row(self) -> dict[str, object]:
        """The columns that are known now."""
        return {name: storable(value) for name, value in self._asdict().items() if value}


class Overtaken(Exception):
    """Since the records were judged, another open request of one of their institutions has been kept: judge again."""


class Finish(NamedTuple):
    """How a message ended: its state and outcome, why, all its files, the records that came of it; ``beside`` are the
    references of the other open requests each record was judged with, by its id."""

    state: Literal["processed", "quarantined", "ignored"]
    outcome: Literal["ready", "flagged", "quarantined"] | None
    reason: str = ""
    parts: Sequence[FilePart] = ()
    records: Sequence[Record] = ()
    clues: Clues = Clues()
    beside: Mapping[str, Collection[str]] = {}


def opened(ledger: Ledger, message: Message, owner: str, clues: Clues, parts: Sequence[FilePart]) -> bool:
    """Note what files were found in a message, before any of them is read. False if the lease was lost."""
    now = ledger.clock()
    with ledger.writing() as connection:
        if not _held(connection, message, owner, now, clues.row() | {"state": "opened", "files": len(parts)}):
            return False
        _write_parts(connection, message.id, parts, now)
    return True


def finish(ledger: Ledger, store: Store, message: Message, owner: str, end: Finish) -> tuple[Record, ...] | None:
    """End the work on a message: its state, its parts and its records in one transaction. Null if the lease was lost.

    The bytes of the records must be kept already (``raw.keep_raw``). Gives the records with their references. Raises
    ``Overtaken``, and changes nothing, where a record was judged without a request that is there by now."""
    now = ledger.clock()
    row: dict[str, object] = {"state": end.state, "outcome": end.outcome, "reason": storable(end.reason)}
    row |= {"files": len(end.parts), "lease_owner": None, "lease_until": None, "retry_at": now}
    row |= end.clues.row()
    with ledger.writing() as connection:
        wait_for_turn(connection, end.records)
        if not _held(connection, message, owner, now, row):
            return None
        if any(_unseen(connection, record, end) for record in end.records if record.disposition != "quarantined"):
            raise Overtaken
        _write_parts(connection, message.id, end.parts, now)
        return tuple(store.keep_within(connection, record) for record in end.records)


def _unseen(connection: Connection, record: Record, end: Finish) -> bool:
    """Whether a request of the same institution is open that the record was not judged with; one that the message
    itself brings was."""
    own = {each.reference for each in end.records}
    return bool({*other_open_requests(connection, record)} - {*end.beside.get(record.record_id, ())} - own)


def fail(ledger: Ledger, message: Message, owner: str, reason: str) -> bool:
    """A failure of our side (disk, database, network): to be tried again, later each time. False if the lease was
    lost."""
    now = ledger.clock()
    wait = wait_after(message.faults + 1)
    values = {"faults": message.faults + 1, "retry_at": now + wait}
    return _put_back(ledger, message, owner, "failed", values, reason)


def died(ledger: Ledger, message: Message, owner: str, reason: str) -> bool:
    """The process that read it died of it: counted, and due again at once; where even putting it before a person
    fails, later each time. False if the lease was lost."""
    wait = wait_after(message.deaths - 1) if message.deaths >= 2 else timedelta(0)
    values = {"deaths": message.deaths + 1, "retry_at": ledger.clock() + wait}
    return _put_back(ledger, message, owner, "failed", values, reason)


def hand_back(ledger: Ledger, message: Message, owner: str) -> bool:
    """We are asked to stop: the message is as if it had not been claimed."""
    values = {"attempts": MESSAGES.c.attempts - 1, "retry_at": ledger.clock()}
    state: MessageState = "failed" if message.state == "failed" else "fetched"
    return _put_back(ledger, message, owner, state, values, message.reason)


def same_message_id(ledger: Ledger, message: Message, message_id: str | None) -> int:
    """How many other messages, of other bytes, bear a Message-ID."""
    if not message_id:
        return 0
    same = and_(MESSAGES.c.message_id == storable(message_id), MESSAGES.c.id != message.id)
    with ledger.engine.connect() as connection:
        return len(connection.execute(select(MESSAGES.c.id).where(same)).all())


def _put_back(
    ledger: Ledger, message: Message, owner: str, state: MessageState, values: Mapping[str, object], reason: str
) -> bool:
    free = {"state": state, "reason": storable(reason), "lease_owner": None, "lease_until": None, **values}
    with ledger.writing() as connection:
        return _held(connection, message, owner, ledger.clock(), free)


def _held(connection: Connection, message: Message, owner: str, now: datetime, values: Mapping[str, object]) -> bool:
    """Write to the row only if the owner still holds it: compare and set."""
    mine = and_(MESSAGES.c.id == message.id, MESSAGES.c.lease_owner == owner, MESSAGES.c.attempts == message.attempts)
    return connection.execute(update(MESSAGES).where(mine).values(**values, changed_at=now)).rowcount == 1


def _write_parts(connection: Connection, number: int, parts: Sequence[FilePart], now: datetime) -> None:
    """The parts as they are known now take the place of those noted earlier."""
    connection.execute(delete(PARTS).where(PARTS.c.message == number))
    for position, part in enumerate(parts):
        row = part.model_dump() | {"message": number, "position": position, "changed_at": now}
        row["container"] = json.dumps([storable(name) for name in part.container], ensure_ascii=False)
        row |= {"filename": storable(part.filename), "reason": storable(part.reason)}
        connection.execute(PARTS.insert(), row)
