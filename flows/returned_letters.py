"""A letter of ours that came back: tied to its request, and told to the people who work on it."""

import re

from pipeline.desk_tables import AUDIT
from pipeline.ledger import Ledger
from pipeline.ledger_signs import notify
from pipeline.mail import own_letters
from pipeline.older_readings import MACHINE
from pipeline.references import read_reference
from pipeline.store import Store

RETURNED = "letter_returned"
"""The audit's word for it; its ``subject`` is the request's reference."""
_OUR_REFERENCE = re.compile(r"^X-SOCIEUX-Reference:\s*(\S{9})\s*$", re.IGNORECASE | re.MULTILINE)
_FAILED = re.compile(r"^(?:Action:\s*failed|Status:\s*5\.\d)", re.IGNORECASE | re.MULTILINE)
_DELAYED = re.compile(r"^(?:Action:\s*delayed|Status:\s*4\.\d)", re.IGNORECASE | re.MULTILINE)
_SAID = {
    "permanent": "could not be delivered: the address does not exist or refuses mail. Reach the applicant another way.",
    "temporary": "is not delivered yet; the mail server goes on trying.",
    "unknown": "came back; the notice does not say readably whether for good.",
}


def tell_of_returned(ledger: Ledger, store: Store, notice: bytes) -> tuple[str, ...]:
    """Tell people, once for each request, which letters a notice of non-delivery is about; their references.

    A letter is known by its Message-ID or, where a mail program gave it another, by our reference in its head."""
    text = notice.decode("ascii", "replace")
    named = {read_reference(found) for found in _OUR_REFERENCE.findall(text)}
    records = [store.find(reference) for reference in named if reference]
    by_id = dict.fromkeys([*own_letters(text).values(), *(record.record_id for record in records if record)])
    known = {record_id: reference for record_id in by_id if (reference := store.reference_of(record_id))}
    kind = "permanent" if _FAILED.search(text) else "temporary" if _DELAYED.search(text) else "unknown"
    for record_id, reference in known.items():
        _tell(ledger, record_id, reference, kind)
    return tuple(known.values())


def _tell(ledger: Ledger, record_id: str, reference: str, kind: str) -> None:
    said = f"A letter about request {reference} {_SAID[kind]}"
    if notify(ledger, "undelivered", f"{record_id} {kind}", said):
        row = {"at": ledger.clock(), "name": MACHINE, "action": RETURNED, "record_id": record_id}
        with ledger.writing() as connection:
            connection.execute(AUDIT.insert(), row | {"subject": reference, "detail": said, "address": ""})
