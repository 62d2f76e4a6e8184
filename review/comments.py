"""What colleagues tell each other about a request; it never enters a letter."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.desk_tables import COMMENTS, USERS
from review.accounts import User
from review.times import aware

LONGEST = 20_000


@dataclass(frozen=True)
class Comment:
    """One comment."""

    name: str
    words: str
    at: datetime


def of(connection: Connection, record_id: str) -> list[Comment]:
    """The comments on a request, oldest first."""
    query = select(COMMENTS, USERS.c.full_name).join(USERS, USERS.c.id == COMMENTS.c.user_id)
    rows = connection.execute(query.where(COMMENTS.c.record_id == record_id).order_by(COMMENTS.c.id))
    return [Comment(row.full_name, row.words, aware(row.created_at)) for row in rows]


def add(connection: Connection, record_id: str, user: User, words: str, now: datetime) -> None:
    """Add a comment."""
    row = {"record_id": record_id, "user_id": user.id, "words": words[:LONGEST], "created_at": now}
    connection.execute(COMMENTS.insert(), row)
