"""Requests whose newest reading was made with older rules or models, and what came of reading them anew."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Row, Select, func, select

from pipeline.desk_tables import AUDIT
from pipeline.records import MadeWith
from pipeline.store import Store
from pipeline.tables import DECISIONS, RECORDS, REQUESTS

READ_ANEW = "read_anew"
"""The audit's word for it; its ``subject`` is the mark of what the request was read with."""
MACHINE = "socieux"
"""The name under which the audit has what no person did."""


def mark_of(made_with: MadeWith) -> str:
    """Twelve digits for a software, its rules and its models."""
    return sha256(made_with.model_dump_json().encode()).hexdigest()[:12]


def made_otherwise(store: Store, now: MadeWith, closed_too: bool = False) -> tuple[str, ...]:
    """The requests whose newest reading was made with anything else than ``now``, oldest first.

    Left out are those that were read with it already and kept their reading, what is forgotten, and, unless
    ``closed_too``, what a person has decided on."""
    newest = select(func.max(RECORDS.c.id)).group_by(RECORDS.c.record_id)
    done = select(AUDIT.c.record_id).where(AUDIT.c.action == READ_ANEW, AUDIT.c.subject == mark_of(now))
    query = (
        select(RECORDS.c.record_id, RECORDS.c.made_with)
        .join(REQUESTS, REQUESTS.c.record_id == RECORDS.c.record_id)
        .where(RECORDS.c.id.in_(newest), REQUESTS.c.forgotten_at.is_(None))
        .where(RECORDS.c.record_id.not_in(done.where(AUDIT.c.record_id.is_not(None))))
        .order_by(RECORDS.c.id)
    )
    with store.engine.connect() as connection:
        closed = set() if closed_too else _closed(connection.execute(_decided()).all())
        rows = connection.execute(query).all()
    told = now.model_dump()
    return tuple(row.record_id for row in rows if row.made_with != told and row.record_id not in closed)


def note_read_anew(store: Store, record_id: str, made_with: MadeWith, detail: str, now: datetime) -> None:
    """Note in the audit that a request was read anew, and what came of it; names of parts only."""
    row = {"at": now, "name": MACHINE, "action": READ_ANEW, "record_id": record_id, "address": ""}
    with store.engine.execution_options(writes=True).begin() as connection:
        connection.execute(AUDIT.insert(), row | {"subject": mark_of(made_with), "detail": detail})


def _decided() -> Select[tuple[str, str]]:
    """The last word of each request on whether it is closed."""
    kinds = DECISIONS.c.kind.in_(("outcome", "reopen"))
    last = select(func.max(DECISIONS.c.id)).where(kinds).group_by(DECISIONS.c.record_id)
    return select(DECISIONS.c.record_id, DECISIONS.c.kind).where(DECISIONS.c.id.in_(last))


def _closed(rows: Sequence[Row[tuple[str, str]]]) -> set[str]:
    return {row.record_id for row in rows if row.kind == "outcome"}
