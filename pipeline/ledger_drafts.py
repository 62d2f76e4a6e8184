"""Letters that were drafted and wait to be put into the mailbox's Drafts folder. The machine sends nothing."""

from datetime import datetime
from typing import Literal

from sqlalchemy import and_, exists, or_, select, update

from pipeline.ledger import Ledger
from pipeline.ledger_tables import DRAFTS
from pipeline.ledger_work import TOO_FAR, wait_after
from pipeline.messages import aware, storable
from pipeline.opening import insert_new
from pipeline.raw import keep_raw
from pipeline.tables import REQUESTS
from pipeline.values import Value

DraftState = Literal["waiting", "appended", "kept"]


class Draft(Value):
    """A drafted letter: for which record, of what kind, its ``.eml`` by hash, and where it is."""

    id: int
    record_id: str
    kind: str
    sha256: str
    message: int | None
    state: DraftState
    reason: str
    attempts: int
    retry_at: datetime
    created_at: datetime
    appended_at: datetime | None


def keep_draft(
    ledger: Ledger,
    record_id: str,
    kind: str,
    letter: bytes,
    message: int | None = None,
    state: DraftState = "waiting",
) -> bool:
    """Keep a letter as a draft, once per record and kind; false if there is one already, which stays as it is."""
    now = ledger.clock()
    row: dict[str, object] = {"record_id": record_id, "kind": kind, "message": message}
    row |= {"sha256": keep_raw(ledger.raw_folder, letter)}
    row |= {"state": state, "reason": "", "attempts": 0, "retry_at": now, "created_at": now}
    with ledger.writing() as connection:
        return insert_new(connection, DRAFTS, row)


def due(ledger: Ledger) -> tuple[Draft, ...]:
    """Drafts that are to be put into the mailbox now, oldest first; none for a request that was forgotten."""
    now = ledger.clock()
    come = or_(DRAFTS.c.retry_at <= now, DRAFTS.c.retry_at > now + TOO_FAR)
    forgotten = exists().where(REQUESTS.c.record_id == DRAFTS.c.record_id, REQUESTS.c.forgotten_at.is_not(None))
    ready = and_(DRAFTS.c.state == "waiting", come, ~forgotten)
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(DRAFTS).where(ready).order_by(DRAFTS.c.id).limit(100)).all()
    return tuple(_draft(dict(row._mapping)) for row in rows)


def drafts_of(ledger: Ledger, record_id: str) -> tuple[Draft, ...]:
    """All drafts for a record, oldest first."""
    query = select(DRAFTS).where(DRAFTS.c.record_id == record_id).order_by(DRAFTS.c.id)
    with ledger.engine.connect() as connection:
        return tuple(_draft(dict(row._mapping)) for row in connection.execute(query).all())


def appended(ledger: Ledger, draft: Draft) -> None:
    """The draft lies in the Drafts folder."""
    _set(ledger, draft, state="appended", appended_at=ledger.clock(), reason="")


def failed(ledger: Ledger, draft: Draft, reason: str) -> None:
    """It could not be put there; later again, later each time. The reason stays visible."""
    attempts = draft.attempts + 1
    retry_at = ledger.clock() + wait_after(attempts)
    _set(ledger, draft, attempts=attempts, reason=storable(reason), retry_at=retry_at)


def _set(ledger: Ledger, draft: Draft, **values: object) -> None:
    with ledger.writing() as connection:
        connection.execute(update(DRAFTS).where(DRAFTS.c.id == draft.id).values(**values))


def _draft(row: dict[str, object]) -> Draft:
    return Draft.model_validate({name: aware(value) for name, value in row.items()})
