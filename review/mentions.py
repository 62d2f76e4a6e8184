"""Calling a colleague in a comment: ``@name``. Nobody is sent anything: it waits at the desk, and in a digest."""

import re
from collections.abc import Iterable

from sqlalchemy import Connection, select

from pipeline.desk_tables import USERS
from pipeline.errands import Colleague, calls_unseen
from pipeline.figure_tables import MENTIONS
from review.accounts import User, users
from review.visit import Visit

SHOWN = 8


def called(words: str, people: Iterable[User]) -> tuple[User, ...]:
    """Who is called in a text: people with access, by their user names, whatever the case."""
    return tuple(user for user in people if user.active and _calls(user.name).search(words))


def _calls(name: str) -> re.Pattern[str]:
    """``@ana`` calls ana; neither ``@anatol`` nor ``@ana.b`` does, nor does an address such as ``x@ana``."""
    return re.compile(rf"(?<![\w@.-])@{re.escape(name)}(?!\w|[.@-]\w)", re.IGNORECASE)


def keep_mentions(connection: Connection, comment: int, words: str, author: User) -> tuple[User, ...]:
    """Note who is called in a new comment; nobody calls themselves."""
    found = tuple(user for user in called(words, users(connection)) if user.id != author.id)
    if found:
        connection.execute(MENTIONS.insert(), [{"comment_id": comment, "user_id": user.id} for user in found])
    return found


def called_in(connection: Connection, comments: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The full names of who is called, by comment."""
    query = select(MENTIONS.c.comment_id, USERS.c.full_name).join(USERS, USERS.c.id == MENTIONS.c.user_id)
    found: dict[int, tuple[str, ...]] = {}
    for comment, name in connection.execute(
        query.where(MENTIONS.c.comment_id.in_(tuple(comments))).order_by(USERS.c.id)
    ):
        found[comment] = (*found.get(comment, ()), name)
    return found


def calls(visit: Visit) -> int:
    """How many calls in comments the person has not seen, for the head of every page."""
    with visit.desk.reading() as connection:
        return calls_unseen(connection, oneself(visit), visit.now)


def oneself(visit: Visit) -> Colleague:
    """The person who asks."""
    return Colleague(id=visit.user.id, name=visit.user.name, full_name=visit.user.full_name)


def names(connection: Connection, visit: Visit) -> list[str]:
    """Some of the user names that can be called, to remind of how they are spelt."""
    others = select(USERS.c.name).where(USERS.c.active, USERS.c.id != visit.user.id)
    return [f"@{name}" for name in connection.execute(others.order_by(USERS.c.name).limit(SHOWN)).scalars()]
