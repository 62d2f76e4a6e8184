"""Many kills over many messages: afterwards nothing is lost, nothing doubled, and the balance is exact."""

import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from pathlib import Path

from flows.mailbox_settings import MailboxSettings
from pipeline import ledger_work
from pipeline.ledger import Ledger
from pipeline.ledger_balance import audit, balance
from pipeline.messages import sha256
from pipeline.raw import remove_unfinished
from pipeline.store import Store, open_store
from tests.dovecot import USER, Dovecot, running_dovecot
from tests.faults.lives import ARROWS, Circumstances, Death, live, live_in_peace, live_until

FAMILY = ("the watcher alone", "the whole family", "a worker")

AHEAD = 6
"""Messages that are delivered before the first life begins, so that none is without work."""

QUESTIONS = """institution_name institution_address head_name contact_name contact_position background objectives
    expected_results deliverables target_groups policy_alignment other_support contributions signatory_name""".split()


@dataclass
class Report:
    """What was done and what came out. ``lost`` and ``doubled`` count messages and records; ``wrong`` are sentences of
    the audit; ``innocent`` are messages whose reader was killed twice and that a person then had read again."""

    messages: int = 0
    requests: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    kills_in_all: int = 0
    lost: int = 0
    doubled: int = 0
    arrivals_doubled: int = 0
    unfinished_files: int = 0
    innocent: int = 0
    waiting: int = 0
    exact: bool = False
    wrong: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether the promise was kept."""
        return self.exact and not (self.lost or self.doubled or self.arrivals_doubled or self.waiting or self.wrong)


def mail(number: int) -> bytes:
    """A mail with a form; every tenth has two, and a logo."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "ana@min.gov", USER, f"Request {number}"
    letter["Message-ID"] = f"<{number}@min.gov>"
    letter.set_content("Please find our request attached.")
    for title in titles(number):
        letter.add_attachment(form(title), maintype="text", subtype="rtf", filename=f"{title}.txt")
    # Else it is drawn anew each time, and the mail would not be the same mail.
    letter.set_boundary(f"boundary-{number}")
    return letter.as_bytes(policy=letter.policy.clone(linesep="\r\n"))


def form(title: str) -> bytes:
    """A form that the sorting takes for one also beside another: it has many questions."""
    return "\n".join([f"title: {title}", *(f"{key}: {key} of {title}" for key in QUESTIONS)]).encode()


def titles(number: int) -> list[str]:
    return [f"form {number}"] + ([f"second form {number}"] if number % 10 == 0 else [])


def kill_many(kills: int, messages: int, seconds: float = 0.1, seed: int = 1) -> Report:
    """Deliver the messages little by little while watchers live and die."""
    report, chance = Report(messages=messages), random.Random(seed)
    start = time.monotonic()
    with place(seconds) as (dovecot, circumstances):
        todo = list(range(messages))
        deaths: Counter[str] = Counter()
        for number, plan in enumerate(_plans(kills, chance)):
            due = AHEAD + (number + 1) * messages // kills
            while todo and messages - len(todo) < due:
                dovecot.deliver(mail(todo.pop(0)))
            death = plan.run(circumstances)
            deaths[death.arrow] += death.killed
        for left in todo:
            dovecot.deliver(mail(left))
        live_in_peace(circumstances, 240.0, messages)
        report.kills, report.kills_in_all = dict(deaths), deaths.total()
        judge(report, circumstances)
    report.seconds = round(time.monotonic() - start, 1)
    return report


@dataclass(frozen=True)
class Plan:
    """One life: where it ends, or whom it hits after how many seconds."""

    arrow: str
    count: int
    seconds: float

    def run(self, circumstances: Circumstances) -> Death:
        if self.arrow in ARROWS:
            return live(circumstances, self.arrow, self.count, self.seconds)
        return live_until(circumstances, self.arrow, self.seconds)


def _plans(kills: int, chance: random.Random) -> Iterator[Plan]:
    """Every arrow in turn, and between them kills at any moment."""
    ways = [*ARROWS, *FAMILY * 2]
    for number in range(kills):
        way = ways[number % len(ways)]
        if way in ARROWS:
            yield Plan(way, chance.randint(1, 2), 6.0)
        else:
            yield Plan(way, 0, chance.uniform(0.4, 2.0))


@contextmanager
def place(seconds: float, home: Path | None = None) -> Iterator[tuple[Dovecot, Circumstances]]:
    """A server, and an empty store in a folder that is gone afterwards (or in ``home``, which is the caller's)."""
    with (
        tempfile.TemporaryDirectory(prefix="socieux-faults-") as folder,
        running_dovecot() as dovecot,
        _temporary_files_in(Path(folder, "tmp")),
    ):
        told = MailboxSettings(
            host=dovecot.host,
            port=dovecot.port,
            user=USER,
            certificates=dovecot.certificate,
            poll=1,
            reserve=0,
            move_to="Done",
        )
        here = home or Path(folder)
        open_store(str(here / "records.db"), here / "raw").close()
        yield dovecot, Circumstances(str(here / "records.db"), here / "raw", told, seconds)


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Temporary files of the lives in a folder of theirs. Workers clear away the rooms of the dead, by the clock where
    nothing else tells: lives on another clock must not meet the workers of whoever else runs on this machine."""
    folder.mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    try:
        yield
    finally:
        del os.environ["TMPDIR"]
        os.environ |= {"TMPDIR": before} if before else {}
        tempfile.tempdir = None


def judge(report: Report, circumstances: Circumstances) -> None:
    """Count what is there against what was sent; a person reads again what was quarantined, and it must be well."""
    store = open_store(circumstances.url, circumstances.raw_folder)
    book = Ledger(store.engine, store.raw_folder)
    again = list(book.messages(("quarantined",)))
    report.innocent = len(again)
    guilty = [message.id for message in again if message.deaths < 1 and message.interruptions < 1]
    report.wrong = tuple(f"Message {number} is quarantined and nobody died of it." for number in guilty)
    for message in again:
        ledger_work.try_again(book, message.id)
    if again:
        live_in_peace(circumstances, 120.0)
    _count(report, book, store)
    report.unfinished_files = remove_unfinished(store.raw_folder, 0.0)
    store.close()


def _count(report: Report, book: Ledger, store: Store) -> None:
    sent = {sha256(mail(number)) for number in range(report.messages)}
    there = [message.sha256 for message in book.messages()]
    asked = {title for number in range(report.messages) for title in titles(number)}
    read = [str(record.fields["title"].value) for record in store.records() if "title" in record.fields]
    report.requests = len(asked)
    report.lost = len(sent - set(there)) + len(asked - set(read))
    report.doubled = len(there) - len(set(there)) + len(read) - len(set(read))
    report.arrivals_doubled = sum(len(record.source.arrivals) - 1 for record in store.records() if record.fields)
    told = balance(book)
    report.exact, report.waiting = told.exact, told.messages.waiting
    report.wrong += audit(book)


def told(report: Report) -> dict[str, object]:
    """The report for a file."""
    return asdict(report) | {"sound": report.sound}
