"""Pages out of templates: everything is escaped, nothing undefined passes, the visit and its token are at hand."""

from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.folding import tidy
from review.field_views import FieldView, label_of, told_of
from review.mentions import calls
from review.queue_search import TABS
from review.search_words import country_names
from review.times import age, shown
from review.tried import in_words
from review.visit import Visit

_FOLDER = Path(__file__).with_name("templates")


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(shown=shown, label=label_of, country=lambda code: country_names(code)[0], tidy=tidy)
    made.filters.update(told_of=told_of, as_sure=_as_sure)
    made.filters.update(age_at=age)
    made.globals.update(TABS=TABS, calls=calls)
    return made


def _as_sure(visit: Visit, field: FieldView) -> str:
    """How answers fared that were as sure as this one."""
    if field.confidence is None:
        return ""
    return in_words(visit.desk.tried.counts(visit.desk.reading, visit.now), field.key, field.confidence)


def page(visit: Visit, name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """A page, or a part of one, for a signed-in person."""
    text = _templates().get_template(name).render(visit=visit, **values)
    return HTMLResponse(text, status_code=status)


def open_page(name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """A page for somebody who is not signed in."""
    return HTMLResponse(_templates().get_template(name).render(visit=None, **values), status_code=status)


def went(address: str) -> RedirectResponse:
    """After a change without the page's script: see the page anew."""
    return RedirectResponse(address, status_code=303)


def notice(visit: Visit, name: str, status: int = 409, /, **values: object) -> HTMLResponse:
    """What stands in the way of a step; the page's script shows it above the page, which stays as it is."""
    answer = page(visit, name, status, **values)
    answer.headers["hx-retarget"], answer.headers["hx-reswap"] = "#notice", "innerHTML"
    return answer


def told(visit: Visit, address: str, words: str, status: int = 200) -> Response:
    """A sentence about what was done, or why not."""
    return page(visit, "said.html", status, title="Review desk", words=words, back=address)
