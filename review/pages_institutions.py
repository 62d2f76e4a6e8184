"""One institution under many names: the queue of proposals, one institution's page, and the judgement itself."""

import re
from typing import Annotated, Literal

from fastapi import Path, Query
from fastapi.responses import Response
from sqlalchemy import Connection, select

from pipeline.desk_tables import QUEUE
from pipeline.institution_judgements import Contradiction, judge, members
from pipeline.institution_tables import INSTITUTION_REQUESTS
from pipeline.references import read_reference
from review.institutions import (
    JUDGED_WORDS,
    ON_ITS_PAGE,
    counts,
    exists,
    institution_behind,
    proposals,
    proposals_about,
    requests_of,
    sides,
)
from review.queue_rows import catch_up, leave_behind, now_of, write_row
from review.rendering import notice, page, went
from review.routes import Route
from review.visit import Here, NoSuchThing, Visit

State = Literal["open", "undecided", "judged", "implied"]
TABS: dict[State, str] = {
    "open": "To judge",
    "undecided": "Undecided",
    "judged": "Judged",
    "implied": "Follow from others",
}
PAGE = 25
AT_ONCE = 50
"""Requests whose rows in the queue change with the judgement itself; the rest follow behind."""
_BACK = re.compile(r"/desk/(institutions|requests)[\w/?=&-]*(#[\w-]*)?")
_ALLOWED = ("same", "not_same", "undecided", "revoked")


def show_proposals(
    visit: Here, state: State = "open", number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1
) -> Response:
    """Institutions that may be one, for a person to judge."""
    catch_up(visit.desk, 25)
    with visit.desk.reading() as connection:
        found, every = proposals(connection, state, number, PAGE), counts(connection)
    pages = max(-(-every.get(state, 0) // PAGE), 1)
    around = {"tabs": TABS, "state": state, "counts": every, "number": number, "pages": pages}
    return page(visit, "institutions.html", title="Institutions", found=found, words=JUDGED_WORDS, **around)


def show_institution(visit: Here, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    """One institution with all its names, requests and judgements."""
    with visit.desk.reading() as connection:
        if not exists(connection, number):
            raise NoSuchThing
        group = members(connection, (number,))
        names = sides(connection, group)
        requests = requests_of(connection, group, ON_ITS_PAGE)
        pairs = proposals_about(connection, group, ON_ITS_PAGE)
    with visit.desk.writing() as connection:
        visit.note(connection, "view_institution", None, str(number))
    told = {"names": names, "requests": requests, "pairs": pairs, "words": JUDGED_WORDS, "number": number}
    return page(visit, "institution.html", title=names[number].name, **told)


def do_judge(visit: Here) -> Response:
    """Keep what a person judged about two institutions, or take it back; requests are counted anew at once."""
    back = told if _BACK.fullmatch(told := visit.text("back")) else "/desk/institutions"
    judgement = visit.text("judgement")
    with visit.desk.reading() as connection:
        pair = visit.number("first"), _second(visit, connection)
    if judgement not in _ALLOWED:
        return _trouble(visit, "Choose: the same, not the same, or undecided.", back)
    try:
        with visit.desk.writing() as connection:
            touched = judge(connection, pair, judgement, visit.user.name, visit.now)  # type: ignore[arg-type]
            visit.note(connection, "judge_institutions", None, f"{min(pair)} {max(pair)}", judgement)
            _refresh(visit, connection, touched)
    except Contradiction as trouble:
        return _contradiction(visit, trouble, back)
    except LookupError:
        return _trouble(visit, "There is no such pair, or nothing to take back. Load the page again.", back)
    return went(back)


def _second(visit: Visit, connection: Connection) -> int:
    """The other institution: by its number, or as the one behind a reference that was typed."""
    if not visit.text("reference"):
        return visit.number("second")
    query = select(QUEUE.c.record_id).where(QUEUE.c.reference == read_reference(visit.text("reference")))
    record_id = connection.execute(query).scalar()
    return (institution_behind(connection, record_id) if record_id else None) or 0


def _refresh(visit: Visit, connection: Connection, touched: frozenset[int]) -> None:
    """The rule on one action at a time is asked again for the open requests of all institutions touched."""
    entered = select(INSTITUTION_REQUESTS.c.record_id).where(INSTITUTION_REQUESTS.c.institution_id.in_(touched))
    behind = QUEUE.c.record_id.in_(entered), QUEUE.c.stage.not_in(("decided", "quarantined"))
    record_ids = list(connection.execute(select(QUEUE.c.record_id).where(*behind)).scalars())
    leave_behind(connection, record_ids[AT_ONCE:])
    for record_id in record_ids[:AT_ONCE]:
        write_row(connection, now_of(visit.desk, connection, record_id))


def _contradiction(visit: Visit, trouble: Contradiction, back: str) -> Response:
    with visit.desk.reading() as connection:
        known = sides(connection, {each for kept in trouble.kept for each in kept.judged[:2]})
    told = {"kept": trouble.kept, "sides": known, "words": JUDGED_WORDS, "back": back}
    return page(visit, "contradiction.html", 409, title="Not kept", **told)


def _trouble(visit: Visit, words: str, back: str) -> Response:
    return notice(visit, "said.html", 422, title="Not kept", words=words, back=back)


ROUTES = (
    Route("GET", "/desk/institutions", show_proposals, "reader"),
    Route("GET", "/desk/institutions/{number}", show_institution, "reader"),
    Route("POST", "/desk/institutions", do_judge, "analyst"),
)
