"""Looking for requests that look like new ones: at once for the one that is opened, behind for all others."""

from pipeline import twin_entries
from review.desk import Desk


def look_now(desk: Desk, record_id: str) -> None:
    """Look for the likes of the request somebody opens, unless that was done."""
    with desk.reading() as connection:
        if twin_entries.is_looked(connection, record_id):
            return
    with desk.writing() as connection:
        twin_entries.look(connection, record_id)


def look_behind(desk: Desk, most: int) -> int:
    """Look for the likes of requests that came in, each in a transaction of its own; how many requests that were."""
    with desk.reading() as connection:
        waiting = twin_entries.unlooked(connection, most)
    for record_id in waiting:
        with desk.writing() as connection:
            twin_entries.look(connection, record_id)
    return len(waiting)
