"""Claims: who works on a request, as a lease that a heartbeat renews and that runs out by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from pipeline.desk_tables import CLAIMS, USERS
from pipeline.opening import insert_new
from review.accounts import User
from review.decisions import hold
from review.times import aware


@dataclass(frozen=True)
class Claim:
    """Who holds a request until when."""

    user_id: int
    name: str
    full_name: str
    expires_at: datetime


class HeldByOther(Exception):
    """Somebody else works on the request."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"{claim.full_name} is working on this request.")
        self.claim = claim


def holder(connection: Connection, record_id: str, now: datetime) -> Claim | None:
    """The claim on a request that has not run out."""
    query = (
        select(CLAIMS, USERS.c.name, USERS.c.full_name)
        .join(USERS, USERS.c.id == CLAIMS.c.user_id)
        .where(CLAIMS.c.record_id == record_id, CLAIMS.c.expires_at > now)
    )
    row = connection.execute(query).first()
    return Claim(row.user_id, row.name, row.full_name, aware(row.expires_at)) if row else None


def take(connection: Connection, record_id: str, user: User, now: datetime, lease: timedelta) -> bool:
    """Claim a request or renew one's own claim; true if it is a new claim. Raises ``HeldByOther``."""
    hold(connection, record_id)
    held = holder(connection, record_id, now)
    if held and held.user_id != user.id:
        raise HeldByOther(held)
    _write(connection, record_id, user, now, lease, new=held is None)
    return held is None


def take_over(connection: Connection, record_id: str, user: User, now: datetime, lease: timedelta) -> Claim | None:
    """Claim a request whoever holds it; gives the claim that ended."""
    hold(connection, record_id)
    held = holder(connection, record_id, now)
    _write(connection, record_id, user, now, lease, new=True)
    return held


def renew(connection: Connection, record_id: str, user: User, now: datetime, lease: timedelta) -> Claim | None:
    """The heartbeat: one's own living claim lasts longer; gives the claim there is, whosever it is."""
    held = holder(connection, record_id, now)
    if held and held.user_id == user.id:
        _write(connection, record_id, user, now, lease, new=False)
        return holder(connection, record_id, now)
    return held


def release(connection: Connection, record_id: str, user: User) -> bool:
    """Give one's own claim back; what was saved stays."""
    mine = CLAIMS.c.record_id == record_id, CLAIMS.c.user_id == user.id
    return bool(connection.execute(CLAIMS.delete().where(*mine)).rowcount)


def _write(connection: Connection, record_id: str, user: User, now: datetime, lease: timedelta, *, new: bool) -> None:
    row = {"user_id": user.id, "expires_at": now + lease} | ({"claimed_at": now} if new else {})
    if not insert_new(connection, CLAIMS, {"record_id": record_id, "claimed_at": now} | row):
        connection.execute(CLAIMS.update().where(CLAIMS.c.record_id == record_id).values(row))
