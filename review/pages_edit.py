"""Changing a part of a request: an answer, a check, the theme, a note on the rubric; and taking a step back."""

import json
from collections.abc import Callable
from typing import get_args

from fastapi.responses import Response

from classifiers.rules import RULES
from classifiers.theme.topics import TOPICS
from pipeline.questions import questions
from pipeline.records import Area, Outcome
from pipeline.rules import rubric_questions
from pipeline.stages import DecisionKind
from review.claims import HeldByOther
from review.confirming import confirm_rest
from review.current import NO_READING, Current, content_of
from review.decisions import Laid
from review.editing import Closed, Conflict, Edit, decision_of, save, undo
from review.field_inputs import (
    ACTIVITY_COLUMNS,
    CHOICES,
    FORMATS,
    InputTrouble,
    answer_json,
    value_typed,
)
from review.field_views import checked_of, field_view, value_lines
from review.pages_queue import record_id_of
from review.queue_rows import now_of
from review.rendering import notice, page, went
from review.request_view import view, words_of
from review.routes import Route
from review.search_words import country_choices
from review.troubles import open_troubles, troubles
from review.visit import Here, NoSuchThing, Visit

OUTCOMES = tuple(get_args(Outcome))
AREAS = tuple(get_args(Area))
_SPARE_ROWS = 2


def show_field(visit: Here, reference: str, key: str) -> Response:
    """One answer as it stands, after an edit was given up; the keys go on from there."""
    now = _now(visit, reference, key)
    answer = page(visit, "field_part.html", now=now, record=now.record, field=field_view(now, key), editable=True)
    _go_to(answer, f"field-{key}")
    return answer


def show_editor(visit: Here, reference: str, key: str) -> Response:
    """The fields in which an answer is typed."""
    return _editor(visit, _now(visit, reference, key), key)


def _now(visit: Visit, reference: str, key: str) -> Current:
    if key not in questions():
        raise NoSuchThing
    record_id = record_id_of(visit, reference)
    with visit.desk.reading() as connection:
        return now_of(visit.desk, connection, record_id)


def _editor(visit: Visit, now: Current, key: str, status: int = 200, said: str = "", typed: str = "") -> Response:
    reading = now.record.fields.get(key, NO_READING)
    rows = [row for row in reading.value if not isinstance(row, str)] if isinstance(reading.value, list) else []
    value = reading.value if isinstance(reading.value, str) else "\n".join(value_lines(key, reading.value))
    answer = page(
        visit,
        "editor_part.html" if visit.by_script else "editor.html",
        status,
        title=f"Edit {key}",
        now=now,
        record=now.record,
        field=field_view(now, key),
        value=typed or value or ((reading.raw or "") if reading.state == "answered" else ""),
        checked=tuple(checked_of(key, reading.value)),
        rows=rows,
        row_numbers=range(len(rows) + _SPARE_ROWS),
        columns=ACTIVITY_COLUMNS,
        formats=FORMATS,
        choices=CHOICES.get(key, ()),
        countries=country_choices() if questions()[key].kind == "country" else (),
        said=said,
    )
    answer.headers["hx-retarget"], answer.headers["hx-reswap"] = f"#field-{key}", "outerHTML"
    return answer


def save_answer(visit: Here, reference: str, key: str) -> Response:
    """Keep a typed value, a state, or the word that the machine was right."""
    now = _now(visit, reference, key)
    how = visit.text("how")
    kind: DecisionKind = "value"
    try:
        if how == "confirm":
            kind, content = "confirm", content_of(now.machine, key)
        elif how in ("blank", "unreadable"):
            kind, content = "state", answer_json(how, None)
        else:
            content = answer_json("answered", value_typed(key, questions()[key], visit.form, now.record))
    except InputTrouble as trouble:
        return _editor(visit, now, key, 422, str(trouble), visit.text("value"))
    return _saved(visit, reference, kind, key, content, f"field-{key}")


def save_flag(visit: Here, reference: str, code: str) -> Response:
    """Say that a note about the whole form was seen and needs nothing more."""
    return _saved(visit, reference, "confirm", f"flag:{code}", "", f"flag-{code}")


def save_check(visit: Here, reference: str, rule: str) -> Response:
    """Set a check's outcome, with a reason where it is not what the machine found."""
    outcome, reason = visit.text("outcome"), visit.text("reason").strip()
    if rule not in RULES or outcome not in OUTCOMES:
        raise NoSuchThing
    if not reason:
        back = f"/desk/requests/{reference}#check-{rule}"
        return notice(
            visit, "said.html", 422, title="Reason", words="Give the reason; it stands in the dossier.", back=back
        )
    return _saved(visit, reference, "check", rule, json.dumps(outcome), f"check-{rule}")


def save_theme(visit: Here, reference: str) -> Response:
    """Set the area, or the topics."""
    subject = visit.text("subject")
    if subject == "area" and visit.text("area") in AREAS:
        return _saved(visit, reference, "theme", "area", json.dumps(visit.text("area")), "theme")
    if subject == "topics":
        chosen = [value for value in visit.form.getlist("topic") if isinstance(value, str) and value in TOPICS]
        return _saved(visit, reference, "theme", "topics", json.dumps(chosen), "theme")
    raise NoSuchThing


def save_note(visit: Here, reference: str, question: str) -> Response:
    """Keep the analyst's words on a question of the rubric."""
    if question not in rubric_questions():
        raise NoSuchThing
    return _saved(visit, reference, "note", question, visit.text("note")[:20_000], f"rubric-{question}")


def save_rest(visit: Here, reference: str) -> Response:
    """Confirm every answer that is left, after somebody compared them with the pages."""
    if visit.text("compared") != "yes":
        words = "Say that you compared the answers with the pages, or confirm them one by one."
        back = f"/desk/requests/{reference}#rest"
        return notice(visit, "said.html", 422, title="Compare first", words=words, back=back)
    record_id = record_id_of(visit, reference)
    return _answered(visit, reference, lambda: confirm_rest(visit, record_id), "rest", "next")


def undo_step(visit: Here, reference: str) -> Response:
    """Take a step back."""
    number = visit.number("step")
    record_id = record_id_of(visit, reference)

    def step() -> Current:
        try:
            return undo(visit, record_id, number)
        except LookupError as fault:
            raise NoSuchThing from fault

    return _answered(visit, reference, step, "", "")


def _go_to(answer: Response, place: str) -> None:
    """Have the page's script put the focus on ``place`` once the answer is shown."""
    answer.headers["hx-trigger-after-settle"] = json.dumps({"goto": {"place": place}})


def _saved(visit: Visit, reference: str, kind: DecisionKind, subject: str, content: str, place: str) -> Response:
    edit = Edit(
        record_id=record_id_of(visit, reference),
        kind=kind,
        subject=subject,
        content=content,
        reason=visit.text("reason").strip(),
        seen=visit.number("seen"),
        reading=visit.number("reading"),
    )
    return _answered(visit, reference, lambda: save(visit, edit), place, visit.text("then"))


def _answered(visit: Visit, reference: str, step: Callable[[], Current], place: str, then: str) -> Response:
    """The changed parts of the page after a step, or what stood in its way."""
    back = f"/desk/requests/{reference}"
    try:
        now = step()
    except HeldByOther as held:
        return notice(visit, "held.html", title="Claimed", claim=held.claim, back=back)
    except Closed:
        words = "This request is decided. Open it again first, with a reason."
        return notice(visit, "said.html", title="Decided", words=words, back=back)
    except Conflict as conflict:
        return _conflict(visit, reference, conflict)
    following = _next_place(now, place) if then == "next" else place
    if not visit.by_script:
        return went(f"{back}#{following or 'top'}")
    with visit.desk.reading() as connection:
        answer = page(visit, "work_part.html", **view(visit, connection, now))
    _go_to(answer, following)
    return answer


def _next_place(now: Current, place: str) -> str:
    """The first open trouble behind this one, else the first of all, else the decision."""
    order = [each.place for each in troubles(now)]
    waiting = [each.place for each in open_troubles(now)]
    behind = [other for other in waiting if place in order and order.index(other) > order.index(place)]
    return (behind or waiting or ["decide"])[0]


def _conflict(visit: Visit, reference: str, conflict: Conflict) -> Response:
    """Both values beside each other; the one set aside stays in the audit."""
    edit = conflict.edit
    with visit.desk.writing() as connection:
        visit.note(connection, "conflict", edit.record_id, edit.subject, edit.content)
    theirs = words_of(conflict.theirs) if conflict.theirs else "The file was read anew meanwhile."
    mine = words_of(Laid(0, decision_of(visit, edit)))
    return notice(
        visit,
        "conflict.html",
        title="Changed meanwhile",
        reference=reference,
        now=conflict.now,
        theirs=theirs,
        their_name=conflict.theirs.decision.made_by if conflict.theirs else "the machine",
        mine=mine,
        again=[(name, value) for name, value in visit.form.multi_items() if name not in ("seen", "reading", "csrf")],
        action=visit.request.url.path,
        back=f"/desk/requests/{reference}",
    )


ROUTES = (
    Route("GET", "/desk/requests/{reference}/fields/{key}", show_field, "reader"),
    Route("GET", "/desk/requests/{reference}/fields/{key}/edit", show_editor, "analyst"),
    Route("POST", "/desk/requests/{reference}/fields/{key}", save_answer, "analyst"),
    Route("POST", "/desk/requests/{reference}/flags/{code}", save_flag, "analyst"),
    Route("POST", "/desk/requests/{reference}/checks/{rule}", save_check, "analyst"),
    Route("POST", "/desk/requests/{reference}/theme", save_theme, "analyst"),
    Route("POST", "/desk/requests/{reference}/rubric/{question}", save_note, "analyst"),
    Route("POST", "/desk/requests/{reference}/confirm-rest", save_rest, "analyst"),
    Route("POST", "/desk/requests/{reference}/undo", undo_step, "analyst"),
)
