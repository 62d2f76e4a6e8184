"""Everything the page of one request shows, put together from the store."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Connection

from classifiers.theme.topics import TOPICS
from pipeline.records import Area, Check, Evidence
from pipeline.rules import rubric_questions
from pipeline.store import Store
from review import audit, claims, comments
from review.confirming import unconfirmed
from review.current import Current
from review.deciding import OUTCOMES
from review.decisions import Laid, arrivals_of, last
from review.editing import last_step
from review.field_views import all_views, content_words, label_of, sections
from review.institutions import panel
from review.letters import drafted
from review.mails import mails_of
from review.mentions import names
from review.sheets import Sheets
from review.times import shown
from review.troubles import troubles
from review.twins import VERDICTS, twins
from review.visit import Visit


@dataclass(frozen=True)
class CheckView:
    """One rule of the dossier: what holds, what the machine found, who judged otherwise."""

    check: Check
    machine: Check | None
    judged: str
    undo: int
    open: bool
    field: str


@dataclass(frozen=True)
class RubricView:
    """One question of the rubric, its passages, and the analyst's note."""

    key: str
    section: str
    asks: str
    passages: tuple[Evidence, ...]
    note: str
    noted_by: str


@dataclass(frozen=True)
class Step:
    """One line of the history."""

    id: int
    at: str
    name: str
    words: str
    undone: bool


def view(visit: Visit, connection: Connection, now: Current) -> dict[str, object]:
    """What the templates of a request need."""
    record_id = now.record.record_id
    found, views = troubles(now), all_views(now)
    came = arrivals_of(connection, record_id)
    return {
        "now": now,
        "record": now.record,
        "title": f"{now.record.reference} {now.title}".strip(),
        "claim": claims.holder(connection, record_id, visit.now),
        "found": found,
        "left": len([each for each in found if not each.settled]),
        "sections": sections(views),
        "not_asked": [view for view in views if view.state == "not_on_form"],
        "checks": checks(now),
        "rubric": rubric(now),
        "history": history(now),
        "comments": comments.of(connection, record_id),
        "colleagues": names(connection, visit),
        "rest": unconfirmed(now),
        "arrivals": came,
        "panel": panel(connection, now.record),
        "twins": twins(connection, record_id, came if len(came) > 1 else ()),
        "verdicts": VERDICTS,
        "mails": mails_of(connection, record_id),
        "last_step": last_step(now, visit.user.name),
        "outcomes": OUTCOMES,
        "topics": TOPICS,
        "areas": get_args(Area),
        "letter": written.text if (written := drafted(now.record, "completion")) else "",
        "editable": visit.may("analyst") and now.stage != "decided",
    }


def views_of(connection: Connection, record_id: str) -> list[audit.Entry]:
    """Who looked at a request or changed it."""
    return audit.of_request(connection, record_id)


def checks(now: Current) -> list[CheckView]:
    """The dossier in the guide's order."""
    machine = {check.rule: check for check in now.machine.eligibility.checks}
    return [_check_view(now, check, machine.get(check.rule)) for check in now.record.eligibility.checks]


def _check_view(now: Current, check: Check, machine: Check | None) -> CheckView:
    judged = now.judged(check.rule)
    words = f"set by {judged.decision.made_by}, {shown(judged.decision.made_at)}" if judged else ""
    undecided = check.outcome not in ("met", "not_applicable") and check.rule != "security" and not judged
    return CheckView(check, machine, words, judged.id if judged else 0, undecided, _answer_of(now, check))


def _answer_of(now: Current, check: Check) -> str:
    """The answer a check is about: the one its flag names, else the one that stands where its words stand."""
    flagged = [flag.field for flag in now.record.flags if flag.code == check.rule and flag.field]
    places = {(place.path, place.page, place.bbox) for place in check.evidence}
    standing = (
        key
        for key, reading in now.record.fields.items()
        if any((place.path, place.page, place.bbox) in places for place in reading.evidence)
    )
    return next(iter((*flagged, *standing)), "")


def rubric(now: Current) -> list[RubricView]:
    """The sixteen questions; without marks, for the guide has none."""
    answers = {answer.question: answer for answer in now.record.rubric}
    return [
        _rubric_view(key, asked.section, asked.asks, answers[key].evidence, last(now.laid, ("note",), key))
        for key, asked in rubric_questions().items()
        if key in answers
    ]


def _rubric_view(key: str, section: str, asks: str, passages: Sequence[Evidence], noted: Laid | None) -> RubricView:
    note = noted.decision.content if noted else ""
    return RubricView(key, section, asks, tuple(passages), note, noted.decision.made_by if noted else "")


def history(now: Current) -> list[Step]:
    """What persons decided, newest first; what was taken back stays in sight."""
    undone = {each.decision.subject for each in now.every if each.decision.kind == "undo"}
    return [
        Step(each.id, shown(each.decision.made_at), each.decision.made_by, words_of(each), str(each.id) in undone)
        for each in reversed(now.every)
    ]


def words_of(laid: Laid) -> str:
    """A decision in a sentence."""
    decision = laid.decision
    reason = f" – {decision.reason}" if decision.reason else ""
    return _SAID[decision.kind](decision.subject, decision.content) + reason


def _settled(subject: str, content: str) -> str:
    return f"{label_of(subject)}: {content_words(subject, content)}"


_SAID: dict[str, Callable[[str, str], str]] = {
    "value": _settled,
    "state": _settled,
    "confirm": lambda subject, _content: f"confirmed {label_of(subject.removeprefix('flag:'))}",
    "check": lambda subject, content: f"{label_of(subject)}: {label_of(json.loads(content)).lower()}",
    "theme": lambda subject, content: f"theme, {subject}: {json.loads(content)}",
    "note": lambda subject, content: f"note on {label_of(subject)}: {content}",
    "outcome": lambda subject, content: f"{OUTCOMES.get(subject, subject)} {content}".strip(),
    "ask": lambda _subject, content: f"asked the applicant: {content[:300]}",
    "postpone": lambda _subject, content: f"postponed until {json.loads(content)['until']}",
    "reopen": lambda _subject, _content: "opened again",
    "undo": lambda subject, _content: f"took back step {subject}",
}


def sheets_of(visit: Visit, now: Current, draw: bool) -> Sheets | None:
    """The pages of the form; null if they are not drawn yet and shall not be now."""
    store: Store = visit.desk.store
    machine = now.machine
    return visit.desk.drawer.drawn(store, machine) if draw else visit.desk.drawer.kept(machine)
