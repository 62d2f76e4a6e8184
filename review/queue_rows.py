"""The rows of the queue: one per request, made from the newest reading and the decisions, and kept up to date."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time

from sqlalchemy import Connection, Table, func, select

from pipeline import institution_entries, twin_entries
from pipeline.desk_tables import QUEUE, QUEUE_WORDS
from pipeline.open_requests import kin_of, other_open_requests
from pipeline.opening import insert_new
from pipeline.records import Record
from pipeline.tables import RECORDS
from review.course import count
from review.current import Current, current, postponed_until
from review.decisions import decisions_of, newest_reading
from review.desk import Desk
from review.search_words import words_of
from review.times import parsed
from review.troubles import open_troubles

AT_ONCE = 50
"""Requests that are put into the queue in one transaction."""


def catch_up(desk: Desk, most: int, thorough: bool = False) -> int:
    """Put new requests and new readings into the queue, ``most`` of them; how many there were.

    The usual look is at the newest reading only. A ``thorough`` one also finds a reading whose transaction ended after
    that of a newer one."""
    with desk.reading() as connection:
        waiting = _waiting(connection, most) if thorough or _behind(connection) else []
        waiting += _awake(connection, desk.clock())
    for start in range(0, len(waiting), AT_ONCE):
        with desk.writing() as connection:
            for record_id in waiting[start : start + AT_ONCE]:
                write_row(connection, now_of(desk, connection, record_id))
    return len(waiting)


def now_of(desk: Desk, connection: Connection, record_id: str) -> Current:
    """A request as it stands. Raises ``LookupError`` if there is none."""
    reading = newest_reading(connection, record_id)
    every = decisions_of(connection, record_id)
    kin = kin_of(connection, reading.record)
    others = other_open_requests(connection, reading.record, kin) if every or any(kin) else ()
    return current(reading, every, desk.today, others, judged=any(kin))


def leave_behind(connection: Connection, record_ids: Iterable[str]) -> None:
    """Let the next thorough look write the rows of open requests anew: what they are judged by has changed."""
    open_ones = QUEUE.c.record_id.in_(tuple(record_ids)), QUEUE.c.stage.not_in(("decided", "quarantined"))
    connection.execute(QUEUE.update().where(*open_ones).values(reading_id=0))


def write_row(connection: Connection, now: Current) -> None:
    """Bring the row of a request up to date, or make it; and what is counted of it and compared with others."""
    _put(connection, QUEUE, now.record.record_id, dict(_row(now)))
    _put(connection, QUEUE_WORDS, now.record.record_id, {"words": words_of(now.record)})
    count(connection, now)
    institution_entries.enter(connection, now.record)
    twin_entries.enter(connection, now.record)


def _put(connection: Connection, table: Table, record_id: str, row: dict[str, object]) -> None:
    """Also when two processes put the same request in at once."""
    if not insert_new(connection, table, {"record_id": record_id} | row):
        connection.execute(table.update().where(table.c.record_id == record_id).values(row))


def _behind(connection: Connection) -> bool:
    """A look at two indexes: is there a reading that the queue does not know?"""
    newest = connection.execute(select(func.max(RECORDS.c.id))).scalar() or 0
    return newest > (connection.execute(select(func.max(QUEUE.c.reading_id))).scalar() or 0)


def _waiting(connection: Connection, most: int) -> list[str]:
    """Oldest reading first, so that the queue never passes over one that it then forgets."""
    newest = select(RECORDS.c.record_id, func.max(RECORDS.c.id).label("id")).group_by(RECORDS.c.record_id).subquery()
    query = (
        select(newest.c.record_id)
        .outerjoin(QUEUE, QUEUE.c.record_id == newest.c.record_id)
        .where((QUEUE.c.reading_id.is_(None)) | (QUEUE.c.reading_id < newest.c.id))
        .order_by(newest.c.id)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def _awake(connection: Connection, now: datetime) -> list[str]:
    """Postponed requests whose day has come."""
    asleep = QUEUE.c.stage == "waiting", QUEUE.c.wake_at <= now
    return list(connection.execute(select(QUEUE.c.record_id).where(*asleep)).scalars())


def _row(now: Current) -> Iterator[tuple[str, object]]:
    record, standing = now.record, now.standing
    yield from _facts(record)
    found = open_troubles(now)
    yield "reading_id", now.reading_id
    yield "version", now.version
    yield "stage", now.stage
    yield "codes", "".join(f" {code}" for code in dict.fromkeys(each.code for each in found)) + " "
    yield "why", found[0].in_the_queue if found else ""
    yield "troubles", len(found)
    yield "wake_at", _wakes(now)
    decided = standing.decision if standing and standing.decision.kind != "reopen" else None
    yield "outcome", decided.subject if decided else ""
    yield "decided_by", decided.made_by if decided else ""
    yield "decided_at", decided.made_at if decided else None


def _facts(record: Record) -> Iterator[tuple[str, object]]:
    sure = [reading.confidence for reading in record.fields.values() if reading.confidence is not None]
    yield "reference", record.reference or ""
    yield "received_at", parsed(record.source.received_at) or datetime.now(UTC)
    yield "country", _text(record, "institution_country") or None
    yield "institution", _text(record, "institution_name")
    yield "title", _text(record, "title")
    yield "language", record.document.language
    yield "area", record.theme.area
    yield "form_kind", record.document.form_kind
    yield "edition", record.document.edition
    yield "channel", record.source.channel
    yield "confidence", min(sure) if sure else None


def _text(record: Record, key: str) -> str:
    reading = record.fields.get(key)
    return reading.value[:300] if reading and isinstance(reading.value, str) else ""


def _wakes(now: Current) -> datetime | None:
    standing = now.standing
    if standing is None or standing.decision.kind != "postpone":
        return None
    return datetime.combine(postponed_until(standing), time.min, UTC)
