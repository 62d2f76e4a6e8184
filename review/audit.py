"""The audit: who did or saw what, and when; rows are added and never changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, select

from pipeline.desk_tables import AUDIT
from review.times import aware


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did or saw."""

    at: datetime
    name: str
    action: str
    record_id: str | None
    subject: str
    detail: str
    address: str


def note(connection: Connection, entry: Entry) -> None:
    """Add an entry."""
    connection.execute(AUDIT.insert(), vars(entry))


def of_request(connection: Connection, record_id: str) -> list[Entry]:
    """Everything about one request, newest first."""
    return list(_entries(connection, select(AUDIT).where(AUDIT.c.record_id == record_id).order_by(AUDIT.c.id.desc())))


def newest(connection: Connection, name: str, action: str, limit: int) -> list[Entry]:
    """The newest entries, of one person or of one kind where they are given."""
    query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
    query = query.where(AUDIT.c.name == name) if name else query
    return list(_entries(connection, query.where(AUDIT.c.action == action) if action else query))


def everything(connection: Connection) -> Iterator[Entry]:
    """All entries, oldest first."""
    return _entries(connection, select(AUDIT).order_by(AUDIT.c.id))


def failures(connection: Connection, since: datetime, name: str, address: str) -> tuple[int, int]:
    """How many sign-ins failed since a moment: for a name, and from an address."""
    failed = select(func.count()).where(AUDIT.c.action == "login_failed", AUDIT.c.at >= since)
    by_name = connection.execute(failed.where(AUDIT.c.name == name)).scalar() or 0
    return by_name, connection.execute(failed.where(AUDIT.c.address == address)).scalar() or 0


def _entries(connection: Connection, query: Select[tuple[object, ...]]) -> Iterator[Entry]:
    for row in connection.execute(query):
        yield Entry(aware(row.at), row.name, row.action, row.record_id, row.subject, row.detail, row.address)
