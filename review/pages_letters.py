"""Letters to the applicant: looked at, edited, saved as a mail; the desk sends none."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from classifiers.rules import RULES
from pipeline.letter import Letter, LetterKind
from pipeline.records import Arrival
from review.current import Current
from review.decisions import arrivals_of
from review.downloads import attachment
from review.letters import KINDS, LetterTrouble, as_file, drafted
from review.pages_queue import record_id_of
from review.queue_rows import now_of
from review.rendering import page, told
from review.routes import Route
from review.visit import Here, NoSuchThing, Visit


def show_letter(visit: Here, reference: str, kind: LetterKind, rule: Annotated[str, Query()] = "") -> Response:
    """A letter as it would be written now."""
    now, written, _ = _letter(visit, reference, kind, rule)
    return page(
        visit,
        "letter.html",
        title=f"{kind.replace('_', ' ').capitalize()} {reference}",
        record=now.record,
        written=written,
        kind=kind,
        rule=rule,
        rules=[check for check in now.record.eligibility.checks if check.outcome not in ("met", "not_applicable")],
    )


def get_letter(visit: Here, reference: str, kind: LetterKind) -> Response:
    """The letter as edited, as a mail to open and send oneself."""
    now, written, came = _letter(visit, reference, kind, visit.text("rule"))
    if written is None:
        raise NoSuchThing
    try:
        data = as_file(written, now.record, came[-1] if came else Arrival(), visit.text("text"))
    except LetterTrouble as trouble:
        return told(visit, f"/desk/requests/{reference}/letters/{kind}", str(trouble), 422)
    with visit.desk.writing() as connection:
        visit.note(connection, "letter", now.record.record_id, kind, visit.text("text"))
    return attachment(data, "message/rfc822", f"{kind}-{reference}.eml")


def _letter(
    visit: Visit, reference: str, kind: LetterKind, rule: str
) -> tuple[Current, Letter | None, tuple[Arrival, ...]]:
    if kind not in KINDS or rule and rule not in RULES:
        raise NoSuchThing
    record_id = record_id_of(visit, reference)
    with visit.desk.reading() as connection:
        now = now_of(visit.desk, connection, record_id)
        came = arrivals_of(connection, record_id)
    standing = now.standing
    decided = standing.decision.content if standing and standing.decision.subject == "not_eligible" else ""
    rules = tuple(name for name in (rule or decided,) if name)
    return now, drafted(now.record, kind, rules), came


ROUTES = (
    Route("GET", "/desk/requests/{reference}/letters/{kind}", show_letter, "analyst"),
    Route("POST", "/desk/requests/{reference}/letters/{kind}", get_letter, "analyst"),
)
