"""Where the ledger has seen mail: known UIDs, mail that vanished or was parked, how far a folder was compared."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import Field
from sqlalchemy import ColumnElement, Table, and_, select, update

from pipeline.ledger import Ledger, Place, aware
from pipeline.ledger_tables import FOLDERS, MESSAGES, PARKED, SIGHTINGS
from pipeline.ledger_work import wait_after
from pipeline.opening import insert_new
from pipeline.values import Value


class Parked(Value):
    """Mail that was seen and not fetched; the columns are explained at ``ledger_tables.PARKED``."""

    id: int
    account: str
    folder: str
    uidvalidity: int
    uid: int
    size: int | None
    received_at: datetime | None
    code: str
    reason: str
    attempts: int
    retry_at: datetime | None
    released: bool
    message: int | None
    created_at: datetime = Field(exclude=True)


class Untouched(Value):
    """A mail whose message is finished and that still lies where it was seen."""

    sighting: int
    uid: int


def known_uids(ledger: Ledger, account: str, folder: str, uidvalidity: int) -> frozenset[int]:
    """The UIDs of a folder that need not be fetched: in the ledger already, or parked and not due."""
    here = _in_folder(SIGHTINGS, account, folder, uidvalidity)
    waits = and_(_in_folder(PARKED, account, folder, uidvalidity), ~_due_again(ledger.clock()))
    with ledger.engine.connect() as connection:
        seen = connection.execute(select(SIGHTINGS.c.uid).where(here)).scalars().all()
        parked = connection.execute(select(PARKED.c.uid).where(waits)).scalars().all()
    return frozenset((*seen, *parked))


def missed(ledger: Ledger, account: str, folder: str, uidvalidity: int, present: Iterable[int]) -> int:
    """Note which mail no longer lies where it was seen: of this UIDVALIDITY what is not ``present``, of an older one
    all. Gives how many are newly gone; their raw bytes stay."""
    there = frozenset(present)
    query = select(SIGHTINGS.c.id, SIGHTINGS.c.uidvalidity, SIGHTINGS.c.uid).where(
        SIGHTINGS.c.account == account, SIGHTINGS.c.folder == folder, SIGHTINGS.c.gone_at.is_(None)
    )
    with ledger.engine.connect() as connection:
        rows = connection.execute(query).all()
    gone = [row.id for row in rows if row.uidvalidity != uidvalidity or row.uid not in there]
    if gone:
        with ledger.writing() as connection:
            for start in range(0, len(gone), 500):
                some = SIGHTINGS.c.id.in_(gone[start : start + 500])
                connection.execute(update(SIGHTINGS).where(some).values(gone_at=ledger.clock()))
    return len(gone)


def last_uidvalidity(ledger: Ledger, account: str, folder: str) -> int | None:
    """The UIDVALIDITY under which the folder was last compared; null if it never was."""
    query = select(FOLDERS.c.uidvalidity).where(FOLDERS.c.account == account, FOLDERS.c.folder == folder)
    with ledger.engine.connect() as connection:
        return connection.execute(query).scalar()


def reconciled(ledger: Ledger, account: str, folder: str, uidvalidity: int, highest_uid: int) -> None:
    """Note that the whole folder was compared with the ledger, just now."""
    key = {"account": account, "folder": folder}
    row = {"uidvalidity": uidvalidity, "highest_uid": highest_uid, "reconciled_at": ledger.clock()}
    here = and_(FOLDERS.c.account == account, FOLDERS.c.folder == folder)
    with ledger.writing() as connection:
        if not insert_new(connection, FOLDERS, key | row):
            connection.execute(update(FOLDERS).where(here).values(**row))


def last_reconciled(ledger: Ledger) -> dict[tuple[str, str], datetime]:
    """When each (account, folder) was last compared, whole, with the ledger."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(FOLDERS)).all()
    return {(row.account, row.folder): _time(row.reconciled_at) for row in rows}


def untouched(ledger: Ledger, account: str, folder: str, uidvalidity: int) -> tuple[Untouched, ...]:
    """Mail to move or to flag: its message is finished, so its records are durable, and nobody has touched it yet."""
    finished = MESSAGES.c.state.in_(("processed", "quarantined", "ignored"))
    query = (
        select(SIGHTINGS.c.id.label("sighting"), SIGHTINGS.c.uid)
        .join(MESSAGES, MESSAGES.c.id == SIGHTINGS.c.message)
        .where(_in_folder(SIGHTINGS, account, folder, uidvalidity), finished)
        .where(SIGHTINGS.c.touched_at.is_(None), SIGHTINGS.c.gone_at.is_(None))
        .order_by(SIGHTINGS.c.uid)
    )
    with ledger.engine.connect() as connection:
        return tuple(Untouched.model_validate(dict(row._mapping)) for row in connection.execute(query))


def touched(ledger: Ledger, sightings: Sequence[int]) -> None:
    """Note that we moved or flagged mail."""
    with ledger.writing() as connection:
        these = SIGHTINGS.c.id.in_(tuple(sightings))
        connection.execute(update(SIGHTINGS).where(these).values(touched_at=ledger.clock()))


def park(ledger: Ledger, place: Place, code: str, reason: str, size: int | None, received_at: datetime | None) -> None:
    """Note mail that was seen and not fetched. ``too_large`` waits for a person; anything else is tried again, later
    each time."""
    now = ledger.clock()
    row = place.model_dump() | {"size": size, "received_at": received_at, "code": code, "reason": reason}
    row |= {"attempts": 0, "retry_at": None, "released": False, "created_at": now}
    with ledger.writing() as connection:
        insert_new(connection, PARKED, row)
        here = _at(PARKED, place)
        attempts = int(connection.execute(select(PARKED.c.attempts).where(here)).scalar_one()) + 1
        retry_at = None if code == "too_large" else now + wait_after(attempts)
        values = {"attempts": attempts, "retry_at": retry_at, "code": code, "reason": reason}
        connection.execute(update(PARKED).where(here).values(**values))


def unparked(ledger: Ledger, place: Place, message: int) -> None:
    """Parked mail was fetched after all and is a message now. Nothing happens where it was not parked."""
    with ledger.writing() as connection:
        connection.execute(update(PARKED).where(_at(PARKED, place)).values(message=message, retry_at=None))


def release(ledger: Ledger, number: int) -> bool:
    """A person's word: fetch parked mail at the next pass, whatever its size. False if there is none."""
    values = {"released": True, "retry_at": ledger.clock()}
    with ledger.writing() as connection:
        waiting = and_(PARKED.c.id == number, PARKED.c.message.is_(None))
        return connection.execute(update(PARKED).where(waiting).values(**values)).rowcount == 1


def released_uids(ledger: Ledger, account: str, folder: str, uidvalidity: int) -> frozenset[int]:
    """Mail that a person wants fetched whatever its size."""
    here = and_(_in_folder(PARKED, account, folder, uidvalidity), PARKED.c.released, PARKED.c.message.is_(None))
    with ledger.engine.connect() as connection:
        return frozenset(connection.execute(select(PARKED.c.uid).where(here)).scalars())


def parked(ledger: Ledger) -> tuple[Parked, ...]:
    """Everything that was seen and is not fetched yet, oldest first."""
    query = select(PARKED).where(PARKED.c.message.is_(None)).order_by(PARKED.c.id)
    with ledger.engine.connect() as connection:
        rows = connection.execute(query).all()
    return tuple(Parked.model_validate({name: aware(value) for name, value in row._mapping.items()}) for row in rows)


def _due_again(now: datetime) -> ColumnElement[bool]:
    return and_(PARKED.c.message.is_(None), PARKED.c.retry_at.is_not(None), PARKED.c.retry_at <= now)


def _in_folder(table: Table, account: str, folder: str, uidvalidity: int) -> ColumnElement[bool]:
    return and_(table.c.account == account, table.c.folder == folder, table.c.uidvalidity == uidvalidity)


def _at(table: Table, place: Place) -> ColumnElement[bool]:
    return and_(_in_folder(table, place.account, place.folder, place.uidvalidity), table.c.uid == place.uid)


def _time(value: datetime) -> datetime:
    told = aware(value)
    assert isinstance(told, datetime)
    return told
