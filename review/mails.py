"""The mails and uploads a request came in, as the ledger has them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.ledger_tables import MESSAGES, PARTS
from review.times import aware


@dataclass(frozen=True)
class Mail:
    """One message that held the request."""

    sha256: str
    channel: str
    filename: str
    sender: str
    received_at: datetime

    @property
    def name(self) -> str:
        """What the file is called when it is saved."""
        return self.filename or f"{self.sha256[:12]}.eml"


def mails_of(connection: Connection, record_id: str) -> list[Mail]:
    """The messages of a request, oldest first; those whose bytes were thrown away by rule are left out."""
    query = (
        select(MESSAGES)
        .where(MESSAGES.c.id.in_(select(PARTS.c.message).where(PARTS.c.record_id == record_id)))
        .where(MESSAGES.c.raw_deleted_at.is_(None))
        .order_by(MESSAGES.c.received_at, MESSAGES.c.id)
    )
    rows = connection.execute(query)
    return [Mail(row.sha256, row.channel, row.filename, row.sender or "", aware(row.received_at)) for row in rows]
