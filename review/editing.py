"""Saving what a person decides about a part of a request: claimed first, compared with what others did, then kept."""

from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.stages import Decision, DecisionKind
from review import claims
from review.current import Current
from review.decisions import ANSWER, Laid, append, hold, in_force
from review.queue_rows import now_of, write_row
from review.visit import Visit


@dataclass(frozen=True)
class Edit:
    """One step of a person. ``seen`` is the number of the last decision on the page it was made on, ``reading`` that of
    the machine's reading."""

    record_id: str
    kind: DecisionKind
    subject: str
    content: str
    reason: str = ""
    seen: int = 0
    reading: int = 0


class Conflict(Exception):
    """Somebody has settled the same thing meanwhile; ``theirs`` is null where the machine has read it anew."""

    def __init__(self, now: Current, theirs: Laid | None, edit: Edit) -> None:
        super().__init__("Somebody has changed this meanwhile.")
        self.now, self.theirs, self.edit = now, theirs, edit


class Closed(Exception):
    """The request is decided; it must be opened again before it is changed."""


def save(visit: Visit, edit: Edit) -> Current:
    """Keep one step and give the request as it then stands.

    Raises ``HeldByOther``, ``Conflict`` or ``Closed``; then nothing is kept but the claim's owner in the audit."""
    with visit.desk.writing() as connection:
        hold(connection, edit.record_id)
        before = now_of(visit.desk, connection, edit.record_id)
        if before.stage == "decided":
            raise Closed
        claim(visit, connection, edit.record_id)
        if (twice := _same_again(before, edit, visit.user.name)) is None:
            _compare(visit, before, edit)
        return before if twice else keep(visit, connection, edit)


def keep(visit: Visit, connection: Connection, edit: Edit) -> Current:
    """Append the decision, bring the queue up to date and write the audit."""
    append(connection, decision_of(visit, edit))
    now = now_of(visit.desk, connection, edit.record_id)
    write_row(connection, now)
    visit.note(connection, edit.kind, edit.record_id, edit.subject, f"{edit.content} {edit.reason}".strip())
    return now


def decision_of(visit: Visit, edit: Edit) -> Decision:
    """The step as it is kept: with who made it and when."""
    return Decision(
        record_id=edit.record_id,
        made_at=visit.now,
        made_by=visit.user.name,
        kind=edit.kind,
        subject=edit.subject,
        content=edit.content,
        reason=edit.reason,
    )


def claim(visit: Visit, connection: Connection, record_id: str) -> None:
    """The first edit claims the request."""
    if claims.take(connection, record_id, visit.user, visit.now, visit.desk.settings.lease):
        visit.note(connection, "claim", record_id)


def undo(visit: Visit, record_id: str, number: int) -> Current:
    """Take back one decision. Raises ``LookupError`` if it is not in force, ``HeldByOther``, ``Closed``."""
    with visit.desk.writing() as connection:
        hold(connection, record_id)
        before = now_of(visit.desk, connection, record_id)
        if before.stage == "decided":
            raise Closed
        if number not in {each.id for each in before.laid if each.decision.kind not in ("outcome", "reopen")}:
            raise LookupError(number)
        claim(visit, connection, record_id)
        return keep(visit, connection, Edit(record_id, "undo", str(number), ""))


def last_step(now: Current, name: str) -> Laid | None:
    """The last thing a person did that can be taken back; nothing before the last outcome or reopening."""
    steps = [each for each in now.every if each.decision.kind in ("outcome", "reopen")]
    floor = steps[-1].id if steps else 0
    mine = [each for each in in_force(now.every) if each.id > floor and each.decision.made_by == name]
    return mine[-1] if mine else None


def _same_again(before: Current, edit: Edit, name: str) -> bool | None:
    """True if this very step is the last one on its subject: a double click, or the back button."""
    last = _last_on(before, edit)
    if last is None:
        return None
    same = (last.decision.kind, last.decision.content, last.decision.reason) == (edit.kind, edit.content, edit.reason)
    return True if same and last.decision.made_by == name else None


def _compare(visit: Visit, before: Current, edit: Edit) -> None:
    """Raise ``Conflict`` if the subject was settled after the page was made, or read anew."""
    last = _last_on(before, edit)
    newer = last is not None and last.id > edit.seen
    read_anew = edit.kind in ANSWER and edit.reading != before.reading_id
    if newer or read_anew:
        raise Conflict(before, last if newer else None, edit)


def _last_on(before: Current, edit: Edit) -> Laid | None:
    kinds = ANSWER if edit.kind in ANSWER else (edit.kind,)
    on_it = [each for each in before.laid if each.decision.kind in kinds and each.decision.subject == edit.subject]
    return on_it[-1] if on_it else None
