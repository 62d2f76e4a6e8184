"""The balance of each day, as it stood at the end of the nightly run."""

from datetime import date

from sqlalchemy import select, update

from pipeline.ledger import Ledger
from pipeline.ledger_balance import Balance
from pipeline.ledger_tables import BALANCES
from pipeline.opening import insert_new


def keep_day(ledger: Ledger, day: date, balance: Balance) -> None:
    """Keep the balance of a day; a second run of the same day tells the day's end better than the first."""
    row = {"balance": balance.model_dump_json(), "created_at": ledger.clock()}
    with ledger.writing() as connection:
        if not insert_new(connection, BALANCES, {"day": day.isoformat()} | row):
            connection.execute(update(BALANCES).where(BALANCES.c.day == day.isoformat()).values(**row))


def last_days(ledger: Ledger, most: int) -> tuple[tuple[date, Balance], ...]:
    """The balances of the last days that have one, oldest first."""
    query = select(BALANCES.c.day, BALANCES.c.balance).order_by(BALANCES.c.day.desc()).limit(most)
    with ledger.engine.connect() as connection:
        rows = connection.execute(query).all()
    return tuple((date.fromisoformat(row.day), Balance.model_validate_json(row.balance)) for row in reversed(rows))
