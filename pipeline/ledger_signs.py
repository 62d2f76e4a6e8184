"""Signs of life and word to people: leases for work that one process does at a time, heartbeats, notices."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update

from pipeline.ledger import Ledger
from pipeline.ledger_tables import HEARTBEATS, LEASES, NOTICES
from pipeline.messages import aware, storable
from pipeline.opening import insert_new
from pipeline.values import Value

LEASE = timedelta(seconds=60)
"""How long work of one process at a time is kept for it without a renewal."""
_CLOCK_SLIP = timedelta(seconds=90)


class Heartbeat(Value):
    """``beat_at``: it lives; ``good_at``: its last whole pass, null if there was none; ``said``: in a sentence."""

    name: str
    beat_at: datetime
    good_at: datetime | None
    said: str


class Notice(Value):
    """What a person should know, said once per code and subject."""

    code: str
    subject: str
    said: str
    created_at: datetime


def take_lease(ledger: Ledger, name: str, owner: str, length: timedelta = LEASE) -> bool:
    """Take or renew the lease on some work; false if somebody else holds it. It lapses after ``length``."""
    now = ledger.clock()
    # A time that no holder could have set was set before a clock was put back.
    lapsed = or_(LEASES.c.until <= now, LEASES.c.until > now + length + _CLOCK_SLIP)
    mine = and_(LEASES.c.name == name, or_(LEASES.c.owner == owner, lapsed))
    row = {"name": name, "owner": owner, "until": now + length}
    with ledger.writing() as connection:
        if insert_new(connection, LEASES, row):
            return True
        return connection.execute(update(LEASES).where(mine).values(owner=owner, until=now + length)).rowcount == 1


def give_up_lease(ledger: Ledger, name: str, owner: str) -> None:
    """Let the next one have it at once."""
    with ledger.writing() as connection:
        connection.execute(delete(LEASES).where(LEASES.c.name == name, LEASES.c.owner == owner))


def lease_holder(ledger: Ledger, name: str) -> str | None:
    """Who holds the lease now; null if nobody does."""
    query = select(LEASES.c.owner).where(LEASES.c.name == name, LEASES.c.until > ledger.clock())
    with ledger.engine.connect() as connection:
        return connection.execute(query).scalar()


def beat(ledger: Ledger, name: str, said: str, good: bool = False) -> None:
    """Say that a watcher or a run lives; ``good`` if a whole pass has just ended well."""
    now = ledger.clock()
    row: dict[str, object] = {"beat_at": now, "said": storable(said)} | ({"good_at": now} if good else {})
    with ledger.writing() as connection:
        if not insert_new(connection, HEARTBEATS, {"name": name} | row):
            connection.execute(update(HEARTBEATS).where(HEARTBEATS.c.name == name).values(**row))


def heartbeats(ledger: Ledger) -> tuple[Heartbeat, ...]:
    """The newest sign of life of everyone, by name."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(HEARTBEATS).order_by(HEARTBEATS.c.name)).all()
    return tuple(Heartbeat.model_validate({key: aware(value) for key, value in row._mapping.items()}) for row in rows)


def notify(ledger: Ledger, code: str, subject: str, said: str) -> bool:
    """Tell people something, once; false if it was told before."""
    row = {"code": code, "subject": storable(subject)[:200], "said": storable(said), "created_at": ledger.clock()}
    with ledger.writing() as connection:
        return insert_new(connection, NOTICES, row)


def withdraw(ledger: Ledger, code: str, subject: str) -> None:
    """What was told is over, so that it can be told again when it comes back."""
    here = and_(NOTICES.c.code == code, NOTICES.c.subject == storable(subject)[:200])
    with ledger.engine.connect() as connection:
        told = connection.execute(select(NOTICES.c.id).where(here)).first()
    if told:
        with ledger.writing() as connection:
            connection.execute(delete(NOTICES).where(here))


def notices(ledger: Ledger) -> tuple[Notice, ...]:
    """What stands to be known, oldest first."""
    columns = (NOTICES.c.code, NOTICES.c.subject, NOTICES.c.said, NOTICES.c.created_at)
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(*columns).order_by(NOTICES.c.id)).all()
    return tuple(Notice.model_validate({key: aware(value) for key, value in row._mapping.items()}) for row in rows)
