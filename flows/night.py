"""The nightly run: everything outstanding is done, everything kept is looked over, and the day is accounted for.

A plain function; ``scheduled`` runs the same steps as tasks of a flow. A step that fails stops no other. Any number of
runs may overlap: what one does, the other finds done; the lease only saves the work of finding that out.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from flows import scanning
from flows.colleagues_digest import FOLDER, gather, write_digests
from flows.digest import Digest, StepDone, write_digest
from flows.drafting import drafting_of, remove_forgotten_drafts
from flows.mailbox_settings import MailboxSettings, WatchSettings
from flows.message_reading import Reader
from flows.owners import hold_lease, this_owner
from flows.plain_faults import Lasting, Passing, plainly
from flows.reading_anew import anything_older, read_anew
from flows.sign_in import sign_in_of
from flows.watched_folder import FolderWatcher
from flows.watching import Watcher
from flows.working_off import WorkingOff, today
from pipeline import ledger_work
from pipeline.forgetting import forget, forget_messages
from pipeline.lapsed_claims import remove_lapsed_claims
from pipeline.ledger import Ledger
from pipeline.ledger_balance import audit, balance
from pipeline.ledger_days import keep_day, last_days
from pipeline.ledger_signs import LEASE, beat, give_up_lease, notices, notify, withdraw
from pipeline.originals import check_originals
from pipeline.raw import remove_unfinished
from pipeline.retention import old_messages, old_requests
from pipeline.store import Store

NAME = "nightly"
"""Under which the run holds its lease and gives signs of life."""
PAUSES = (5.0, 30.0)
"""Seconds before a step is tried again whose trouble may pass."""
DAYS_SHOWN = 14

Work = Callable[[], str]
CarryOut = Callable[[str, Work], str]
"""How a step is carried out: its name and its work, which says in a sentence what was done."""


@dataclass(frozen=True)
class Night:
    """What a nightly run works on. ``open_reader`` opens the workers, only when there is something to read;
    ``folder`` is the data folder, for drafts and digests; ``day`` tells the day of the judgement."""

    ledger: Ledger
    store: Store
    settings: WatchSettings
    open_reader: Callable[[], AbstractContextManager[Reader]]
    folder: Path
    day: Callable[[], date] = today


@dataclass(frozen=True)
class Report:
    """How the night was: ``digest`` is null where another run is at it."""

    digest: Digest | None

    @property
    def good(self) -> bool:
        """Whether everything was done, or is being done by another run."""
        return self.digest is None or self.digest.good

    def lines(self) -> tuple[str, ...]:
        """For people and logs."""
        if self.digest is None:
            return ("Another nightly run is at it; it does everything outstanding.",)
        return tuple(f"{'done  ' if step.good else 'FAILED'} {step.name}: {step.said}" for step in self.digest.steps)


def at_once(_name: str, work: Work) -> str:
    """Carry a step out here and now, and again after a while where the trouble may pass."""
    for pause in PAUSES:
        try:
            return work()
        except Passing:
            time.sleep(pause)
    return work()


def run_night(night: Night, carry_out: CarryOut = at_once) -> Report:
    """Do everything outstanding, then write the day's balance and the digest."""
    owner = this_owner(NAME)
    if not hold_lease(night.ledger, NAME, owner):
        return Report(None)
    with _renewed(night.ledger, owner):
        done = [_carried_out(name, work, carry_out) for name, work in steps(night)]
        return Report(_account(night, done))


def steps(night: Night) -> Iterator[tuple[str, Work]]:
    """The steps in their order. Their names hold no addresses: they stand in the scheduler's logs."""
    yield "tidy up", partial(_tidy, night)
    yield from looks(night, thorough=True)
    yield "work off", partial(_work_off, night)
    yield "read anew", partial(_read_anew, night)
    yield "drafts", partial(_drafts, night)
    yield "claims", partial(_claims, night)
    yield "colleagues", partial(_colleagues, night)
    yield "retention", partial(_forget, night)
    yield "originals", partial(_originals, night)


def looks(night: Night, thorough: bool = False) -> Iterator[tuple[str, Work]]:
    """One whole pass over each mailbox and each folder; ``thorough``: the nightly one."""
    for number, mailbox in enumerate(night.settings.mailboxes, 1):
        yield f"mailbox {number}", partial(_mailbox, night, mailbox, thorough)
    for number, folder in enumerate(night.settings.folders, 1):
        yield f"folder {number}", partial(_folder, FolderWatcher(night.ledger, folder, threading.Event()))


def _carried_out(name: str, work: Work, carry_out: CarryOut) -> StepDone:
    try:
        return StepDone(name=name, said=carry_out(name, partial(plainly, work)), good=True)
    except (Passing, Lasting) as fault:
        return StepDone(name=name, said=str(fault), good=False)


def _account(night: Night, done: list[StepDone]) -> Digest:
    """The day's balance, what is wrong between ledger, store and disk, the digest, and the sign of life."""
    ledger, zone = night.ledger, night.settings.night.zone
    now = balance(ledger)
    wrong = audit(ledger)
    day = now.at.astimezone(zone).date()
    keep_day(ledger, day, now)
    digest = Digest(
        day=day,
        at=now.at.astimezone(zone),
        balance=now,
        steps=tuple(done),
        wrong=wrong,
        notices=tuple(said for said in (*(notice.said for notice in notices(ledger)), scanning.standing()) if said),
        days=last_days(ledger, DAYS_SHOWN + 1),
    )
    write_digest(digest, night.folder / "digests")
    failed = ", ".join(step.name for step in done if not step.good)
    beat(ledger, NAME, f"failed: {failed}" if failed else now.lines()[0], good=digest.good)
    return digest


def _tidy(night: Night) -> str:
    removed = remove_unfinished(night.store.raw_folder)
    return f"{removed} unfinished file(s) removed"


def _mailbox(night: Night, settings: MailboxSettings, thorough: bool) -> str:
    """The whole folder against the ledger, not only what is new."""
    return Watcher(night.ledger, settings, sign_in_of(settings), threading.Event()).run_once(thorough)


def _folder(watcher: FolderWatcher) -> str:
    """The folder's own path is nothing for a log."""
    watcher.run_once()
    return "looked through"


def _work_off(night: Night) -> str:
    """Everything that is due; what failed waits for its own time."""
    if not ledger_work.anything_due(night.ledger):
        return "nothing was due"
    drafting = drafting_of(night.settings, night.ledger, night.store, night.folder)
    with night.open_reader() as reader:
        work = WorkingOff(night.ledger, night.store, reader, finished=drafting.after)
        return f"{work.run_dry()} message(s) worked on"


def _read_anew(night: Night) -> str:
    closed_too = night.settings.night.closed_too
    if not anything_older(night.store, night.day(), closed_too):
        return "nothing was made with older rules or models"
    with night.open_reader() as reader:
        return read_anew(night.ledger, night.store, reader, closed_too).sentence()


def _drafts(night: Night) -> str:
    made = drafting_of(night.settings, night.ledger, night.store, night.folder).catch_up()
    return f"{made} missing notice(s) of receipt drafted"


def _claims(night: Night) -> str:
    return f"{remove_lapsed_claims(night.store, night.ledger.clock())} lapsed claim(s) of analysts removed"


def _colleagues(night: Night) -> str:
    """What waits for each colleague at the desk, as files for them; nobody is sent anything."""
    told = gather(night.store, night.ledger.clock(), night.settings.night.zone)
    write_digests(told, night.folder / "digests" / FOLDER)
    return f"something waits for {len(told)} colleague(s)"


def _forget(night: Night) -> str:
    """What was kept long enough, by the periods the office has set."""
    now = night.ledger.clock()
    if not night.settings.night.retention:
        return "no periods are set, nothing is forgotten"
    requests, messages = 0, 0
    for period in night.settings.night.retention:
        before = now - timedelta(days=period.days)
        done = forget(night.store, old_requests(night.store, before, [period.standing]), now)
        also = forget_messages(night.store, old_messages(night.store, before, [period.standing]), now)
        requests, messages = requests + done.requests, messages + done.messages + also.messages
    drafts = remove_forgotten_drafts(night.store, night.folder / "drafts")
    return f"{requests} request(s), {messages} message(s) and {drafts} draft(s) forgotten"


def _originals(night: Night) -> str:
    """Each kept file against its hash; what is wrong is told until it is mended."""
    faults = {fault.sha256: fault.sentence for fault in check_originals(night.store)}
    for notice in notices(night.ledger):
        if notice.code == "original_damaged" and notice.subject not in faults:
            withdraw(night.ledger, notice.code, notice.subject)
    for digest, said in faults.items():
        notify(night.ledger, "original_damaged", digest, said)
    if faults:
        raise Lasting(f"{len(faults)} original(s) are changed or missing; `socieux check` names them")
    return "all are as they were kept"


@contextmanager
def _renewed(ledger: Ledger, owner: str) -> Iterator[None]:
    """Keep the lease for as long as the night takes; let it go afterwards."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE.total_seconds() / 3):
            try:
                hold_lease(ledger, NAME, owner)
            except (OSError, SQLAlchemyError):
                # The next time, or it lapses: then another run does no harm.
                continue

    thread = threading.Thread(target=renew, name="night's lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        give_up_lease(ledger, NAME, owner)
