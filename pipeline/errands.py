"""What waits for each colleague at the desk: requests held or assigned, calls in comments, answers to one's own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, Exists, Row, Select, and_, exists, func, or_, select

from pipeline.desk_tables import AUDIT, CLAIMS, COMMENTS, QUEUE, USERS
from pipeline.figure_tables import MENTIONS
from pipeline.values import Value

ErrandKind = Literal["mention", "reply", "claimed", "assigned"]
SINCE = timedelta(days=60)
"""Comments older than this call nobody any more."""
LOOKS = ("view", "comment")
"""What in the audit shows that somebody has seen the comments of a request."""


class Colleague(Value):
    """Somebody with access to the desk."""

    id: int
    name: str
    full_name: str


class Errand(Value):
    """One thing that waits: about which request, since when (a claim: until when), and from whom.

    ``words`` of a comment are for the desk alone; ``seen`` if the request was opened since."""

    kind: ErrandKind
    reference: str
    at: datetime
    by: str = ""
    words: str = ""
    seen: bool = False


def colleagues(connection: Connection) -> tuple[Colleague, ...]:
    """Everybody with access, by name."""
    query = select(USERS.c.id, USERS.c.name, USERS.c.full_name).where(USERS.c.active).order_by(USERS.c.name)
    return tuple(Colleague(id=row.id, name=row.name, full_name=row.full_name) for row in connection.execute(query))


def errands(connection: Connection, who: Colleague, now: datetime) -> tuple[Errand, ...]:
    """What waits for a colleague: what they hold, what is theirs, and the comments that speak to them, newest last."""
    return (*_held(connection, who, now), *_assigned(connection, who), *_spoken(connection, who, now, unseen=True))


def spoken_to(connection: Connection, who: Colleague, now: datetime) -> tuple[Errand, ...]:
    """The comments that call a colleague or answer theirs, those seen already too."""
    return tuple(_spoken(connection, who, now, unseen=False))


def calls_unseen(connection: Connection, who: Colleague, now: datetime) -> int:
    """In how many comments a colleague is called that they have not seen."""
    query = select(func.count()).select_from(MENTIONS.join(COMMENTS, COMMENTS.c.id == MENTIONS.c.comment_id))
    mine = and_(MENTIONS.c.user_id == who.id, COMMENTS.c.created_at >= now - SINCE, ~_seen(who))
    return connection.execute(query.where(mine)).scalar() or 0


def _held(connection: Connection, who: Colleague, now: datetime) -> Iterator[Errand]:
    query = select(QUEUE.c.reference, CLAIMS.c.expires_at).join(QUEUE, QUEUE.c.record_id == CLAIMS.c.record_id)
    mine = query.where(CLAIMS.c.user_id == who.id, CLAIMS.c.expires_at > now).order_by(CLAIMS.c.claimed_at)
    for row in connection.execute(mine):
        yield Errand(kind="claimed", reference=row.reference, at=_utc(row.expires_at))


def _assigned(connection: Connection, who: Colleague) -> Iterator[Errand]:
    query = select(QUEUE.c.reference, QUEUE.c.received_at).order_by(QUEUE.c.received_at)
    mine = query.where(QUEUE.c.assignee == who.id, QUEUE.c.stage.not_in(("decided", "waiting")))
    for row in connection.execute(mine):
        yield Errand(kind="assigned", reference=row.reference, at=_utc(row.received_at))


def _spoken(connection: Connection, who: Colleague, now: datetime, *, unseen: bool) -> Iterator[Errand]:
    query = _comments(who).where(COMMENTS.c.created_at >= now - SINCE)
    for row in connection.execute(query.where(~_seen(who)) if unseen else query):
        yield _errand(row)


def _comments(who: Colleague) -> Select[tuple[object, ...]]:
    """Comments of others that call somebody, or that follow a comment of theirs on the same request."""
    mine = COMMENTS.alias("mine")
    calls = exists().where(MENTIONS.c.comment_id == COMMENTS.c.id, MENTIONS.c.user_id == who.id)
    follows = exists().where(
        mine.c.record_id == COMMENTS.c.record_id, mine.c.user_id == who.id, mine.c.id < COMMENTS.c.id
    )
    columns = (QUEUE.c.reference, COMMENTS.c.words, COMMENTS.c.created_at, USERS.c.full_name)
    return (
        select(*columns, calls.label("calls"), _seen(who).label("seen"))
        .join(COMMENTS, COMMENTS.c.record_id == QUEUE.c.record_id)
        .join(USERS, USERS.c.id == COMMENTS.c.user_id)
        .where(COMMENTS.c.user_id != who.id, or_(calls, follows))
        .order_by(COMMENTS.c.id)
    )


def _seen(who: Colleague) -> Exists:
    """They opened the request, or wrote about it, after the comment was made."""
    looked = and_(AUDIT.c.name == who.name, AUDIT.c.action.in_(LOOKS), AUDIT.c.at > COMMENTS.c.created_at)
    return exists().where(AUDIT.c.record_id == COMMENTS.c.record_id, looked)


def _errand(row: Row[tuple[object, ...]]) -> Errand:
    return Errand(
        kind="mention" if row.calls else "reply",
        reference=row.reference,
        at=_utc(row.created_at),
        by=row.full_name,
        words=row.words,
        seen=bool(row.seen),
    )


def _utc(moment: datetime) -> datetime:
    """SQLite forgets that its times are UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
