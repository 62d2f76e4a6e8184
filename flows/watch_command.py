"""``socieux watch``: the watchers of the settings and the workers, together, until the process is asked to stop."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from sqlalchemy.exc import SQLAlchemyError

from flows.drafting import drafting_of
from flows.keyring import NO_KEYS, Keyring
from flows.mail_line import MailboxTrouble
from flows.mailbox_settings import FolderSettings, MailboxSettings, WatchSettings, load_settings
from flows.message_reading import Reader
from flows.readers import PostReader
from flows.sign_in import sign_in_of
from flows.taking_in import DiskFull
from flows.walking import Misuse
from flows.watched_folder import FolderWatcher
from flows.watching import Watcher
from flows.working_off import WorkingOff, today, told_shortly
from pipeline.ledger import Ledger
from pipeline.ledger_balance import balance
from pipeline.mail import PostOffice
from pipeline.messages import Message
from pipeline.raw import remove_unfinished
from pipeline.store import Store
from pipeline.trouble import StoreTrouble


@dataclass
class Watch:
    """Everything that runs: the watchers, each in its thread, and the workers. With neither mailbox nor folder it is a
    further worker on a ledger that others fill."""

    ledger: Ledger
    store: Store
    settings: WatchSettings
    reader: Reader
    stop: threading.Event = field(default_factory=threading.Event)
    threads: int = 0
    finished: Callable[[Message], None] = lambda message: None

    def run(self, patience: float = 20.0) -> None:
        """Until ``stop`` is set; then what is in hand is finished, or handed back."""
        work = self._working_off()
        work.start()
        watchers = [threading.Thread(target=each.run, daemon=True) for each in self._watchers(work.wake)]
        for thread in watchers:
            thread.start()
        self.stop.wait()
        for thread in watchers:
            thread.join(patience)
        work.stop(patience)

    def run_once(self) -> tuple[str, ...]:
        """One pass over everything, and work until nothing is due; what went wrong in a pass, a sentence each. A
        mailbox that cannot be reached keeps nobody from the others."""
        work = self._working_off()
        work.start()
        try:
            wrong = [said for each in self._watchers(work.wake) if (said := _trouble_of_a_pass(each))]
        except BaseException:
            work.stop()
            raise
        work.stop_when_dry()
        return tuple(wrong)

    def _working_off(self) -> WorkingOff:
        """One message more in hand than there are workers, so that none of them waits for the disk."""
        threads = self.threads or (self.settings.workers or len(os.sched_getaffinity(0))) + 1
        return WorkingOff(self.ledger, self.store, self.reader, threads, finished=self.finished)

    def _watchers(self, arrived: Callable[[], None]) -> Iterator[Watcher | FolderWatcher]:
        for mailbox in self.settings.mailboxes:
            yield Watcher(self.ledger, mailbox, sign_in_of(mailbox), self.stop, arrived)
        for folder in self.settings.folders:
            yield FolderWatcher(self.ledger, folder, self.stop, arrived)


def _trouble_of_a_pass(watcher: Watcher | FolderWatcher) -> str:
    """One pass; what kept it from its end, in a sentence (empty: nothing)."""
    try:
        watcher.run_once()
    except (MailboxTrouble, DiskFull) as trouble:
        return f"{watcher.name}: {trouble}"
    except OSError as fault:
        return f"{watcher.name}: {told_shortly(fault)}"
    return ""


def run_watch(
    store: Store, settings: WatchSettings, keyring: Keyring = NO_KEYS, once: bool = False, folder: Path | None = None
) -> None:
    """Watch until SIGTERM or Ctrl-C (a second one ends the workers at once), or for one pass only. Raises ``Misuse``
    for a missing secret, and ``StoreTrouble`` where one pass cannot be made."""
    ledger = Ledger(store.engine, store.raw_folder)
    for mailbox in settings.mailboxes:
        sign_in_of(mailbox)
    remove_unfinished(store.raw_folder)
    with reader_of(settings, keyring) as reader:
        running = Watch(ledger, store, settings, reader, finished=_finished(ledger, store, settings, folder))
        with _stopping(running.stop, reader):
            if once:
                _once(running)
            else:
                running.run()
    for line in balance(ledger).lines():
        print(line, file=sys.stderr)


def gather_settings(
    file: Path | None, folders: Sequence[Path], host: str | None, user: str | None, work_only: bool, workers: int
) -> WatchSettings:
    """The settings of a file, with what the command line adds. Raises ``Misuse`` if there is nothing to watch."""
    settings = load_settings(file) if file else WatchSettings()
    if (host is None) != (user is None):
        raise Misuse("A mailbox needs both --host and --user.")
    if missing := next((folder for folder in folders if not folder.is_dir()), None):
        raise Misuse(f"There is no folder {missing}.")
    mailboxes = (MailboxSettings(host=host, user=user),) if host and user else ()
    added = tuple(FolderSettings(path=folder.resolve()) for folder in folders)
    if work_only:
        return WatchSettings(workers=workers or settings.workers, seconds=settings.seconds)
    if not (settings.mailboxes or settings.folders or mailboxes or added):
        raise Misuse("There is nothing to watch: give --settings, --folder, or --host and --user; or --work-only.")
    return settings.model_copy(
        update={
            "mailboxes": (*settings.mailboxes, *mailboxes),
            "folders": (*settings.folders, *added),
            "workers": workers or settings.workers,
        }
    )


def _finished(ledger: Ledger, store: Store, settings: WatchSettings, folder: Path | None) -> Callable[[Message], None]:
    """What happens when a message is done with: its notice of receipt is drafted, and a line goes to the log, with a
    number of the ledger and nothing that stands in the message."""
    drafting = drafting_of(settings, ledger, store, folder) if folder else None

    def told(message: Message) -> None:
        if drafting:
            drafting.after(message)
        print(f"message {message.id} is done with", file=sys.stderr, flush=True)

    return told


def _once(running: Watch) -> None:
    try:
        wrong = running.run_once()
    except SQLAlchemyError as fault:
        raise StoreTrouble(f"The database cannot be used. {told_shortly(fault)}") from fault
    if wrong:
        raise StoreTrouble("\n".join(wrong))


def reader_of(settings: WatchSettings, keyring: Keyring = NO_KEYS) -> PostReader:
    """The workers the settings ask for; what the office says of its post is that of the first mailbox."""
    office = settings.mailboxes[0].office if settings.mailboxes else PostOffice()
    return PostReader(today, settings.workers, keyring, office, settings.seconds)


@contextmanager
def _stopping(stop: threading.Event, reader: Reader) -> Iterator[None]:
    """Both usual signals ask for an orderly end; the second time there is no patience left."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            reader.stop()
            return
        print("Stopping: what is in hand is finished first.", file=sys.stderr, flush=True)
        stop.set()

    before = {each: signal.signal(each, on_signal) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
