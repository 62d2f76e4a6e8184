"""Gold records from requests as persons left them, so that what they corrected can be measured and learnt from.

Only a person's word counts: answers confirmed, corrected or marked; rules and theme where somebody set them. What
nobody has said anything about is named in ``not_judged``, and ``socieux evaluate forms`` leaves it out.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import get_args

from sqlalchemy import Connection, select

from pipeline.gold import ENDING, Gold, GoldSignature, GoldTheme, Unanswered, as_text
from pipeline.open_requests import other_open_requests
from pipeline.questions import questions
from pipeline.records import FieldContent, Outcome, Record
from pipeline.store import Store
from pipeline.tables import DECISIONS, REQUESTS
from review import audit
from review.course import is_complete
from review.current import NO_READING, Current, current
from review.decisions import decisions_of, last, newest_reading
from review.troubles import open_troubles

_FACTS = ("language", "form_kind", "text_origin")
_SIGNATURE = ("signature.mark", "signature.kind", "signature.digital")
_UNANSWERED: dict[str, Unanswered] = {state: state for state in get_args(Unanswered)}
_KEPT = ("met", "not_applicable")
_MARK: dict[Outcome, str] = {"met": "present", "not_met": "absent", "needs_judgement": "absent"}
"""What a person's word on the rule ``form_signed`` says about the mark."""


@dataclass
class Written:
    """What was written, and why the rest was not."""

    files: int = 0
    complete: int = 0
    answers: int = 0
    rules: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


class LeftOut(Exception):
    """A request of which no gold record can be made; the message says why."""


def write_corrections(store: Store, folder: Path, today: date, only_complete: bool = False) -> Written:
    """Write a gold record and the original file beside it for every request that persons have decided.

    Raises ``FileExistsError`` if the folder holds anything: old and new must not be mixed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; give a new folder.")
    written = Written()
    with store.engine.connect() as connection:
        decided = set(connection.execute(select(DECISIONS.c.record_id).distinct()).scalars())
        for row in connection.execute(select(REQUESTS).order_by(REQUESTS.c.reference)).all():
            try:
                if row.forgotten_at is not None:
                    raise LeftOut("forgotten on request or after its time")
                if row.record_id not in decided:
                    raise LeftOut(_OPEN)
                now = _now(connection, row.record_id, today)
                _write(store, folder, now, row.sha256, only_complete, written)
            except LeftOut as reason:
                written.left_out[str(reason)] += 1
    return written


def note_export(store: Store, written: Written, now: datetime) -> None:
    """That real requests were taken out of the store stands in the audit."""
    detail = f"{written.files} gold record(s)"
    entry = audit.Entry(now, "command line", "export", None, "corrections", detail, "")
    with store.engine.execution_options(writes=True).begin() as connection:
        audit.note(connection, entry)


_OPEN = "not decided by anybody yet"


def _now(connection: Connection, record_id: str, today: date) -> Current:
    reading = newest_reading(connection, record_id)
    every = decisions_of(connection, record_id)
    return current(reading, every, today, other_open_requests(connection, reading.record))


def _write(store: Store, folder: Path, now: Current, digest: str, only_complete: bool, written: Written) -> None:
    gold = gold_of(now)
    complete = is_complete(now)
    if only_complete and not complete:
        raise LeftOut("some answer was confirmed by nobody (leave out --complete to have it in part)")
    try:
        data = store.raw(digest)
    except (OSError, ValueError) as fault:
        raise LeftOut("the original file is missing or damaged (socieux check)") from fault
    for path, content in (
        (folder / gold.file, data),
        (folder / f"{now.record.reference}{ENDING}", as_text(gold).encode()),
    ):
        path.touch(mode=0o600)
        path.write_bytes(content)
    written.files += 1
    written.complete += complete
    written.answers += len(gold.fields) + len(gold.states)
    written.rules += len(gold.checks)


def gold_of(now: Current) -> Gold:
    """The gold record of a decided request. Raises ``LeftOut``."""
    standing = now.standing
    if now.stage != "decided" or standing is None:
        raise LeftOut(_OPEN)
    if standing.decision.subject == "not_a_request":
        raise LeftOut("decided to be no request")
    if not now.record.fields:
        raise LeftOut("nothing could be read in it")
    settled = [key for key in questions() if now.settled(key) is not None]
    if not settled:
        raise LeftOut("no answer was confirmed or corrected by a person")
    record, checks = now.record, _checks(now)
    return Gold(
        file=_file_name(now.machine),
        language=record.document.language,
        form_kind=record.document.form_kind,
        edition=record.document.edition,
        text_origin=record.document.text_origin,
        fields={key: _value(now, key) for key in settled if _state(now, key) == "answered"},
        states={key: state for key in settled if (state := _unanswered(now, key))},
        signature=_signature(now, checks),
        theme=GoldTheme(
            area=record.theme.area,
            topics=[topic.key for topic in record.theme.topics],
            declared=list(record.theme.declared),
        ),
        checks=checks,
        disposition="flagged" if _needed_somebody(now, checks) else "ready",
        not_judged=tuple(_not_judged(now, settled)),
    )


def _state(now: Current, key: str) -> str:
    return now.record.fields.get(key, NO_READING).state


def _value(now: Current, key: str) -> FieldContent:
    return now.record.fields[key].value


def _unanswered(now: Current, key: str) -> Unanswered | None:
    return _UNANSWERED.get(_state(now, key))


def _checks(now: Current) -> dict[str, Outcome | list[Outcome]]:
    """The rules that somebody set. Where the machine left it to a person, as the guide has it, leaving it so is right
    as well."""
    machine = {check.rule: check.outcome for check in now.machine.eligibility.checks}
    found: dict[str, Outcome | list[Outcome]] = {}
    for check in now.record.eligibility.checks:
        if now.judged(check.rule) is not None:
            left = machine.get(check.rule) == "needs_judgement" != check.outcome
            found[check.rule] = [check.outcome, "needs_judgement"] if left else check.outcome
    return found


def _signature(now: Current, checks: dict[str, Outcome | list[Outcome]]) -> GoldSignature:
    """As the machine found it; the mark as the person judged it."""
    told = now.machine.signature.model_dump(exclude={"evidence"})
    judged = checks.get("form_signed")
    mark = _MARK.get(judged) if isinstance(judged, str) else None
    return GoldSignature.model_validate(told | ({"mark": mark} if mark else {}))


def _needed_somebody(now: Current, checks: dict[str, Outcome | list[Outcome]]) -> bool:
    """Whether the form, rightly read, still needs a person: what a person settled by judging is no ``ready``."""
    judged = any(outcome not in _KEPT for outcome in checks.values())
    mismatch = any(flag.code == "theme_mismatch" for flag in now.machine.flags)
    return judged or now.record.disposition != "ready" or (mismatch and now.record.theme.area == now.machine.theme.area)


def _not_judged(now: Current, settled: list[str]) -> list[str]:
    """What nobody has said anything about. On a form of which every question is settled, those it lacks are too."""
    complete = is_complete(now)
    keys = [key for key in questions() if key not in settled and not (complete and _state(now, key) == "not_on_form")]
    themes = [f"theme.{part}" for part in ("area", "topics") if last(now.laid, ("theme",), part) is None]
    mark = now.judged("form_signed")
    known = mark is not None and json.loads(mark.decision.content) in _MARK
    signature = [name for name in _SIGNATURE if not (known and name == "signature.mark")]
    undecided = ["disposition"] if open_troubles(now) else []
    return [*keys, *_FACTS, *signature, *themes, *undecided]


def _file_name(record: Record) -> str:
    """The reference and the kind of file: the sender's own name for it may be anything, a person's name too."""
    found = re.search(r"\.[A-Za-z0-9]{1,5}$", record.source.filename)
    ending = found.group().lower() if found else _ENDINGS.get(record.source.media_type, "")
    return f"{record.reference}{ending}"


_ENDINGS = {
    "application/pdf": ".pdf",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
