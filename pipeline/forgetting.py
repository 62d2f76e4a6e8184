"""Forgetting: what a request says about persons is removed, and what is needed to account for it stays.

Of the record remain its disposition, form, language, country, themes and the outcomes of the checks; of the ledger that
something came, when, how large it was and what became of it. The balance adds up as before. The original bytes go from
the disk, unless another request or message that stays has the very same bytes.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from pipeline import institution_entries, twin_entries
from pipeline.desk_tables import AUDIT, COMMENTS, QUEUE, QUEUE_WORDS
from pipeline.ledger_tables import DRAFTS, MESSAGES, PARTS
from pipeline.messages import WAITING
from pipeline.raw import remove_raw
from pipeline.records import Arrival, Flag, Record, Source, Topic
from pipeline.stages import Decision
from pipeline.store import Store
from pipeline.tables import ARRIVALS, DECISIONS, RECORDS, REQUESTS

SPOKEN = ("value", "state", "confirm", "note", "undo", "ask")
"""Decisions that repeat what stands on the form, or that speak of one that does."""
_DONE = "removed"


class Forgotten(NamedTuple):
    """What was removed: requests, messages, files on the disk."""

    requests: int
    messages: int
    files: int


def forget(store: Store, record_ids: Iterable[str], now: datetime | None = None) -> Forgotten:
    """Forget requests with their messages, letters and original bytes; may be repeated after a crash."""
    asked, moment = tuple(record_ids), now or datetime.now(UTC)
    with _overwriting(store) as connection:
        messages = _messages_of(connection, asked)
        hashes = _hashes_of(connection, asked, messages)
        for record_id in asked:
            _forget_request(connection, record_id, moment)
        _forget_messages(connection, messages, moment)
        unwanted = [digest for digest in hashes if not _still_wanted(connection, digest, moment)]
    return Forgotten(len(asked), len(messages), _removed(store, unwanted))


def forget_messages(store: Store, numbers: Iterable[int], now: datetime | None = None) -> Forgotten:
    """Forget messages of which no request came (bounces, automatic mail), and their bytes."""
    asked, moment = tuple(numbers), now or datetime.now(UTC)
    with _overwriting(store) as connection:
        hashes = _hashes_of(connection, (), asked)
        _forget_messages(connection, asked, moment)
        unwanted = [digest for digest in hashes if not _still_wanted(connection, digest, moment)]
    return Forgotten(0, len(asked), _removed(store, unwanted))


@contextmanager
def _overwriting(store: Store) -> Iterator[Connection]:
    """A transaction in which SQLite overwrites what it deletes; PostgreSQL does so at its next vacuum."""
    with store.engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        yield connection


def anonymous(record: Record) -> Record:
    """The record without a word of anybody's: what kind of request it was and what was found, and nothing it said."""
    source = Source(
        filename="",
        sha256=record.source.sha256,
        media_type=record.source.media_type,
        size=record.source.size,
        channel=record.source.channel,
        received_at=record.source.received_at,
    )
    country = record.fields.get("institution_country")
    kind = record.fields.get("institution_type")
    kept = {"institution_country": country, "institution_type": kind}
    fields = {key: each.model_copy(update=_SILENT) for key, each in kept.items() if each is not None}
    topics = tuple(Topic(key=topic.key, score=topic.score) for topic in record.theme.topics)
    checks = tuple(check.model_copy(update={"reason": "", "evidence": ()}) for check in record.eligibility.checks)
    return record.model_copy(
        update={
            "source": source,
            "fields": fields,
            "signature": record.signature.model_copy(update={"evidence": ()}),
            "theme": record.theme.model_copy(update={"topics": topics}),
            "eligibility": record.eligibility.model_copy(update={"checks": checks}),
            "rubric": tuple(answer.model_copy(update={"evidence": ()}) for answer in record.rubric),
            "flags": tuple(Flag(code=flag.code, severity=flag.severity, message=_DONE) for flag in record.flags),
        }
    )


_SILENT: dict[str, object] = {"raw": None, "evidence": ()}


def _forget_request(connection: Connection, record_id: str, now: datetime) -> None:
    here = RECORDS.c.record_id == record_id
    newest = connection.execute(
        select(RECORDS.c.id, RECORDS.c.record).where(here).order_by(RECORDS.c.id.desc())
    ).first()
    if newest is not None:
        silent = anonymous(Record.model_validate_json(newest.record)).model_dump_json()
        connection.execute(delete(RECORDS).where(here, RECORDS.c.id != newest.id))
        row = {"record": silent, "digest": f"{_DONE} {now.isoformat()}", "institution": ""}
        connection.execute(update(RECORDS).where(RECORDS.c.id == newest.id).values(**row))
    _forget_arrivals(connection, record_id)
    _forget_desk(connection, record_id)
    parts = {"filename": "", "container": "[]"}
    connection.execute(update(PARTS).where(PARTS.c.record_id == record_id).values(**parts))
    _forget_reasons(connection, PARTS, PARTS.c.record_id == record_id)
    connection.execute(update(REQUESTS).where(REQUESTS.c.record_id == record_id).values(forgotten_at=now))


def _forget_arrivals(connection: Connection, record_id: str) -> None:
    for row in connection.execute(select(ARRIVALS).where(ARRIVALS.c.record_id == record_id)).all():
        told = Arrival.model_validate_json(row.arrival)
        silent = Arrival(received_at=told.received_at, channel=told.channel).model_dump_json()
        connection.execute(update(ARRIVALS).where(ARRIVALS.c.id == row.id).values(arrival=silent))


def _forget_desk(connection: Connection, record_id: str) -> None:
    """Decisions that repeat answers, comments, the words it was searched and compared by, and what the audit quotes."""
    here = DECISIONS.c.record_id == record_id
    connection.execute(delete(DECISIONS).where(here, DECISIONS.c.kind.in_(SPOKEN)))
    for row in connection.execute(select(DECISIONS).where(here)).all():
        silent = Decision.model_validate_json(row.decision).model_copy(update={"reason": ""}).model_dump_json()
        connection.execute(update(DECISIONS).where(DECISIONS.c.id == row.id).values(decision=silent))
    for table in (COMMENTS, QUEUE_WORDS):
        connection.execute(delete(table).where(table.c.record_id == record_id))
    institution_entries.take_out(connection, record_id, forget=True)
    twin_entries.take_out(connection, record_id)
    listed = {"title": "", "institution": "", "why": ""}
    connection.execute(update(QUEUE).where(QUEUE.c.record_id == record_id).values(**listed))
    connection.execute(update(AUDIT).where(AUDIT.c.record_id == record_id).values(subject="", detail=""))


def _forget_messages(connection: Connection, numbers: tuple[int, ...], now: datetime) -> None:
    """What came, without from whom and under what names; the other files of a mail lose their names with it."""
    silent = {"filename": "", "sender": None, "message_id": None, "raw_deleted_at": now}
    connection.execute(update(MESSAGES).where(MESSAGES.c.id.in_(numbers)).values(**silent))
    names = {"filename": "", "container": "[]"}
    connection.execute(update(PARTS).where(PARTS.c.message.in_(numbers)).values(**names))
    _forget_reasons(connection, MESSAGES, MESSAGES.c.id.in_(numbers))
    _forget_reasons(connection, PARTS, PARTS.c.message.in_(numbers))


def _forget_reasons(connection: Connection, table: Table, which: ColumnElement[bool]) -> None:
    """A reason in words may name a file ("The same file as Ada Obi.docx"); one that is a flag's code says nothing of
    anybody. That there was a reason is kept: nothing is ignored without one."""
    for row in connection.execute(select(table.c.id, table.c.reason).where(which)).all():
        if row.reason and not row.reason.isidentifier():
            connection.execute(update(table).where(table.c.id == row.id).values(reason=_DONE))


def _messages_of(connection: Connection, record_ids: tuple[str, ...]) -> tuple[int, ...]:
    """The messages that brought requests; one that is still to be read keeps its bytes until it has been."""
    query = select(PARTS.c.message).join(MESSAGES, MESSAGES.c.id == PARTS.c.message).distinct()
    query = query.where(PARTS.c.record_id.in_(record_ids), MESSAGES.c.state.not_in(WAITING))
    return tuple(connection.execute(query).scalars())


def _hashes_of(connection: Connection, record_ids: tuple[str, ...], messages: tuple[int, ...]) -> set[str]:
    """The hashes of everything kept of these: originals, supporting files, whole mails, letters drafted."""
    queries = (
        select(REQUESTS.c.sha256).where(REQUESTS.c.record_id.in_(record_ids)),
        select(PARTS.c.sha256).where(PARTS.c.record_id.in_(record_ids)),
        select(DRAFTS.c.sha256).where(DRAFTS.c.record_id.in_(record_ids)),
        select(MESSAGES.c.sha256).where(MESSAGES.c.id.in_(messages)),
        select(PARTS.c.sha256).where(PARTS.c.message.in_(messages), PARTS.c.record_id.is_(None)),
    )
    return {str(digest) for query in queries for digest in connection.execute(query).scalars()}


def _still_wanted(connection: Connection, digest: str, now: datetime) -> bool:
    """True if a request or a message that stays has the very same bytes."""
    forgotten = select(REQUESTS.c.record_id).where(REQUESTS.c.forgotten_at.is_not(None))
    gone = select(MESSAGES.c.id).where(MESSAGES.c.raw_deleted_at.is_not(None))
    wanted: tuple[ColumnElement[bool], ...] = (
        select(REQUESTS.c.record_id).where(REQUESTS.c.sha256 == digest, REQUESTS.c.forgotten_at.is_(None)).exists(),
        select(MESSAGES.c.id).where(MESSAGES.c.sha256 == digest, MESSAGES.c.raw_deleted_at.is_(None)).exists(),
        select(PARTS.c.id)
        .where(PARTS.c.sha256 == digest, PARTS.c.message.not_in(gone))
        .where(PARTS.c.record_id.is_(None) | PARTS.c.record_id.not_in(forgotten))
        .exists(),
        select(DRAFTS.c.id).where(DRAFTS.c.sha256 == digest, DRAFTS.c.record_id.not_in(forgotten)).exists(),
    )
    return any(bool(connection.execute(select(each)).scalar()) for each in wanted)


def _removed(store: Store, digests: Iterable[str]) -> int:
    """Files after rows: what is left over by a crash in between goes when the same is asked again."""
    gone = 0
    for digest in digests:
        gone += remove_raw(store.raw_folder, digest)
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            # The old words still stand in the log beside the file.
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return gone
