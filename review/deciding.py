"""Where a request goes: the outcomes a person can give, waiting for the applicant, and opening again."""

import json
from datetime import date

from sqlalchemy import Connection, select

from classifiers.rules import RULES
from pipeline.open_requests import kin_of
from pipeline.records import Arrival
from pipeline.references import read_reference
from pipeline.tables import REQUESTS
from review import claims
from review.current import Current
from review.decisions import arrivals_of, hold
from review.editing import Closed, Conflict, Edit, claim, keep
from review.letters import LetterTrouble, checked, drafted, put_by
from review.queue_rows import leave_behind, now_of
from review.troubles import open_troubles
from review.visit import Visit

OUTCOMES: dict[str, str] = {
    "accepted": "Accepted for formulation",
    "not_eligible": "Not eligible",
    "duplicate_of": "Duplicate of another request",
    "new_version_of": "New version of another request",
    "not_a_request": "Not a request",
}
"""What closes a request. Nothing is deleted by any of them."""
WAITING: dict[str, str] = {"ask": "Ask the applicant for completion", "postpone": "Postpone"}
_TO_ANOTHER = ("duplicate_of", "new_version_of")


class DecisionTrouble(ValueError):
    """A decision that lacks something; the message says what."""


def decide(visit: Visit, record_id: str) -> Current:
    """Give the outcome that the visit's form asks for.

    Raises ``DecisionTrouble``, ``HeldByOther``, ``Closed``, or ``Conflict`` if the page was not the newest."""
    with visit.desk.writing() as connection:
        hold(connection, record_id)
        before = now_of(visit.desk, connection, record_id)
        if before.stage == "decided":
            raise Closed
        edit = _edit(visit, connection, before)
        claim(visit, connection, record_id)
        if (edit.seen, edit.reading) != (before.version, before.reading_id):
            raise Conflict(before, None, edit)
        now = _kept(visit, connection, edit)
        claims.release(connection, record_id, visit.user)
        came = arrivals_of(connection, record_id)
    _put_letter_by(visit, now, edit, came)
    return now


def _kept(visit: Visit, connection: Connection, edit: Edit) -> Current:
    """Keep it; requests that persons judged to be of the same institution are asked anew about one action at a time."""
    now = keep(visit, connection, edit)
    leave_behind(connection, kin_of(connection, now.machine).same)
    return now


def _put_letter_by(visit: Visit, now: Current, edit: Edit, came: tuple[Arrival, ...]) -> None:
    """The letter that belongs to the decision waits among the drafts for a person to send it."""
    if edit.kind == "ask" and (written := drafted(now.record, "completion")):
        put_by(visit, now.record, written, came, edit.content)
    if edit.subject == "not_eligible" and (written := drafted(now.record, "not_eligible", (edit.content,))):
        put_by(visit, now.record, written, came, written.text)


def reopen(visit: Visit, record_id: str) -> Current:
    """Take an outcome or a waiting back, with a reason. Raises ``DecisionTrouble``."""
    with visit.desk.writing() as connection:
        hold(connection, record_id)
        before = now_of(visit.desk, connection, record_id)
        reason = visit.text("reason").strip()
        if before.stage not in ("decided", "waiting"):
            raise DecisionTrouble("This request is open already.")
        if not reason:
            raise DecisionTrouble("Say why the request is opened again.")
        return _kept(visit, connection, Edit(record_id, "reopen", "reopen", "", reason))


def _edit(visit: Visit, connection: Connection, before: Current) -> Edit:
    outcome, reason = visit.text("outcome"), visit.text("reason").strip()
    record_id, seen, reading = before.record.record_id, visit.number("seen"), visit.number("reading")
    if outcome == "ask":
        return Edit(record_id, "ask", "ask", _letter(visit, before), reason, seen, reading)
    if outcome == "postpone":
        return Edit(record_id, "postpone", "postpone", _until(visit), _needed(reason), seen, reading)
    if outcome not in OUTCOMES:
        raise DecisionTrouble("Choose what to do with the request.")
    content = _content(visit, connection, before, outcome)
    if outcome == "accepted" and (left := len(open_troubles(before))) and not reason:
        raise DecisionTrouble(f"{left} point(s) are still open: settle them, or say why the request is accepted so.")
    if outcome in ("not_eligible", "not_a_request"):
        _needed(reason)
    return Edit(record_id, "outcome", outcome, content, reason, seen, reading)


def _letter(visit: Visit, before: Current) -> str:
    """The letter as edited; the guide's sentences must still stand in it."""
    written = drafted(before.record, "completion")
    try:
        return checked(written, visit.text("letter")) if written else visit.text("letter")
    except LetterTrouble as trouble:
        raise DecisionTrouble(str(trouble)) from trouble


def _content(visit: Visit, connection: Connection, before: Current, outcome: str) -> str:
    if outcome in _TO_ANOTHER:
        return _other(connection, visit.text("other"), before.record.record_id)
    if outcome == "not_eligible":
        if visit.text("rule") not in RULES:
            raise DecisionTrouble("Name the rule that is not met; the letter quotes its section.")
        return visit.text("rule")
    return ""


def _other(connection: Connection, typed: str, record_id: str) -> str:
    reference = read_reference(typed)
    query = select(REQUESTS.c.record_id).where(REQUESTS.c.reference == reference)
    found = connection.execute(query).scalar() if reference else None
    if found is None or found == record_id:
        raise DecisionTrouble("Give the reference of the other request, such as the one in its address.")
    assert reference is not None
    return reference


def _until(visit: Visit) -> str:
    try:
        until = date.fromisoformat(visit.text("until"))
    except ValueError as fault:
        raise DecisionTrouble("Give the day until which the request is postponed.") from fault
    if until <= visit.desk.today:
        raise DecisionTrouble("The day until which the request is postponed lies in the past.")
    return json.dumps({"until": until.isoformat()})


def _needed(reason: str) -> str:
    if not reason:
        raise DecisionTrouble("Give the reason; it stands in the history.")
    return reason
