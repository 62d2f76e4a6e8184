"""Signed-in browsers: a session begins at sign-in, ends at sign-out, after idle hours, or at the end of the day."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from pipeline.desk_tables import SESSIONS, USERS
from review.accounts import User
from review.settings import Settings
from review.times import aware

TOUCHED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """Who is signed in, and the token that every form of this session carries."""

    digest: str
    csrf: str
    user: User
    stale: bool


def begin(connection: Connection, user: User, now: datetime) -> str:
    """A new session; gives the token for the cookie. The token itself is not kept."""
    token = secrets.token_urlsafe(32)
    row = {"digest": _digest(token), "user_id": user.id, "csrf": secrets.token_urlsafe(32), "ended_at": None}
    connection.execute(SESSIONS.insert(), row | {"started_at": now, "seen_at": now})
    return token


def find(connection: Connection, token: str, now: datetime, settings: Settings) -> Session | None:
    """The session of a cookie, null if there is none, it has ended, or its user may no longer in."""
    query = (
        select(SESSIONS, USERS.c.id, USERS.c.name, USERS.c.full_name, USERS.c.role, USERS.c.active)
        .add_columns(USERS.c.password, USERS.c.own_keys)
        .join(USERS, USERS.c.id == SESSIONS.c.user_id)
        .where(SESSIONS.c.digest == _digest(token), SESSIONS.c.ended_at.is_(None), USERS.c.active)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    idle, whole = now - aware(row.seen_at), now - aware(row.started_at)
    if idle > settings.idle or whole > settings.longest_session:
        return None
    user = User(row.id, row.name, row.full_name, row.role, row.active, row.password is not None, row.own_keys or "")
    return Session(row.digest, row.csrf, user, idle > TOUCHED_EVERY)


def touch(connection: Connection, session: Session, now: datetime) -> None:
    """The session was used just now."""
    connection.execute(SESSIONS.update().where(SESSIONS.c.digest == session.digest).values(seen_at=now))


def end(connection: Connection, digest: str, now: datetime) -> None:
    """Sign out."""
    connection.execute(SESSIONS.update().where(SESSIONS.c.digest == digest).values(ended_at=now))


def end_all(connection: Connection, user_id: int, now: datetime) -> None:
    """Sign a person out everywhere."""
    mine = SESSIONS.update().where(SESSIONS.c.user_id == user_id, SESSIONS.c.ended_at.is_(None))
    connection.execute(mine.values(ended_at=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
