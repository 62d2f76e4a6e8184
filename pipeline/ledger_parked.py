"""Mail that was seen and not fetched: too large, or not given out. It stays in sight until it is fetched."""

from datetime import datetime

from pydantic import Field
from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from pipeline.ledger import Ledger
from pipeline.ledger_tables import PARKED
from pipeline.ledger_work import TOO_FAR, wait_after
from pipeline.messages import Place, aware
from pipeline.opening import insert_new
from pipeline.values import Value

GONE = "gone"
"""The code of mail that was seen, could not be fetched, and no longer lies there."""
_TAKEN_AWAY = "It was taken out of the folder before it could be fetched."


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


def waiting_uids(ledger: Ledger, account: str, folder: str, uidvalidity: int) -> frozenset[int]:
    """Parked mail of a folder that is not to be asked for now."""
    here = and_(_in_folder(account, folder, uidvalidity), PARKED.c.code != GONE, ~_due_again(ledger.clock()))
    with ledger.engine.connect() as connection:
        return frozenset(connection.execute(select(PARKED.c.uid).where(here)).scalars())


def park(ledger: Ledger, place: Place, code: str, reason: str, size: int | None, received_at: datetime | None) -> None:
    """Note mail that was seen and not fetched. ``too_large`` waits for a person; anything else is tried again, later
    each time; ``cut_off`` for the first time at once, since most often it was the line and not the mail."""
    now = ledger.clock()
    row = place.model_dump() | {"size": size, "received_at": received_at, "code": code, "reason": reason}
    row |= {"attempts": 0, "retry_at": None, "released": False, "created_at": now}
    with ledger.writing() as connection:
        _renumbered(connection, place, size, received_at)
        insert_new(connection, PARKED, row)
        here = _at(place)
        attempts = int(connection.execute(select(PARKED.c.attempts).where(here)).scalar_one()) + 1
        waits = wait_after(attempts) if code != "cut_off" else wait_after(attempts - 1) * (attempts > 1)
        retry_at = None if code == "too_large" else now + waits
        values = {"attempts": attempts, "retry_at": retry_at, "code": code, "reason": reason}
        connection.execute(update(PARKED).where(here).values(**values))


def _renumbered(connection: Connection, place: Place, size: int | None, received_at: datetime | None) -> None:
    """Mail parked under a UIDVALIDITY that no longer holds is the same mail under its new number: size and time of
    arrival tell, for its bytes are not known. So it is counted once."""
    same = and_(PARKED.c.account == place.account, PARKED.c.folder == place.folder, PARKED.c.message.is_(None))
    alike = and_(same, PARKED.c.uidvalidity != place.uidvalidity, PARKED.c.size == size)
    rows = connection.execute(select(PARKED.c.id, PARKED.c.received_at).where(alike).order_by(PARKED.c.id)).all()
    number = next((row.id for row in rows if aware(row.received_at) == received_at), None)
    known = connection.execute(select(PARKED.c.id).where(_at(place))).first()
    if number is not None and known is None:
        now_at = {"uidvalidity": place.uidvalidity, "uid": place.uid}
        connection.execute(update(PARKED).where(PARKED.c.id == number).values(**now_at))


def unparked(ledger: Ledger, place: Place, message: int) -> None:
    """Parked mail was fetched after all and is a message now. Nothing happens where it was not parked."""
    with ledger.engine.connect() as connection:
        number = connection.execute(select(PARKED.c.id).where(_at(place))).scalar()
    if number is not None:
        with ledger.writing() as connection:
            connection.execute(update(PARKED).where(PARKED.c.id == number).values(message=message, retry_at=None))


def release(ledger: Ledger, number: int) -> bool:
    """A person's word: fetch parked mail at the next pass, whatever its size. False if there is none."""
    values = {"released": True, "retry_at": ledger.clock()}
    with ledger.writing() as connection:
        waiting = and_(PARKED.c.id == number, PARKED.c.message.is_(None))
        return connection.execute(update(PARKED).where(waiting).values(**values)).rowcount == 1


def released_uids(ledger: Ledger, account: str, folder: str, uidvalidity: int) -> frozenset[int]:
    """Mail that a person wants fetched whatever its size."""
    here = and_(_in_folder(account, folder, uidvalidity), PARKED.c.released, PARKED.c.message.is_(None))
    with ledger.engine.connect() as connection:
        return frozenset(connection.execute(select(PARKED.c.uid).where(here)).scalars())


def parked(ledger: Ledger) -> tuple[Parked, ...]:
    """Everything that was seen and is not fetched yet, oldest first."""
    query = select(PARKED).where(PARKED.c.message.is_(None)).order_by(PARKED.c.id)
    with ledger.engine.connect() as connection:
        rows = connection.execute(query).all()
    return tuple(Parked.model_validate({name: aware(value) for name, value in row._mapping.items()}) for row in rows)


def missed_parked(ledger: Ledger, account: str, folder: str, uidvalidity: int, there: frozenset[int]) -> None:
    """Parked mail that was taken away before anybody fetched it is not waited for; a person sees that it was here."""
    query = select(PARKED.c.id, PARKED.c.uidvalidity, PARKED.c.uid).where(
        PARKED.c.account == account, PARKED.c.folder == folder, PARKED.c.message.is_(None), PARKED.c.code != GONE
    )
    with ledger.engine.connect() as connection:
        rows = connection.execute(query).all()
    if gone := [row.id for row in rows if row.uidvalidity != uidvalidity or row.uid not in there]:
        values = {"code": GONE, "reason": _TAKEN_AWAY, "retry_at": None, "released": False}
        with ledger.writing() as connection:
            connection.execute(update(PARKED).where(PARKED.c.id.in_(gone)).values(**values))


def _due_again(now: datetime) -> ColumnElement[bool]:
    """Its time has come; a time that lies further ahead than anybody waits was set before a clock was put back."""
    come = or_(PARKED.c.retry_at <= now, PARKED.c.retry_at > now + TOO_FAR)
    return and_(PARKED.c.message.is_(None), PARKED.c.retry_at.is_not(None), come)


def _in_folder(account: str, folder: str, uidvalidity: int) -> ColumnElement[bool]:
    return and_(PARKED.c.account == account, PARKED.c.folder == folder, PARKED.c.uidvalidity == uidvalidity)


def _at(place: Place) -> ColumnElement[bool]:
    return and_(_in_folder(place.account, place.folder, place.uidvalidity), PARKED.c.uid == place.uid)
