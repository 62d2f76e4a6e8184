"""Letters to the applicant: drafted from the request as it stands, edited by a person, sent by nobody here."""

from collections.abc import Sequence
from typing import get_args

from pipeline.ledger import Ledger
from pipeline.ledger_drafts import keep_draft
from pipeline.letter import Letter, LetterKind, as_message, letter
from pipeline.records import Arrival, Record
from review.visit import Visit

KINDS: tuple[LetterKind, ...] = get_args(LetterKind)


class LetterTrouble(ValueError):
    """A letter that cannot be kept so; the message says why."""


def drafted(record: Record, kind: LetterKind, rules: Sequence[str] = ()) -> Letter | None:
    """The letter, null where there is none to write: nothing speaks against the request."""
    try:
        return letter(kind, record, rules=rules)
    except ValueError:
        return None


def checked(written: Letter, text: str) -> str:
    """The text as somebody edited it. Raises ``LetterTrouble`` if a sentence of the guide was changed."""
    if not written.keeps_locked(text):
        locked = next(each.text for each in written.paragraphs if each.locked)
        raise LetterTrouble(f"This sentence of the guide must stay in the letter as it is: “{locked}”")
    return text


def as_file(written: Letter, record: Record, arrival: Arrival, text: str) -> bytes:
    """The letter as a mail to open and send. Raises ``LetterTrouble`` if a sentence of the guide was changed."""
    return as_message(written, record, arrival, checked(written, text)).as_bytes()


def put_by(visit: Visit, record: Record, written: Letter, arrivals: Sequence[Arrival], text: str) -> bool:
    """Lay the letter among the drafts that wait for the mailbox, where the request came by mail."""
    by_mail = [arrival for arrival in arrivals if arrival.channel == "mail"]
    if not by_mail:
        return False
    store = visit.desk.store
    ledger = Ledger(store.engine, store.raw_folder, visit.desk.clock)
    return keep_draft(ledger, record.record_id, written.kind, as_file(written, record, by_mail[-1], text))
