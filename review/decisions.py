"""The decisions of persons on one request, with their numbers, so that they can be taken back and compared."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.records import Arrival, Record
from pipeline.stages import Decision
from pipeline.tables import ARRIVALS, DECISIONS, RECORDS, REQUESTS
from review.times import aware

ANSWER = ("value", "state", "confirm")
"""Decisions that settle an answer of the form; the last one holds."""
STAGE = ("outcome", "ask", "postpone", "reopen")
"""Decisions that say where a request stands; the last one holds."""


@dataclass(frozen=True)
class Laid:
    """A decision and its number; a later one has a higher number."""

    id: int
    decision: Decision


@dataclass(frozen=True)
class Reading:
    """What the machine read, its number, and a figure that differs when the text kept under the number does."""

    id: int
    record: Record
    print: int = 0


def decisions_of(connection: Connection, record_id: str) -> tuple[Laid, ...]:
    """Every decision on a request, oldest first."""
    query = select(DECISIONS.c.id, DECISIONS.c.decision).where(DECISIONS.c.record_id == record_id)
    rows = connection.execute(query.order_by(DECISIONS.c.id))
    return tuple(Laid(row.id, Decision.model_validate_json(row.decision)) for row in rows)


def newest_reading(connection: Connection, record_id: str) -> Reading:
    """The newest reading of a request with its reference. Raises ``LookupError`` if there is none."""
    query = (
        select(RECORDS.c.id, RECORDS.c.record, REQUESTS.c.reference, REQUESTS.c.created_at)
        .join(REQUESTS, REQUESTS.c.record_id == RECORDS.c.record_id)
        .where(RECORDS.c.record_id == record_id)
        .order_by(RECORDS.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        raise LookupError(record_id)
    record = Record.model_validate_json(row.record)
    received = record.source.received_at or aware(row.created_at).isoformat(timespec="seconds")
    source = record.source.model_copy(update={"received_at": received})
    return Reading(row.id, record.model_copy(update={"reference": row.reference, "source": source}), hash(row.record))


def append(connection: Connection, decision: Decision) -> int:
    """Keep a decision; gives its number."""
    row = {"record_id": decision.record_id, "kind": decision.kind, "decision": decision.model_dump_json()}
    kept = connection.execute(DECISIONS.insert(), row | {"created_at": decision.made_at})
    key = kept.inserted_primary_key
    assert key is not None
    return int(key[0])


def hold(connection: Connection, record_id: str) -> None:
    """Let nobody else write about this request until the transaction ends (SQLite lets one writer in anyway)."""
    connection.execute(select(REQUESTS.c.record_id).where(REQUESTS.c.record_id == record_id).with_for_update())


def in_force(laid: Iterable[Laid]) -> tuple[Laid, ...]:
    """The decisions that were not taken back."""
    every = tuple(laid)
    undone = {each.decision.subject for each in every if each.decision.kind == "undo"}
    return tuple(each for each in every if each.decision.kind != "undo" and str(each.id) not in undone)


def last(laid: Iterable[Laid], kinds: tuple[str, ...], subject: str | None = None) -> Laid | None:
    """The last decision of some kinds in force, on one subject where it is given."""
    fitting = [
        each for each in laid if each.decision.kind in kinds and (subject is None or each.decision.subject == subject)
    ]
    return fitting[-1] if fitting else None


def arrivals_of(connection: Connection, record_id: str) -> tuple[Arrival, ...]:
    """Every time the bytes came in."""
    query = ARRIVALS.select().where(ARRIVALS.c.record_id == record_id).order_by(ARRIVALS.c.id)
    return tuple(Arrival.model_validate_json(row.arrival) for row in connection.execute(query))
