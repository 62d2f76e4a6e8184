"""``socieux ledger``: the balance for people, the rows behind it, and a person's word to try again."""

from collections.abc import Iterator
from typing import TextIO

from flows.places import open_the_store
from flows.walking import Misuse
from pipeline import ledger_parked, ledger_signs, ledger_work
from pipeline.ledger import Ledger
from pipeline.ledger_balance import audit, balance
from pipeline.messages import WAITING, FilePart, Message


def show_ledger(store: str | None, out: TextIO, rows: bool, waiting: bool) -> bool:
    """Write the balance, what is wrong, and if asked the rows; false if something is wrong. Raises ``StoreTrouble``."""
    ledger = _ledger(store)
    told = balance(ledger)
    wrong = audit(ledger)
    for line in (*told.lines(), *_more(ledger), *wrong):
        print(line, file=out)
    for reason, number in told.reasons.items():
        print(f"  {number:6}  {reason}", file=out)
    for line in _rows(ledger, waiting) if rows or waiting else ():
        print(line, file=out)
    return told.exact and not wrong


def take_up_again(store: str | None, message: int | None, parked: int | None) -> str:
    """A person's word on one message or one parked mail; what happens now. Raises ``Misuse`` if there is none such."""
    ledger = _ledger(store)
    if message is not None:
        if not ledger_work.try_again(ledger, message):
            raise Misuse(f"The ledger has no message {message}, or it is being read just now.")
        return f"Message {message} will be read anew by the next `socieux watch`."
    if parked is None or not ledger_parked.release(ledger, parked):
        raise Misuse(f"The ledger has no parked mail {parked}.")
    return f"Parked mail {parked} will be fetched at the next pass."


def _ledger(store: str | None) -> Ledger:
    opened = open_the_store(store)
    return Ledger(opened.engine, opened.raw_folder)


def _more(ledger: Ledger) -> Iterator[str]:
    """Signs of life, and what should be known."""
    for sign in ledger_signs.heartbeats(ledger):
        good = f"last whole pass {sign.good_at:%Y-%m-%d %H:%M:%S} UTC" if sign.good_at else "no whole pass yet"
        yield f"{sign.name}: {sign.beat_at:%Y-%m-%d %H:%M:%S} UTC, {sign.said}; {good}"
    for notice in ledger_signs.notices(ledger):
        yield f"Notice of {notice.created_at:%Y-%m-%d %H:%M:%S} UTC: {notice.said}"


def _rows(ledger: Ledger, waiting: bool) -> Iterator[str]:
    states = (*WAITING, "quarantined") if waiting else None
    for message in ledger.messages(states):
        yield _row(message)
        yield from (_part(part) for part in ledger.parts(message.id))
    for mail in ledger_parked.parked(ledger):
        yield f"parked {mail.id}: {mail.account} {mail.folder}, UID {mail.uid}: {mail.reason}"


def _row(message: Message) -> str:
    when = f"{message.received_at:%Y-%m-%d %H:%M} UTC"
    told = f"{message.id:6}  {when}  {message.channel:6}  {message.state:11}  {message.outcome or '':11}"
    again = f"  due {message.retry_at:%Y-%m-%d %H:%M} UTC" if message.state == "failed" else ""
    return f"{told}  {message.sha256[:12]}  {message.size} bytes  {message.reason}{again}".rstrip()


def _part(part: FilePart) -> str:
    """A file of a message; its name is shown with everything in it that a terminal might obey made harmless."""
    name = "".join(letter if letter.isprintable() else "\ufffd" for letter in part.filename)[:60]
    record = f"  {part.record_id}" if part.record_id else ""
    told = f"        {part.fate:11}  {part.role:10}  {part.sha256[:12]}  {part.size} bytes"
    return f"{told}  {name}{record}  {part.reason}".rstrip()
