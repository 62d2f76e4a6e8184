"""The same request by another door: two requests beside each other, and what a person makes of them."""

from fastapi.responses import Response

from pipeline.twin_judgements import VERDICTS as ALLOWED
from pipeline.twin_judgements import judge_twins
from review.pages_queue import record_id_of
from review.rendering import notice, page, went
from review.routes import Route
from review.twins import OUTCOMES, VERDICTS, compare
from review.visit import Here, NoSuchThing


def show_twins(visit: Here, reference: str, other: str) -> Response:
    """Two requests answer by answer, changed words marked."""
    one, two = record_id_of(visit, reference), record_id_of(visit, other)
    if one == two:
        raise NoSuchThing
    with visit.desk.reading() as connection:
        told = compare(visit.desk, connection, one, two)
    with visit.desk.writing() as connection:
        for record_id in (one, two):
            visit.note(connection, "compare", record_id, other if record_id == one else reference)
    title = f"{told.earlier.record.reference} and {told.later.record.reference}"
    return page(visit, "twins.html", title=title, told=told, verdicts=VERDICTS, outcomes=OUTCOMES, here=reference)


def do_judge_twins(visit: Here, reference: str, other: str) -> Response:
    """Keep a verdict, or take it back. Nothing is decided about either request by it."""
    one, two = record_id_of(visit, reference), record_id_of(visit, other)
    back, verdict = f"/desk/requests/{reference}/twins/{other}", visit.text("verdict")
    if one == two:
        raise NoSuchThing
    if verdict not in (*ALLOWED, "revoked"):
        words = "Choose: the same request, a corrected version, or a new request."
        return notice(visit, "said.html", 422, title="Not kept", words=words, back=back)
    try:
        with visit.desk.writing() as connection:
            judge_twins(connection, (one, two), verdict, visit.user.name, visit.now)  # type: ignore[arg-type]
            visit.note(connection, "judge_twins", one, other, verdict)
            visit.note(connection, "judge_twins", two, reference, verdict)
    except LookupError:
        return notice(visit, "said.html", 422, title="Not kept", words="There is nothing to take back.", back=back)
    return went(back)


ROUTES = (
    Route("GET", "/desk/requests/{reference}/twins/{other}", show_twins, "reader"),
    Route("POST", "/desk/requests/{reference}/twins/{other}", do_judge_twins, "analyst"),
)
