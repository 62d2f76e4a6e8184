"""A visit: who asks, in which session, with which form. Every page but the open ones is guarded here."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection
from starlette.datastructures import FormData

from review import audit, sessions
from review.accounts import User
from review.desk import Desk
from review.roles import Role, may

COOKIE = "socieux_session"
COOKIE_PATH = "/desk"
SAFE = ("GET", "HEAD")


class NotSignedIn(Exception):
    """Nobody is signed in, or the session has ended."""


class Refused(Exception):
    """The person may not do this, or the form did not come from the desk; the message says so."""


class NoSuchThing(Exception):
    """There is nothing under this address."""


@dataclass(frozen=True)
class Visit:
    """One call of a signed-in person."""

    desk: Desk
    request: Request
    user: User
    csrf: str
    session: str
    form: FormData
    now: datetime

    @property
    def by_script(self) -> bool:
        """True if the page's script asks for a part of the page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def address(self) -> str:
        """Where the call came from."""
        return address_of(self.request)

    def text(self, name: str) -> str:
        """A field of the form, its line ends made one kind."""
        value = self.form.get(name)
        return value.replace("\r\n", "\n").replace("\x00", "") if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """A number of the form, 0 if it is none."""
        told = self.text(name)
        return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0

    def may(self, role: Role) -> bool:
        """True if the person's role allows what the role named allows."""
        return may(self.user.role, role)

    def note(
        self, connection: Connection, action: str, record_id: str | None, subject: str = "", detail: str = ""
    ) -> None:
        """Write into the audit what this visit did or saw."""
        entry = audit.Entry(self.now, self.user.name, action, record_id, subject, detail[:20_000], self.address)
        audit.note(connection, entry)


def desk_of(request: Request) -> Desk:
    """The desk that serves this call."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def address_of(request: Request) -> str:
    """The address of the other side; behind a proxy, uvicorn has put the true one here."""
    return request.client.host if request.client else ""


async def _form(request: Request) -> FormData:
    return FormData() if request.method in SAFE else await request.form(max_fields=2_000)


def _visit(request: Request, form: FormData) -> Visit:
    desk = desk_of(request)
    now, token = desk.clock(), request.cookies.get(COOKIE, "")
    with desk.reading() as connection:
        session = sessions.find(connection, token, now, desk.settings) if token else None
    if session is None:
        raise NotSignedIn
    if session.stale:
        with desk.writing() as connection:
            sessions.touch(connection, session, now)
    return Visit(desk, request, session.user, session.csrf, session.digest, form, now)


def guard(role: Role) -> Callable[[Request, FormData], None]:
    """What stands before every guarded page: a living session, the role, and for changes the session's token."""

    def guarded(request: Request, form: Annotated[FormData, Depends(_form)]) -> None:
        visit = _visit(request, form)
        if not visit.may(role):
            _log(visit, "refused")
            raise Refused(f"This needs the role {role}; you are signed in as {visit.user.role}.")
        sent = request.headers.get("x-csrf") or visit.text("csrf")
        if request.method not in SAFE and not hmac.compare_digest(sent.encode(), visit.csrf.encode()):
            _log(visit, "refused_form")
            raise Refused("This form did not come from your session. Load the page again and repeat the step.")
        request.state.visit = visit

    return guarded


def _log(visit: Visit, action: str) -> None:
    with visit.desk.writing() as connection:
        visit.note(connection, action, None, f"{visit.request.method} {visit.request.url.path}")


def _here(request: Request) -> Visit:
    visit = request.state.visit
    assert isinstance(visit, Visit)
    return visit


Here = Annotated[Visit, Depends(_here)]
"""The visit, for pages that stand behind a guard."""
