"""Times as the desk keeps and shows them."""

from datetime import UTC, datetime


def aware(moment: datetime) -> datetime:
    """A time out of the database with its zone: SQLite forgets that it is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parsed(text: str | None) -> datetime | None:
    """An ISO time of a record, null if it is none."""
    try:
        return aware(datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None


def age(since: datetime, now: datetime) -> str:
    """How long ago, in words short enough for a column."""
    minutes = max(int((now - aware(since)).total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def shown(moment: datetime | None) -> str:
    """A day and time where the desk stands, for people."""
    return aware(moment).astimezone().strftime("%d %b %Y, %H:%M") if moment else "–"
