"""Single sign-on: to the office's sign-on service, back with its word, and out of it again."""

import logging
import secrets

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from review import audit
from review.admitting import Admitted, admitted, known
from review.desk import Desk
from review.identity_provider import IdentityProvider, SignOnFailed, untrusted, used_up
from review.pages_login import MOST_BY_ADDRESS, WINDOW, begin_session, inside, note_failure
from review.pending_sign_on import COOKIE, LASTS, Pending, sealed, unsealed
from review.rendering import open_page
from review.routes import Route
from review.visit import NoSuchThing, address_of, desk_of

PATH = "/desk/sign-on"
_BROKEN_OFF = "The sign-on service did not confirm who you are: it was broken off there, or you may not use this desk."
_LONGEST = 8_000
"""Characters of a code; providers' codes have some hundreds."""


def leave(request: Request, next: str = "") -> Response:
    """Send the browser to the sign-on service, with what it must bring back."""
    desk, provider = _provider(request)
    pending = Pending(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        after=inside(next),
        begun=desk.clock(),
    )
    try:
        there = provider.way_there(_back(desk, request), pending.state, pending.nonce, pending.verifier)
    except SignOnFailed as failed:
        return _failed(desk, request, failed)
    answer = RedirectResponse(there, status_code=303)
    held = sealed(desk.key, pending)
    age, secure = int(LASTS.total_seconds()), desk.settings.secure
    answer.set_cookie(COOKIE, held, age, path=PATH, httponly=True, samesite="lax", secure=secure)
    return answer


def come_back(request: Request, code: str = "", state: str = "", error: str = "", iss: str = "") -> Response:
    """Sign in whom the sign-on service names; whatever does not fit is said in a sentence, and kept in the audit."""
    desk, provider = _provider(request)
    with desk.reading() as connection:
        _, failures = audit.failures(connection, desk.clock() - WINDOW, "", address_of(request))
    if failures >= MOST_BY_ADDRESS:
        words = "Too many attempts; wait a quarter of an hour."
        return _failed(desk, request, SignOnFailed("too_many", words, 429))
    try:
        pending = _pending(desk, provider, request, state)
        _check_answer(provider, code, error, iss)
        claims = provider.who(code, _back(desk, request), pending.nonce, pending.verifier, desk.clock())
        person = known(claims, provider.settings)
        with desk.writing() as connection:
            entered = admitted(connection, person, provider.settings, desk.clock())
            _note(desk, request, connection, entered)
        answer = begin_session(desk, request, entered.user, pending.after)
    except SignOnFailed as failed:
        answer = _failed(desk, request, failed)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def leave_there(request: Request) -> Response:
    """From the desk, which has ended its session, on to the end of the session at the sign-on service."""
    desk, provider = _provider(request)
    try:
        there = provider.way_out(_home(desk, request) + "/desk/login")
    except SignOnFailed as failed:
        return _failed(desk, request, failed)
    if there is None:
        words = (
            "The sign-on service offers no way to sign out from here; sign out on its own page, or close the browser."
        )
        return open_page("sign_on_failed.html", title="Sign out", words=words)
    return RedirectResponse(there, status_code=303)


def _pending(desk: Desk, provider: IdentityProvider, request: Request, state: str) -> Pending:
    """What this browser has under way; each way back is taken once."""
    pending = unsealed(desk.key, request.cookies.get(COOKIE, ""), desk.clock())
    same = pending is not None and secrets.compare_digest(pending.state.encode(), state.encode())
    if pending is None or not same or not provider.use_once(state, desk.clock(), LASTS):
        raise used_up()
    return pending


def _check_answer(provider: IdentityProvider, code: str, error: str, iss: str) -> None:
    """What came back with the browser: a code, from this provider (RFC 9207 where it takes part in that)."""
    says_who = provider.configuration().authorization_response_iss_parameter_supported
    if iss != provider.settings.issuer and (iss or says_who):
        raise untrusted("iss")
    if error or not code or len(code) > _LONGEST:
        raise SignOnFailed(f"answer:{error[:60] or 'no_code'}", _BROKEN_OFF, 403)


def _note(desk: Desk, request: Request, connection: Connection, entered: Admitted) -> None:
    """What the sign-on changed about an account."""
    if entered.change:
        name = entered.user.name
        entry = audit.Entry(desk.clock(), name, "sign_on_role", None, name, entered.change, address_of(request))
        audit.note(connection, entry)


def _provider(request: Request) -> tuple[Desk, IdentityProvider]:
    """Raises ``NoSuchThing`` where the office has not set up any sign-on."""
    desk = desk_of(request)
    if desk.provider is None:
        raise NoSuchThing
    return desk, desk.provider


def _home(desk: Desk, request: Request) -> str:
    """Where browsers reach the desk."""
    assert desk.provider
    told = desk.provider.settings.address
    here = str(request.base_url.replace(scheme="https") if desk.settings.secure else request.base_url)
    return (told or here).rstrip("/")


def _back(desk: Desk, request: Request) -> str:
    """The address the provider knows, to which it sends people back."""
    return f"{_home(desk, request)}{PATH}/back"


def _failed(desk: Desk, request: Request, failed: SignOnFailed) -> Response:
    logging.getLogger("socieux.desk").warning("A sign-on failed: %s", failed.code)
    note_failure(desk, request, "", failed.code)
    return open_page("sign_on_failed.html", failed.status, title="Not signed in", words=failed.words)


ROUTES = (
    Route("GET", PATH, leave, None),
    Route("GET", f"{PATH}/back", come_back, None),
    Route("GET", f"{PATH}/out", leave_there, None),
)
