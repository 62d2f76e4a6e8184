"""Accounts and the audit, for those who keep them."""

import csv
import io
from collections.abc import Mapping

from fastapi.responses import Response

from pipeline.outputs import defused
from review import audit, sessions
from review.accounts import AccountTrouble, add_user, change_user, check_password, set_password, user_by_id, users
from review.downloads import attachment
from review.keys import KEYS, chosen
from review.rendering import page, told, went
from review.roles import ROLES
from review.routes import Route
from review.visit import Here, NoSuchThing, Visit

SHOWN = 300


def show_people(visit: Here) -> Response:
    """Everybody who may use the desk."""
    with visit.desk.reading() as connection:
        people = users(connection)
    return page(visit, "people.html", title="People", people=people, roles=ROLES)


def add_person(visit: Here) -> Response:
    """A new account."""
    name, full_name = visit.text("name"), visit.text("full_name")
    try:
        with visit.desk.writing() as connection:
            made = add_user(connection, name, full_name, visit.text("role"), _first_password(visit), visit.now)
            visit.note(connection, "add_user", None, made.name, made.role)
    except AccountTrouble as trouble:
        return told(visit, "/desk/people", str(trouble), 422)
    return went("/desk/people")


def _first_password(visit: Visit) -> str | None:
    """Null where none is typed and people can come by single sign-on."""
    return visit.text("password") or (None if visit.desk.provider else "")


def change_person(visit: Here, number: int) -> Response:
    """Another role, or no more access; sessions end with the access."""
    role, active = visit.text("role"), visit.text("active") == "yes"
    with visit.desk.writing() as connection:
        person = user_by_id(connection, number)
        if person is None or role not in ROLES:
            raise NoSuchThing
        if person.id == visit.user.id:
            return told(visit, "/desk/people", "Ask another administrator to change your own account.", 422)
        change_user(connection, number, role, active)
        sessions.end_all(connection, number, visit.now)
        visit.note(connection, "change_user", None, person.name, f"{role} {'active' if active else 'closed'}")
    return went("/desk/people")


def show_account(visit: Here) -> Response:
    """One's own account."""
    return account_page(visit)


def account_page(
    visit: Visit, status: int = 200, said: str = "", trouble_with_keys: str = "", typed: Mapping[str, str] | None = None
) -> Response:
    """The account with its keys, and what stood in the way of a change."""
    held = {key: (chosen(visit.user.keys) if typed is None else typed).get(key, key) for key in KEYS}
    told = {"said": said, "trouble_with_keys": trouble_with_keys, "typed": held, "keys": KEYS}
    return page(visit, "account.html", status, title="Your account", **told)


def change_password(visit: Here) -> Response:
    """Another password of one's own; all other sessions end."""
    with visit.desk.writing() as connection:
        if check_password(connection, visit.user.name, visit.text("old")) is None:
            return account_page(visit, 422, "The old password does not fit.")
        try:
            set_password(connection, visit.user.name, visit.text("new"))
        except AccountTrouble as trouble:
            return account_page(visit, 422, str(trouble))
        sessions.end_all(connection, visit.user.id, visit.now)
        visit.note(connection, "password", None)
    return went("/desk/login")


def show_audit(visit: Here, name: str = "", action: str = "") -> Response:
    """The newest entries of the audit."""
    with visit.desk.reading() as connection:
        entries = audit.newest(connection, name, action, SHOWN)
    return page(visit, "audit.html", title="Audit", entries=entries, back="/desk")


def get_audit(visit: Here) -> Response:
    """The whole audit as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("at", "name", "action", "record_id", "subject", "detail", "address"))
    with visit.desk.reading() as connection:
        for entry in audit.everything(connection):
            cells = (entry.name, entry.action, entry.record_id or "", entry.subject, entry.detail, entry.address)
            writer.writerow((entry.at.isoformat(), *(defused(cell) for cell in cells)))
    with visit.desk.writing() as connection:
        visit.note(connection, "export", None, "audit")
    return attachment(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", "audit.csv")


ROUTES = (
    Route("GET", "/desk/people", show_people, "admin"),
    Route("POST", "/desk/people", add_person, "admin"),
    Route("POST", "/desk/people/{number}", change_person, "admin"),
    Route("GET", "/desk/account", show_account, "reader"),
    Route("POST", "/desk/account", change_password, "reader"),
    Route("GET", "/desk/audit", show_audit, "lead"),
    Route("GET", "/desk/audit.csv", get_audit, "lead"),
)
