"""Claims of analysts that have run out: nobody holds them, and their rows go."""

from datetime import datetime

from sqlalchemy import delete

from pipeline.desk_tables import CLAIMS
from pipeline.store import Store


def remove_lapsed_claims(store: Store, now: datetime) -> int:
    """Remove every claim that ran out before a moment; how many. One that is being renewed just now stays."""
    with store.engine.execution_options(writes=True).begin() as connection:
        return connection.execute(delete(CLAIMS).where(CLAIMS.c.expires_at <= now)).rowcount
