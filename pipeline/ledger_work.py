"""Who works on what in the ledger: a message is claimed for a while, and what became of it is ``ledger_ends``.

A claim is a lease: it lapses by itself when its owner falls silent, so that nothing waits for a dead process.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from pipeline.ledger import Ledger
from pipeline.ledger_tables import MESSAGES, PARTS
from pipeline.messages import WAITING, Message, aware, message_of

LEASE = timedelta(seconds=60)
"""How long a claim lasts without being renewed."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
"""Back-off after a failure of our side: the first wait, doubled each time, up to the longest."""
FREE_INTERRUPTIONS = 3
"""So often a message whose reader was cut off together with us is taken up again at once; after that it waits."""
_CLOCK_SLIP = timedelta(seconds=90)
"""Times further in the future than clocks of two machines differ were written before a clock was set back."""
TOO_FAR = LONGEST_WAIT + _CLOCK_SLIP
"""Further ahead than any time to try again is ever set."""


def claim(ledger: Ledger, owner: str, lease: timedelta = LEASE, only: int | None = None) -> Message | None:
    """The oldest message that is due and that nobody works on, now the owner's; null if there is none. ``only``: this
    message or none.

    The attempt is counted, durably, before anybody looks into the message."""
    now = ledger.clock()
    while True:
        with ledger.writing() as connection:
            candidate = select(MESSAGES).where(_due(now, lease)).order_by(MESSAGES.c.received_at, MESSAGES.c.id)
            candidate = candidate if only is None else candidate.where(MESSAGES.c.id == only)
            row = connection.execute(candidate.limit(1).with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            message = message_of(row)
            if message.lease_owner is None or message.interruptions <= FREE_INTERRUPTIONS:
                return _taken(connection, message, owner, now, now + lease)
            _set(connection, message.id, retry_at=now + wait_after(message.interruptions), lease_owner=None)


def anything_due(ledger: Ledger, lease: timedelta = LEASE) -> bool:
    """Whether ``claim`` would find something: a look that keeps nobody from writing."""
    with ledger.engine.connect() as connection:
        return connection.execute(select(MESSAGES.c.id).where(_due(ledger.clock(), lease)).limit(1)).first() is not None


def due(ledger: Ledger, lease: timedelta = LEASE) -> tuple[int, ...]:
    """The numbers of all messages that ``claim`` would give out now, oldest first."""
    query = select(MESSAGES.c.id).where(_due(ledger.clock(), lease)).order_by(MESSAGES.c.received_at, MESSAGES.c.id)
    with ledger.engine.connect() as connection:
        return tuple(connection.execute(query).scalars())


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures: doubled each time, never longer than ``LONGEST_WAIT``."""
    doublings = min(max(failures - 1, 0), 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def renew(ledger: Ledger, messages: Iterable[int], owner: str, lease: timedelta = LEASE) -> None:
    """Say that the owner is still at it."""
    held = and_(MESSAGES.c.id.in_(tuple(messages)), MESSAGES.c.lease_owner == owner)
    with ledger.writing() as connection:
        connection.execute(update(MESSAGES).where(held).values(lease_until=ledger.clock() + lease))


def release(ledger: Ledger, owners: Iterable[str]) -> int:
    """Take the leases from owners who are known to be dead; how many messages are free again."""
    theirs = MESSAGES.c.lease_owner.in_(tuple(owners))
    with ledger.writing() as connection:
        return connection.execute(update(MESSAGES).where(theirs).values(lease_until=ledger.clock())).rowcount


def holders(ledger: Ledger) -> tuple[str, ...]:
    """Who holds leases."""
    query = select(MESSAGES.c.lease_owner).where(MESSAGES.c.lease_owner.is_not(None)).distinct()
    with ledger.engine.connect() as connection:
        return tuple(str(owner) for owner in connection.execute(query).scalars())


def try_again(ledger: Ledger, number: int) -> bool:
    """A person's word: take a message up again with a clean slate, whatever its state. False if there is none, or if
    somebody is at it now."""
    now = ledger.clock()
    free = or_(MESSAGES.c.lease_owner.is_(None), MESSAGES.c.lease_until <= now)
    values = {"state": "fetched", "outcome": None, "reason": "", "attempts": 0, "deaths": 0, "faults": 0}
    with ledger.writing() as connection:
        again = update(MESSAGES).where(MESSAGES.c.id == number, free)
        done = connection.execute(again.values(**values, retry_at=now, changed_at=now, lease_owner=None)).rowcount == 1
        if done:
            connection.execute(update(PARTS).where(PARTS.c.message == number).values(fate="waiting", reason=""))
    return done


def next_due(ledger: Ledger) -> datetime | None:
    """When the next waiting message is due; null if none waits."""
    query = select(MESSAGES.c.retry_at).where(MESSAGES.c.state.in_(WAITING)).order_by(MESSAGES.c.retry_at).limit(1)
    with ledger.engine.connect() as connection:
        found = aware(connection.execute(query).scalar())
    return found if isinstance(found, datetime) else None


def _due(now: datetime, lease: timedelta) -> ColumnElement[bool]:
    """Waiting, its time come, and free. Times that can only come from a clock since set back hold nothing up."""
    set_back = MESSAGES.c.changed_at > now + _CLOCK_SLIP
    come = or_(MESSAGES.c.retry_at <= now, set_back)
    lapsed = or_(MESSAGES.c.lease_until <= now, MESSAGES.c.lease_until > now + lease + _CLOCK_SLIP)
    free = or_(MESSAGES.c.lease_owner.is_(None), lapsed)
    return and_(MESSAGES.c.state.in_(WAITING), come, free)


def _taken(connection: Connection, message: Message, owner: str, now: datetime, until: datetime) -> Message:
    values: dict[str, object] = {"lease_owner": owner, "lease_until": until, "attempts": message.attempts + 1}
    values |= {
        "changed_at": now,
        "retry_at": min(message.retry_at, now),
    }  # a clock since set back may have written more
    _set(connection, message.id, **values)
    return message.model_copy(update=values)


def _set(connection: Connection, number: int, **values: object) -> None:
    connection.execute(update(MESSAGES).where(MESSAGES.c.id == number).values(**values))
