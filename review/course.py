"""What came of a request and of what the machine said about it, counted for the figures after every step."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, delete, select

from classifiers.rules import RULES
from pipeline.desk_tables import AUDIT
from pipeline.figure_tables import COURSES, RAISED, VERDICTS
from pipeline.older_readings import MACHINE
from pipeline.opening import insert_new
from pipeline.questions import questions
from review.current import NO_READING, Current
from review.decisions import ANSWER, Laid
from review.times import aware, parsed
from review.troubles import Trouble, troubles

PAUSE = timedelta(minutes=15)
"""Nobody works on a request that they have not touched for so long."""
SETTLED = ("met", "not_applicable")
"""Outcomes of a rule after which nothing has to be done."""


def count(connection: Connection, now: Current) -> None:
    """Bring the course of a request up to date. What is decided stays counted as it was, also when it is read anew:
    the figures are about what the person saw."""
    record_id = now.record.record_id
    query = select(COURSES.c.version).where(COURSES.c.record_id == record_id)
    known = connection.execute(query).scalar()
    if known == now.version and now.stage == "decided":
        return
    row = dict(_course(connection, now))
    if not insert_new(connection, COURSES, row):
        # Counted before, or by another process in this very moment; from here on that one is waited for.
        connection.execute(COURSES.update().where(COURSES.c.record_id == record_id).values(row))
        connection.execute(delete(RAISED).where(RAISED.c.record_id == record_id))
    _count_verdicts(connection, now)
    if found := {(each.place, each.code): came_to(now, each) for each in troubles(now)}:
        rows = [
            {"record_id": record_id, "place": place, "code": code, "came_to": what}
            for (place, code), what in found.items()
        ]
        connection.execute(RAISED.insert(), rows)


def came_to(now: Current, raised: Trouble) -> str:
    """What came of a point: ``open``, ``nothing`` had to be done, something was ``changed``, or it ``stood``."""
    if not raised.settled:
        return "open"
    if raised.code in RULES:
        judged = now.judged(raised.code)
        outcome = json.loads(judged.decision.content) if judged else None
        return "changed" if outcome is None else "nothing" if outcome in SETTLED else "stood"
    if raised.code == "theme_mismatch":
        return "stood" if now.record.theme.area == now.machine.theme.area else "changed"
    if raised.subject.startswith("flag:"):
        return "nothing"
    return "changed" if _differs(now, raised.subject) else "nothing"


def _differs(now: Current, key: str) -> bool:
    machine, holds = now.machine.fields.get(key, NO_READING), now.record.fields.get(key, NO_READING)
    return (machine.state, machine.value) != (holds.state, holds.value)


def is_complete(now: Current) -> bool:
    """Whether a person has settled every question that stands on the form."""
    return bool(now.laid) and all(now.settled(key) is not None for key in asked(now))


def asked(now: Current) -> list[str]:
    """The questions that stand on the form."""
    return [key for key in questions() if now.record.fields.get(key, NO_READING).state != "not_on_form"]


def monday(moment: datetime) -> str:
    """The first day of a moment's week, as ISO date."""
    day = aware(moment).astimezone(UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def _course(connection: Connection, now: Current) -> Iterator[tuple[str, object]]:
    record, standing = now.record, now.standing
    received = parsed(record.source.received_at) or datetime.now(UTC)
    decided = standing.decision if standing and standing.decision.kind == "outcome" else None
    yield "record_id", record.record_id
    yield "language", record.document.language
    yield "disposition", now.machine.disposition
    yield "week", monday(received)
    yield "version", now.version
    yield "complete", is_complete(now)
    yield "answers", len(asked(now))
    yield "kept", sum(not _differs(now, key) for key in asked(now))
    yield "outcome", decided.subject if decided else ""
    yield "decided_week", monday(decided.made_at) if decided else None
    yield "minutes", minutes_worked(connection, record.record_id, decided.made_by, decided.made_at) if decided else None
    yield "days", max((decided.made_at - received).total_seconds() / 86_400, 0.0) if decided else None


def minutes_worked(connection: Connection, record_id: str, name: str, until: datetime) -> float | None:
    """How long persons worked on a request until it was decided, from what the audit saw of those who did more than
    look; pauses left out.

    Null where the person who decided was not seen before, as when a step is taken on many requests at once."""
    columns = (AUDIT.c.name, AUDIT.c.at, AUDIT.c.action)
    query = select(*columns).where(AUDIT.c.record_id == record_id, AUDIT.c.at <= until, AUDIT.c.name != MACHINE)
    seen = [(row.name, aware(row.at), row.action) for row in connection.execute(query)]
    if name not in {who for who, _, _ in seen}:
        return None
    working = {name, *(who for who, _, action in seen if action != "view")}
    moments = sorted([(who, at) for who, at, _ in seen if who in working] + [(name, until)])
    total = timedelta()
    for _, steps in groupby(moments, key=lambda each: each[0]):
        times = [at for _, at in steps]
        total += sum((b - a for a, b in zip(times, times[1:], strict=False) if b - a <= PAUSE), timedelta())
    return total.total_seconds() / 60


# ------------------------------------------------------------------------------------------------ verdicts
def _count_verdicts(connection: Connection, now: Current) -> None:
    """A verdict stays as it was given; it goes when it is taken back or given anew."""
    record_id = now.record.record_id
    query = select(VERDICTS.c.decision_id).where(VERDICTS.c.record_id == record_id)
    known = set(connection.execute(query).scalars())
    holding = {laid.id: laid for laid in _holding(now)}
    if gone := known & {each.id for each in now.every} - set(holding):
        connection.execute(delete(VERDICTS).where(VERDICTS.c.decision_id.in_(gone)))
    if rows := [_verdict(now, holding[number]) for number in sorted(set(holding) - known)]:
        connection.execute(VERDICTS.insert(), rows)


def _holding(now: Current) -> Iterator[Laid]:
    """The last word on each answer, rule and part of the theme."""
    last: dict[tuple[str, str], Laid] = {}
    for each in now.laid:
        if (kind := _kind(each)) and not each.decision.subject.startswith("flag:"):
            last[kind, each.decision.subject] = each
    yield from last.values()


def _kind(laid: Laid) -> str:
    kind = laid.decision.kind
    return "field" if kind in ANSWER else kind if kind in ("check", "theme") else ""


def _verdict(now: Current, laid: Laid) -> dict[str, object]:
    kind, subject = _kind(laid), laid.decision.subject
    agreed, said = _SAID_OF[kind](now, subject)
    row: dict[str, object] = {"decision_id": laid.id, "record_id": now.record.record_id, "kind": kind}
    row |= {"subject": subject, "language": now.record.document.language, "agreed": agreed, "said": said}
    return row | {"tenth": None if said is None else min(9, int(said * 10))}


def _of_answer(now: Current, key: str) -> tuple[bool, float | None]:
    machine = now.machine.fields.get(key, NO_READING)
    return not _differs(now, key), machine.confidence if machine.state == "answered" else None


def _of_check(now: Current, rule: str) -> tuple[bool, float | None]:
    machine = {check.rule: check.outcome for check in now.machine.eligibility.checks}
    holds = {check.rule: check.outcome for check in now.record.eligibility.checks}
    return machine.get(rule) == holds.get(rule), None


def _of_theme(now: Current, part: str) -> tuple[bool, float | None]:
    machine, holds = now.machine.theme, now.record.theme
    if part == "area":
        return machine.area == holds.area, machine.scores.get(machine.area)
    return {topic.key for topic in machine.topics} == {topic.key for topic in holds.topics}, None


_SAID_OF = {"field": _of_answer, "check": _of_check, "theme": _of_theme}
