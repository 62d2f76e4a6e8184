"""One request: its pages beside its answers, the checks, the rubric, the theme, its history."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse, Response
from sqlalchemy import Connection

from review import claims, comments
from review.again import read_again
from review.decisions import newest_reading
from review.mentions import names
from review.pages_queue import query_of, record_id_of
from review.queue_rows import catch_up, now_of
from review.queue_search import Filter, neighbours
from review.rendering import page, told, went
from review.request_view import sheets_of, view, views_of
from review.routes import Route
from review.twin_looks import look_now
from review.visit import Here, Visit

Asked = Annotated[Filter, Query()]


def show_request(visit: Here, reference: str, asked: Asked) -> Response:
    """The page of a request; that it was seen is kept in the audit."""
    catch_up(visit.desk, 5)
    record_id = record_id_of(visit, reference)
    look_now(visit.desk, record_id)
    with visit.desk.reading() as connection:
        now = now_of(visit.desk, connection, record_id)
        shown = view(visit, connection, now)
        before, after = neighbours(connection, record_id, asked, visit.user, visit.now)
    with visit.desk.writing() as connection:
        visit.note(connection, "view", record_id)
    query = query_of(asked)
    around = {"before": before, "after": after, "query": f"?{query}" if query else "", "asked": asked}
    return page(visit, "request.html", sheets=sheets_of(visit, now, draw=False), **shown, **around)


def show_sheets(visit: Here, reference: str) -> Response:
    """The pages of the form, drawn now if they were not before."""
    record_id = record_id_of(visit, reference)
    with visit.desk.reading() as connection:
        now = now_of(visit.desk, connection, record_id)
    return page(visit, "sheets_part.html", record=now.record, now=now, sheets=sheets_of(visit, now, draw=True))


def show_labels(visit: Here, reference: str) -> Response:
    """The boxes of the printed labels, for pages on which finding them takes a while."""
    record_id = record_id_of(visit, reference)
    with visit.desk.reading() as connection:
        machine = newest_reading(connection, record_id).record
    found = visit.desk.drawer.labels(visit.desk.store, machine)
    boxes = [{"key": key, "page": e.page, "box": e.bbox} for key, held in found.items() for e in held if e.bbox]
    return JSONResponse(boxes)


def show_audit_of(visit: Here, reference: str) -> Response:
    """Who saw and changed a request, and when."""
    record_id = record_id_of(visit, reference)
    with visit.desk.reading() as connection:
        entries = views_of(connection, record_id)
    return page(visit, "audit.html", title=f"Audit of {reference}", entries=entries, back=f"/desk/requests/{reference}")


def take_claim(visit: Here, reference: str) -> Response:
    """Claim a request without editing yet."""
    record_id = record_id_of(visit, reference)
    with visit.desk.writing() as connection:
        if claims.take(connection, record_id, visit.user, visit.now, visit.desk.settings.lease):
            visit.note(connection, "claim", record_id)
    return _claim(visit, reference, record_id)


def take_over(visit: Here, reference: str) -> Response:
    """Take a request from a colleague who holds it; it is logged."""
    record_id = record_id_of(visit, reference)
    with visit.desk.writing() as connection:
        before = claims.take_over(connection, record_id, visit.user, visit.now, visit.desk.settings.lease)
        visit.note(connection, "take_over", record_id, before.name if before else "")
    return _claim(visit, reference, record_id)


def beat(visit: Here, reference: str) -> Response:
    """The heartbeat of a page that somebody works on."""
    record_id = record_id_of(visit, reference)
    with visit.desk.writing() as connection:
        claims.renew(connection, record_id, visit.user, visit.now, visit.desk.settings.lease)
    return _claim(visit, reference, record_id)


def release(visit: Here, reference: str) -> Response:
    """Give a request back to all; what was saved stays."""
    record_id = record_id_of(visit, reference)
    with visit.desk.writing() as connection:
        if claims.release(connection, record_id, visit.user):
            visit.note(connection, "release", record_id)
    return _claim(visit, reference, record_id)


def _claim(visit: Visit, reference: str, record_id: str) -> Response:
    if not visit.by_script:
        return went(f"/desk/requests/{reference}")
    with visit.desk.reading() as connection:
        held = claims.holder(connection, record_id, visit.now)
        now = now_of(visit.desk, connection, record_id)
    return page(visit, "claim_part.html", claim=held, now=now, record=now.record)


def again(visit: Here, reference: str) -> Response:
    """Read the file of a request once more."""
    record_id = record_id_of(visit, reference)
    with visit.desk.reading() as connection:
        reading = newest_reading(connection, record_id)
    changed = read_again(visit, reading)
    with visit.desk.writing() as connection:
        visit.note(connection, "read_again", record_id, "", "changed" if changed else "the same")
    words = "It was read anew." if changed else "It was read again; nothing in it is read otherwise than before."
    return told(visit, f"/desk/requests/{reference}", words)


def add_comment(visit: Here, reference: str) -> Response:
    """Tell colleagues something."""
    record_id = record_id_of(visit, reference)
    words = visit.text("words").strip()
    with visit.desk.writing() as connection:
        if words:
            comments.add(connection, record_id, visit.user, words, visit.now)
            visit.note(connection, "comment", record_id, "", words)
        said = _comments(visit, connection, record_id)
    return said if visit.by_script else went(f"/desk/requests/{reference}#comments")


def _comments(visit: Visit, connection: Connection, record_id: str) -> Response:
    now = now_of(visit.desk, connection, record_id)
    told = comments.of(connection, record_id)
    return page(visit, "comments_part.html", record=now.record, comments=told, colleagues=names(connection, visit))


ROUTES = (
    Route("GET", "/desk/requests/{reference}", show_request, "reader"),
    Route("GET", "/desk/requests/{reference}/sheets", show_sheets, "reader"),
    Route("GET", "/desk/requests/{reference}/labels", show_labels, "reader"),
    Route("GET", "/desk/requests/{reference}/audit", show_audit_of, "lead"),
    Route("POST", "/desk/requests/{reference}/claim", take_claim, "analyst"),
    Route("POST", "/desk/requests/{reference}/takeover", take_over, "lead"),
    Route("POST", "/desk/requests/{reference}/beat", beat, "analyst"),
    Route("POST", "/desk/requests/{reference}/release", release, "analyst"),
    Route("POST", "/desk/requests/{reference}/again", again, "analyst"),
    Route("POST", "/desk/requests/{reference}/comments", add_comment, "analyst"),
)
