"""Which requests and messages have been kept long enough, by their age and where they stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, func, select

from pipeline.ledger_tables import MESSAGES, PARTS
from pipeline.store import Store
from pipeline.tables import DECISIONS, RECORDS, REQUESTS

Standing = Literal["decided", "ready", "flagged", "quarantined", "ignored"]
"""Where something stands: ``decided`` by a person; else as the machine judged it; ``ignored`` are messages (automatic
mail, bounces) of which no request came."""
STANDINGS: tuple[Standing, ...] = ("decided", "ready", "flagged", "quarantined", "ignored")


def old_requests(store: Store, before: datetime, standings: Sequence[Standing]) -> tuple[str, ...]:
    """The requests, not yet forgotten, whose last movement (arrival, reading, decision) was before a moment."""
    newest = select(func.max(RECORDS.c.id)).group_by(RECORDS.c.record_id)
    decided = select(DECISIONS.c.record_id).group_by(DECISIONS.c.record_id).having(_last("outcome") > _last("reopen"))
    moved_since = select(DECISIONS.c.record_id).where(DECISIONS.c.created_at >= before)
    asked = [each for each in standings if each not in ("decided", "ignored")]
    open_ones = and_(RECORDS.c.disposition.in_(asked), REQUESTS.c.record_id.not_in(decided))
    fits: ColumnElement[bool] = open_ones | REQUESTS.c.record_id.in_(decided) if "decided" in standings else open_ones
    query = (
        select(REQUESTS.c.record_id)
        .join(RECORDS, RECORDS.c.record_id == REQUESTS.c.record_id)
        .where(RECORDS.c.id.in_(newest), REQUESTS.c.forgotten_at.is_(None), RECORDS.c.created_at < before)
        .where(REQUESTS.c.record_id.not_in(moved_since), fits)
        .order_by(REQUESTS.c.created_at, REQUESTS.c.record_id)
    )
    with store.engine.connect() as connection:
        return tuple(connection.execute(query).scalars())


def old_messages(store: Store, before: datetime, standings: Sequence[Standing]) -> tuple[int, ...]:
    """The messages without a request, not yet forgotten, that came before a moment; only where ``ignored`` is asked."""
    if "ignored" not in standings:
        return ()
    bringing = select(PARTS.c.message).where(PARTS.c.record_id.is_not(None))
    query = (
        select(MESSAGES.c.id)
        .where(MESSAGES.c.state == "ignored", MESSAGES.c.raw_deleted_at.is_(None), MESSAGES.c.changed_at < before)
        .where(MESSAGES.c.id.not_in(bringing))
        .order_by(MESSAGES.c.id)
    )
    with store.engine.connect() as connection:
        return tuple(connection.execute(query).scalars())


def _last(kind: str) -> ColumnElement[int]:
    """The number of a request's last decision of a kind, 0 if there is none."""
    return func.max(case((DECISIONS.c.kind == kind, DECISIONS.c.id), else_=0))
