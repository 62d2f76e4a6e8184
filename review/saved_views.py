"""Filters of the queue kept under a name, for oneself or for all."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from pipeline.desk_tables import SAVED_VIEWS
from pipeline.folding import tidy
from review.accounts import User

MOST = 50


@dataclass(frozen=True)
class View:
    """A saved view."""

    id: int
    name: str
    query: str
    shared: bool
    mine: bool


def of(connection: Connection, user: User) -> list[View]:
    """One's own views and those shared with all, by name."""
    query = select(SAVED_VIEWS).where(or_(SAVED_VIEWS.c.user_id == user.id, SAVED_VIEWS.c.shared))
    rows = connection.execute(query.order_by(SAVED_VIEWS.c.name, SAVED_VIEWS.c.id))
    return [View(row.id, row.name, row.query, row.shared, row.user_id == user.id) for row in rows]


def save(connection: Connection, user: User, name: str, query: str, shared: bool, now: datetime) -> None:
    """Keep a view; one of the same name takes its place."""
    name = tidy(name)[:80] or "View"
    mine = SAVED_VIEWS.c.user_id == user.id
    connection.execute(SAVED_VIEWS.delete().where(mine, SAVED_VIEWS.c.name == name))
    if len([view for view in of(connection, user) if view.mine]) < MOST:
        row = {"user_id": user.id, "name": name, "query": query[:2_000], "shared": shared, "created_at": now}
        connection.execute(SAVED_VIEWS.insert(), row)


def drop(connection: Connection, user: User, view_id: int) -> None:
    """Forget a view of one's own."""
    connection.execute(SAVED_VIEWS.delete().where(SAVED_VIEWS.c.id == view_id, SAVED_VIEWS.c.user_id == user.id))
