"""Confirming what is left: a person compared every other answer with the page, and says so once."""

from review.course import asked
from review.current import Current, content_of
from review.decisions import append, hold
from review.editing import Closed, Conflict, Edit, claim, decision_of
from review.queue_rows import now_of, write_row
from review.troubles import open_troubles
from review.visit import Visit


def unconfirmed(now: Current) -> list[str]:
    """The questions on the form that nobody has settled and nothing speaks against: those of the trouble list want a
    word of their own."""
    troubled = {each.place for each in open_troubles(now)}
    return [key for key in asked(now) if now.settled(key) is None and f"field-{key}" not in troubled]


def confirm_rest(visit: Visit, record_id: str) -> Current:
    """Confirm them, each as a decision of its own that can be taken back.

    Raises ``HeldByOther``, ``Closed``, or ``Conflict`` if the page was not the newest: what has changed since was not
    compared."""
    with visit.desk.writing() as connection:
        hold(connection, record_id)
        before = now_of(visit.desk, connection, record_id)
        if before.stage == "decided":
            raise Closed
        claim(visit, connection, record_id)
        edit = Edit(record_id, "confirm", "all other answers", "", "", visit.number("seen"), visit.number("reading"))
        if (edit.seen, edit.reading) != (before.version, before.reading_id):
            raise Conflict(before, before.every[-1] if edit.seen != before.version else None, edit)
        keys = unconfirmed(before)
        for key in keys:
            append(connection, decision_of(visit, Edit(record_id, "confirm", key, content_of(before.machine, key))))
        now = now_of(visit.desk, connection, record_id)
        write_row(connection, now)
        visit.note(connection, "confirm", record_id, "all other answers", " ".join(keys))
        return now
