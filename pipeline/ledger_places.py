"""Where the ledger has seen mail: known UIDs, mail that vanished, how far a folder was compared."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update

from pipeline.ledger import Ledger
from pipeline.ledger_parked import missed_parked, waiting_uids
from pipeline.ledger_tables import FOLDERS, MESSAGES, SIGHTINGS
from pipeline.messages import aware
from pipeline.opening import insert_new
from pipeline.values import Value


class Untouched(Value):
    """A mail whose message is finished and that still lies where it was seen."""

    sighting: int
    uid: int


def known_uids(ledger: Ledger, account: str, folder: str, uidvalidity: int) -> frozenset[int]:
    """The UIDs of a folder that need not be fetched: in the ledger already, or parked and not due."""
    here = _in_folder(account, folder, uidvalidity)
    with ledger.engine.connect() as connection:
        seen = connection.execute(select(SIGHTINGS.c.uid).where(here)).scalars().all()
    return frozenset(seen) | waiting_uids(ledger, account, folder, uidvalidity)


def seen_as(ledger: Ledger, account: str, folder: str, uidvalidity: int) -> dict[int, tuple[int, datetime]]:
    """For each known UID of a folder the size (bytes) and the arrival of the mail it stands for."""
    query = select(SIGHTINGS.c.uid, MESSAGES.c.size, MESSAGES.c.received_at).join(
        MESSAGES, MESSAGES.c.id == SIGHTINGS.c.message
    )
    with ledger.engine.connect() as connection:
        rows = connection.execute(query.where(_in_folder(account, folder, uidvalidity))).all()
    return {row.uid: (row.size, _time(row.received_at)) for row in rows}


def missed(ledger: Ledger, account: str, folder: str, uidvalidity: int, present: Iterable[int]) -> int:
    """Note which mail no longer lies where it was seen: of this UIDVALIDITY what is not ``present``, of an older one
    all; what is there again is noted as well. Gives how many are newly gone; their raw bytes stay."""
    there = frozenset(present)
    query = select(SIGHTINGS.c.id, SIGHTINGS.c.uidvalidity, SIGHTINGS.c.uid, SIGHTINGS.c.gone_at).where(
        SIGHTINGS.c.account == account, SIGHTINGS.c.folder == folder
    )
    with ledger.engine.connect() as connection:
        rows = connection.execute(query).all()
    lies = {row.id: row.uidvalidity == uidvalidity and row.uid in there for row in rows}
    gone = [row.id for row in rows if not lies[row.id] and row.gone_at is None]
    _mark(ledger, gone, ledger.clock())
    _mark(ledger, [row.id for row in rows if lies[row.id] and row.gone_at is not None], None)
    missed_parked(ledger, account, folder, uidvalidity, there)
    return len(gone)


def _mark(ledger: Ledger, sightings: Sequence[int], gone_at: datetime | None) -> None:
    """A few hundred at a time: databases take no longer lists."""
    for start in range(0, len(sightings), 500):
        these = SIGHTINGS.c.id.in_(sightings[start : start + 500])
        with ledger.writing() as connection:
            connection.execute(update(SIGHTINGS).where(these).values(gone_at=gone_at))


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
        .where(_in_folder(account, folder, uidvalidity), finished)
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


def _in_folder(account: str, folder: str, uidvalidity: int) -> ColumnElement[bool]:
    return and_(SIGHTINGS.c.account == account, SIGHTINGS.c.folder == folder, SIGHTINGS.c.uidvalidity == uidvalidity)


def _time(value: datetime) -> datetime:
    told = aware(value)
    assert isinstance(told, datetime)
    return told
