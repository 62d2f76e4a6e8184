"""The queue: what is waiting and why; steps on many requests at once; saved views."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response
from sqlalchemy import select

from classifiers.rules import RULES
from pipeline.desk_tables import QUEUE
from pipeline.references import read_reference
from review import saved_views
from review.accounts import users
from review.bulk import Result, ask, assign, unassign
from review.exporting import exported
from review.queue_rows import catch_up
from review.queue_search import TABS, Filter, facets, list_queue
from review.rendering import page, told, went
from review.routes import Route
from review.visit import Here, NoSuchThing, Visit

AREAS = ("social_protection", "labour_employment", "both", "out_of_scope", "uncertain")
FLAGS = (*RULES, "theme_mismatch", "unreadable_answer", "doubtful", "encrypted", "damaged", "no_form_found")
CHANNELS = ("file", "mail", "folder", "api")
FRESH = 25
"""Requests that the queue page itself takes in before it shows; the rest follow behind."""

Asked = Annotated[Filter, Query()]


def show_queue(visit: Here, asked: Asked) -> Response:
    """The queue as the address asks for it."""
    catch_up(visit.desk, FRESH)
    with visit.desk.reading() as connection:
        listed = list_queue(connection, asked, visit.user, visit.now, visit.desk.settings.page_size)
        choices = facets(connection)
        people = users(connection) if visit.may("analyst") else []
        views = saved_views.of(connection, visit.user)
    return page(
        visit,
        "queue.html",
        title="Queue",
        asked=asked,
        listed=listed,
        tabs={tab: address(asked, tab=tab, page=1) for tab in TABS},
        pages={number: address(asked, page=number) for number in _pages_near(asked.page, listed.pages)},
        cleared=address(Filter(tab=asked.tab)),
        query=query_of(asked),
        choices=choices | {"area": AREAS, "flag": FLAGS, "channel": CHANNELS, "kind": ("full", "simplified")},
        people=[person for person in people if person.active],
        views=views,
    )


def query_of(asked: Filter, **changed: object) -> str:
    """A filter as it stands in an address."""
    told_so = asked.model_copy(update=changed).model_dump(exclude_defaults=True)
    return urlencode({name: value for name, value in told_so.items() if value not in ("", None)})


def address(asked: Filter, **changed: object) -> str:
    """The address of the queue under a filter."""
    query = query_of(asked, **changed)
    return f"/desk?{query}" if query else "/desk"


def _pages_near(here: int, last: int) -> list[int]:
    near = {1, last, *range(max(1, here - 2), min(last, here + 2) + 1)}
    return sorted(near)


def find(visit: Here, reference: str = "") -> Response:
    """A reference typed by hand leads to its request; anything else is searched for."""
    known = read_reference(reference)
    if known:
        return went(f"/desk/requests/{known}")
    return went(address(Filter(q=reference[:200])))


def do_bulk(visit: Here) -> Response:
    """One step on every request that was ticked; each with its own result."""
    chosen = [value for value in visit.form.getlist("chosen") if isinstance(value, str)]
    step, back = visit.text("step"), _back(visit)
    if not chosen:
        return told(visit, back, "No request was ticked; tick some in the list first.", 422)
    if step == "export":
        return exported(visit, chosen, visit.text("to"))
    if step not in _STEPS:
        raise NoSuchThing
    results = [_STEPS[step](visit, reference) for reference in chosen[:500]]
    return page(visit, "bulk.html", title="Done", results=results, back=back, step=step)


_STEPS: dict[str, Callable[[Visit, str], Result]] = {"assign": assign, "unassign": unassign, "ask": ask}
"""What can be done with many requests at once. Accepting is not among them."""


def _back(visit: Visit) -> str:
    query = visit.text("query")
    return f"/desk?{query}" if query.isprintable() and query else "/desk"


def save_view(visit: Here) -> Response:
    """Keep the filters under a name."""
    with visit.desk.writing() as connection:
        shared = visit.text("shared") == "yes" and visit.may("lead")
        saved_views.save(connection, visit.user, visit.text("name"), visit.text("query"), shared, visit.now)
        visit.note(connection, "save_view", None, visit.text("name"))
    return went(_back(visit))


def drop_view(visit: Here) -> Response:
    """Forget a view of one's own."""
    with visit.desk.writing() as connection:
        saved_views.drop(connection, visit.user, visit.number("view"))
    return went(_back(visit))


def record_id_of(visit: Visit, reference: str) -> str:
    """The request behind a reference of the queue. Raises ``NoSuchThing``."""
    known = read_reference(reference)
    with visit.desk.reading() as connection:
        found = connection.execute(select(QUEUE.c.record_id).where(QUEUE.c.reference == known)).scalar()
    if not known or found is None:
        raise NoSuchThing
    return str(found)


ROUTES = (
    Route("GET", "/desk", show_queue, "reader"),
    Route("GET", "/desk/find", find, "reader"),
    Route("POST", "/desk/bulk", do_bulk, "analyst"),
    Route("POST", "/desk/views", save_view, "reader"),
    Route("POST", "/desk/views/drop", drop_view, "reader"),
)
