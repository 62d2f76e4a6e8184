"""The desk as a web application: every page from the tables of pages, each behind its guard."""

import itertools
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from review import (
    pages_decide,
    pages_edit,
    pages_errands,
    pages_figures,
    pages_files,
    pages_institutions,
    pages_keys,
    pages_letters,
    pages_login,
    pages_people,
    pages_queue,
    pages_request,
    pages_sign_on,
    pages_twins,
)
from review.defence import Defence
from review.desk import Desk
from review.failing import FAILURES
from review.queue_rows import catch_up
from review.routes import Route
from review.twin_looks import look_behind
from review.visit import guard

ROUTES: tuple[Route, ...] = (
    *pages_login.ROUTES,
    *pages_sign_on.ROUTES,
    *pages_queue.ROUTES,
    *pages_request.ROUTES,
    *pages_institutions.ROUTES,
    *pages_twins.ROUTES,
    *pages_edit.ROUTES,
    *pages_decide.ROUTES,
    *pages_letters.ROUTES,
    *pages_files.ROUTES,
    *pages_figures.ROUTES,
    *pages_errands.ROUTES,
    *pages_people.ROUTES,
    *pages_keys.ROUTES,
)
"""Every page of the desk. A new module of pages is one line here."""

EVERY = 3.0
"""Seconds between looks for requests that came in."""
THOROUGH = 20
"""One look in so many goes through everything."""


def build(desk: Desk, hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")) -> FastAPI:
    """The application of a desk, answering to the host names given."""
    app = FastAPI(title="SOCIEUX+ desk", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_life)
    app.state.desk = desk
    for route in ROUTES:
        before = [Depends(guard(route.role))] if route.role else []
        app.add_api_route(route.path, route.answer, methods=[route.method], dependencies=before, response_model=None)
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")), name="static")
    for kind, answer in FAILURES.items():
        app.add_exception_handler(kind, answer)
    app.add_middleware(Defence, largest_body=desk.settings.largest_body)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """While the desk is open, new requests come into the queue; at the end the drawing worker goes home."""
    desk: Desk = app.state.desk
    closing = threading.Event()
    thread = threading.Thread(target=_keep_up, args=(desk, closing), name="queue", daemon=True)
    thread.start()
    yield
    closing.set()
    thread.join(30)
    desk.drawer.close()


def _keep_up(desk: Desk, closing: threading.Event) -> None:
    for look in itertools.count():
        try:
            catch_up(desk, most=1_000, thorough=look % THOROUGH == 0)
            look_behind(desk, most=200)
        except SQLAlchemyError as fault:
            logging.getLogger("socieux.desk").warning("The queue could not be brought up to date: %s", type(fault))
        if closing.wait(EVERY):
            return
