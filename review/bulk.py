"""One step on many requests: each has its own result, and one that fails stops no other."""

from dataclasses import dataclass

from sqlalchemy import select

from pipeline.desk_tables import QUEUE, USERS
from review.claims import HeldByOther, holder
from review.decisions import hold
from review.editing import Closed, Edit, keep
from review.queue_rows import now_of
from review.visit import Visit


@dataclass(frozen=True)
class Result:
    """What became of one request."""

    reference: str
    done: bool
    words: str


def assign(visit: Visit, reference: str) -> Result:
    """Give a request to a colleague."""
    with visit.desk.writing() as connection:
        person = connection.execute(select(USERS.c.id).where(USERS.c.name == visit.text("person"))).scalar()
        row = connection.execute(select(QUEUE).where(QUEUE.c.reference == reference)).first()
        if row is None or person is None:
            return Result(reference, False, "there is no such request" if person else "there is no such person")
        if row.assignee == person:
            return Result(reference, True, "was assigned so already")
        connection.execute(QUEUE.update().where(QUEUE.c.reference == reference).values(assignee=person))
        visit.note(connection, "assign", row.record_id, visit.text("person"))
        return Result(reference, True, f"assigned to {visit.text('person')}")


def unassign(visit: Visit, reference: str) -> Result:
    """Give a request back to all."""
    with visit.desk.writing() as connection:
        row = connection.execute(select(QUEUE).where(QUEUE.c.reference == reference)).first()
        if row is None:
            return Result(reference, False, "there is no such request")
        connection.execute(QUEUE.update().where(QUEUE.c.reference == reference).values(assignee=None))
        visit.note(connection, "unassign", row.record_id)
        return Result(reference, True, "assigned to nobody")


def ask(visit: Visit, reference: str) -> Result:
    """Ask the applicants of several requests for the same information; each waits for its answer then."""
    question = visit.text("question").strip()
    if not question:
        return Result(reference, False, "nothing was asked: type the question first")
    try:
        return _asked(visit, reference, question)
    except HeldByOther as held:
        return Result(reference, False, str(held))
    except Closed:
        return Result(reference, False, "is decided; open it again first")


def _asked(visit: Visit, reference: str, question: str) -> Result:
    with visit.desk.writing() as connection:
        record_id = connection.execute(select(QUEUE.c.record_id).where(QUEUE.c.reference == reference)).scalar()
        if record_id is None:
            return Result(reference, False, "there is no such request")
        hold(connection, record_id)
        held = holder(connection, record_id, visit.now)
        if held and held.user_id != visit.user.id:
            raise HeldByOther(held)
        if now_of(visit.desk, connection, record_id).stage == "decided":
            raise Closed
        keep(visit, connection, Edit(record_id, "ask", "ask", question, "asked for together with others"))
        return Result(reference, True, "waits for the applicant; the question is on its page")
