"""Pictures of pages, and the files as they came."""

from fastapi import Request
from fastapi.responses import Response

from pipeline.raw import is_kept
from pipeline.records import Record
from review.decisions import newest_reading
from review.downloads import attachment, is_signed, safe_name, signed
from review.mails import mails_of
from review.pages_queue import record_id_of
from review.rendering import went
from review.routes import Route
from review.visit import Here, NoSuchThing, Visit, desk_of

_WRITTEN_OUT = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


def record_of(visit: Visit, reference: str) -> Record:
    """The machine's newest reading of a request, with all its arrivals. Raises ``NoSuchThing``."""
    record_id = record_id_of(visit, reference)
    with visit.desk.reading() as connection:
        return newest_reading(connection, record_id).record


def show_picture(visit: Here, reference: str, number: int) -> Response:
    """One page as a picture that we drew ourselves."""
    picture = visit.desk.drawer.picture(record_of(visit, reference), number)
    if picture is None:
        raise NoSuchThing
    return Response(picture, media_type="image/png", headers={"cache-control": "private, max-age=3600"})


def show_written_out(visit: Here, reference: str) -> Response:
    """The text of a Word file that cannot be printed here, in a frame that may run and load nothing."""
    text = visit.desk.drawer.written_out(record_of(visit, reference))
    if text is None:
        raise NoSuchThing
    headers = {"content-security-policy": _WRITTEN_OUT, "x-frame-options": "SAMEORIGIN"}
    return Response(text, media_type="text/html; charset=utf-8", headers=headers)


def read_region_again(visit: Here, reference: str) -> Response:
    """The words in a box that somebody drew on a page, as plain text for the field they belong in."""
    record = record_of(visit, reference)
    try:
        sides = [float(visit.text(name)) for name in ("x0", "top", "x1", "bottom")]
    except ValueError as fault:
        raise NoSuchThing from fault
    x0, top, x1, bottom = (min(max(side, 0.0), 20_000.0) for side in sides)
    box = (min(x0, x1), min(top, bottom), max(x0, x1), max(top, bottom))
    large_enough = box[2] - box[0] >= 3 and box[3] - box[1] >= 3
    text = visit.desk.drawer.region(visit.desk.store, record, visit.number("page"), box) if large_enough else ""
    return Response(text, media_type="text/plain; charset=utf-8")


def get_original(visit: Here, reference: str) -> Response:
    """Lead to the form as it came, under an address that carries no session."""
    record = record_of(visit, reference)
    return _led(visit, record, record.source.sha256, record.source.filename)


def get_supporting(visit: Here, reference: str, sha256: str) -> Response:
    """Lead to a file that came beside the form; only files of this request can be had here."""
    record = record_of(visit, reference)
    known = {each.sha256: each.filename for each in record.source.supporting_documents}
    if sha256 not in known:
        raise NoSuchThing
    return _led(visit, record, sha256, known[sha256])


def get_mail(visit: Here, reference: str, sha256: str) -> Response:
    """Lead to a mail that held this request, as it came."""
    record = record_of(visit, reference)
    with visit.desk.reading() as connection:
        known = {mail.sha256: mail.name for mail in mails_of(connection, record.record_id)}
    if sha256 not in known:
        raise NoSuchThing
    return _led(visit, record, sha256, known[sha256])


def _led(visit: Visit, record: Record, sha256: str, name: str) -> Response:
    with visit.desk.writing() as connection:
        visit.note(connection, "download", record.record_id, sha256, name)
    return went(signed(visit.desk.key, sha256, safe_name(name), visit.now))


def get_file(request: Request, until: str, mark: str, sha256: str, name: str) -> Response:
    """A file, for who holds the address the desk has just made; it is saved, never shown."""
    desk = desk_of(request)
    if not is_signed(desk.key, sha256, name, until, mark, desk.clock()):
        return Response("This address is no longer good; open the request again.", 403, media_type="text/plain")
    if not is_kept(desk.store.raw_folder, sha256):
        raise NoSuchThing
    return attachment(desk.store.raw(sha256), "application/octet-stream", name)


ROUTES = (
    Route("GET", "/desk/requests/{reference}/pages/{number}.png", show_picture, "reader"),
    Route("POST", "/desk/requests/{reference}/region", read_region_again, "analyst"),
    Route("GET", "/desk/requests/{reference}/text", show_written_out, "reader"),
    Route("GET", "/desk/requests/{reference}/original", get_original, "reader"),
    Route("GET", "/desk/requests/{reference}/supporting/{sha256}", get_supporting, "reader"),
    Route("GET", "/desk/requests/{reference}/mail/{sha256}", get_mail, "reader"),
    Route("GET", "/files/{until}/{mark}/{sha256}/{name}", get_file, None),
)
