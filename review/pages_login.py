"""Signing in and out."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from review import audit, sessions
from review.accounts import User, check_password
from review.desk import Desk
from review.rendering import open_page, went
from review.routes import Route
from review.visit import COOKIE, COOKIE_PATH, Here, address_of, desk_of

WINDOW = timedelta(minutes=15)
MOST_BY_NAME, MOST_BY_ADDRESS = 8, 40
"""Failed sign-ins within the window after which no more are tried."""


async def _typed(request: Request) -> FormData:
    return await request.form(max_fields=10, max_files=0)


def home() -> Response:
    """The bare address leads to the desk."""
    return RedirectResponse("/desk", status_code=307)


def show_login(request: Request, next: str = "", left: str = "") -> Response:
    """The page to sign in; ``left`` where somebody who came by single sign-on has just signed out here."""
    return _page(desk_of(request), inside(next), "", left=bool(left))


def log_in(request: Request, form: Annotated[FormData, Depends(_typed)]) -> Response:
    """Begin a session if name and password fit; slow down who guesses."""
    desk, name = desk_of(request), str(form.get("name", ""))[:80].strip().casefold()
    after, now = inside(str(form.get("next", ""))), desk.clock()
    with desk.reading() as connection:
        by_name, by_address = audit.failures(connection, now - WINDOW, name, address_of(request))
        if by_name >= MOST_BY_NAME or by_address >= MOST_BY_ADDRESS:
            return _again(desk, after, "Too many attempts; wait a quarter of an hour.", 429)
        user = check_password(connection, name, str(form.get("password", ""))[:1_000])
    if user is None:
        note_failure(desk, request, name)
        return _again(desk, after, "Name and password do not fit.", 401)
    return begin_session(desk, request, user, after)


def begin_session(desk: Desk, request: Request, user: User, after: str) -> Response:
    """Sign a person in, always with a new token."""
    with desk.writing() as connection:
        token = sessions.begin(connection, user, desk.clock())
        entry = audit.Entry(desk.clock(), user.name, "login", None, "", "", address_of(request))
        audit.note(connection, entry)
    answer = went(after)
    answer.set_cookie(COOKIE, token, path=COOKIE_PATH, httponly=True, samesite="lax", secure=desk.settings.secure)
    return answer


def log_out(visit: Here) -> Response:
    """End the session."""
    with visit.desk.writing() as connection:
        sessions.end(connection, visit.session, visit.now)
        visit.note(connection, "logout", None)
    answer = went("/desk/login?left=1" if visit.desk.provider and not visit.user.local else "/desk/login")
    answer.delete_cookie(COOKIE, path=COOKIE_PATH)
    return answer


def inside(path: str) -> str:
    """Only pages of the desk are led to after signing in."""
    good = path.startswith("/desk") and path[5:6] in ("", "/", "?") and "\\" not in path and path.isprintable()
    return path if good else "/desk"


def _page(desk: Desk, after: str, said: str, status: int = 200, left: bool = False) -> Response:
    button = desk.provider.settings.words if desk.provider else ""
    return open_page("login.html", status, title="Sign in", next=after, said=said, button=button, left=left)


def _again(desk: Desk, after: str, words: str, status: int) -> Response:
    answer = _page(desk, after, words, status)
    if status == 429:
        answer.headers["retry-after"] = str(int(WINDOW.total_seconds()))
    return answer


def note_failure(desk: Desk, request: Request, name: str, why: str = "") -> None:
    """A sign-in that failed goes into the audit, where attempts are counted."""
    with desk.writing() as connection:
        entry = audit.Entry(desk.clock(), name, "login_failed", None, "", why, address_of(request))
        audit.note(connection, entry)


ROUTES = (
    Route("GET", "/", home, None),
    Route("GET", "/desk/login", show_login, None),
    Route("POST", "/desk/login", log_in, None),
    Route("POST", "/desk/logout", log_out, "reader"),
)
