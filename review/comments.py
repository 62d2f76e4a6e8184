"""What colleagues tell each other about a request; it never enters a letter."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.desk_tables import COMMENTS, USERS
from review.accounts import User
from review.mentions import called_in, keep_mentions
from review.times import aware

LONGEST = 20_000


@dataclass(frozen=True)
class Comment:
    """One comment; ``called`` are the full names of those it calls with @name."""

    name: str
    words: str
    at: datetime
    called: tuple[str, ...] = ()


def of(connection: Connection, record_id: str) -> list[Comment]:
    """The comments on a request, oldest first."""
    query = select(COMMENTS, USERS.c.full_name).join(USERS, USERS.c.id == COMMENTS.c.user_id)
    rows = connection.execute(query.where(COMMENTS.c.record_id == record_id).order_by(COMMENTS.c.id)).all()
    called = called_in(connection, [row.id for row in rows]) if rows else {}
    return [Comment(row.full_name, row.words, aware(row.created_at), called.get(row.id, ())) for row in rows]


def add(connection: Connection, record_id: str, user: User, words: str, now: datetime) -> tuple[User, ...]:
    """Add a comment; gives those who are called in it."""
    row = {"record_id": record_id, "user_id": user.id, "words": words[:LONGEST], "created_at": now}
    key = connection.execute(COMMENTS.insert(), row).inserted_primary_key
    assert key is not None
    return keep_mentions(connection, int(key[0]), words[:LONGEST], user)
