"""What a person sees when a page cannot be given: a plain sentence, and nothing that was typed is lost."""

import logging
import traceback
from collections.abc import Callable
from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from review.rendering import open_page
from review.visit import SAFE, NoSuchThing, NotSignedIn, Refused

_KEPT = "Nothing was saved. What you typed is still on the page before this one: go back and try again."


def _said(request: Request, status: int, title: str, words: str) -> Response:
    """The script of the page shows the sentence alone; without it, a page."""
    if request.headers.get("hx-request") == "true":
        return Response(words, status, media_type="text/plain; charset=utf-8")
    return open_page("failed.html", status, title=title, words=words)


def _not_signed_in(request: Request, _fault: Exception) -> Response:
    if request.method in SAFE and request.headers.get("hx-request") != "true":
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/desk/login?next={quote(path)}", status_code=303)
    return _said(request, 401, "Signed out", f"Your session has ended: sign in again in another tab. {_KEPT}")


def _refused(request: Request, fault: Exception) -> Response:
    return _said(request, 403, "Not allowed", str(fault))


def _nothing(request: Request, _fault: Exception) -> Response:
    return _said(request, 404, "Not found", "There is nothing under this address.")


def _invalid(request: Request, _fault: Exception) -> Response:
    return _said(request, 422, "Not understood", "The address of this page has a part that cannot be understood.")


def _http(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    if fault.status_code == 404:
        return _nothing(request, fault)
    return _said(request, fault.status_code, "Not possible", str(fault.detail))


def _store(request: Request, fault: Exception) -> Response:
    logging.getLogger("socieux.desk").error("The store failed: %s", type(fault).__name__)
    return _said(request, 503, "The store is not reachable", f"The store cannot be used just now. {_KEPT}")


def _bug(request: Request, fault: Exception) -> Response:
    """Kind and place only: a message may hold what stands on a form."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    logging.getLogger("socieux.desk").error("%s at %s:%s", type(fault).__name__, frame.filename, frame.lineno)
    return _said(request, 500, "The software failed", f"The software failed; this is our fault. {_KEPT}")


Answer = Callable[[Request, Exception], Response]
FAILURES: dict[int | type[Exception], Answer] = {
    NotSignedIn: _not_signed_in,
    Refused: _refused,
    NoSuchThing: _nothing,
    RequestValidationError: _invalid,
    HTTPException: _http,
    SQLAlchemyError: _store,
    Exception: _bug,
}
"""One line per kind of failure."""
