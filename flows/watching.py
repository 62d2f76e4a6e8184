"""The watcher of a mailbox: list, wait for a call, list again; through every trouble, and never two at once."""

import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import SQLAlchemyError

from flows.mail_folder import Mailbox, open_mailbox
from flows.mail_line import MailboxTrouble
from flows.mailbox_settings import MailboxSettings
from flows.owners import hold_lease, this_owner
from flows.posting_drafts import post_drafts
from flows.sign_in import SignIn
from flows.taking_in import DiskFull, TakingIn
from flows.working_off import bug_of, told_shortly
from pipeline.ledger import Ledger
from pipeline.ledger_signs import beat, give_up_lease, notify, withdraw

SLICE = 5.0
"""Seconds between looks up from the waiting: for the wish to stop, the lease, and mail that may be moved."""
FIRST_WAIT = 5.0
ALERT_AFTER = 5
"""Troubles in a row after which a person is told; what waiting cannot mend is told at once."""


@dataclass
class Watcher:
    """The watcher of one mailbox folder. ``arrived`` is called when something new is safe in the ledger."""

    ledger: Ledger
    settings: MailboxSettings
    sign_in: SignIn
    stop: threading.Event
    arrived: Callable[[], None] = lambda: None
    first_wait: float = FIRST_WAIT
    _troubles: int = field(default=0)
    _owner: str = field(default="")
    _renewed: float = field(default=0.0)

    @property
    def name(self) -> str:
        """Under which it gives signs of life and holds its lease."""
        return f"watch {self.settings.account} {self.settings.folder}"[:200]

    def run(self) -> None:
        """Watch until asked to stop. No trouble ends it."""
        self._owner = this_owner("watch")
        while not self.stop.is_set():
            try:
                if self._has_lease():
                    self._watch()
                else:
                    self.stop.wait(SLICE)
            except DiskFull as full:
                self._report(str(full), lasting=True)
            except MailboxTrouble as trouble:
                self._report(str(trouble), trouble.lasting)
            except (OSError, SQLAlchemyError) as fault:
                self._report(told_shortly(fault), lasting=False)
            except Exception as fault:
                # A bug of ours: it must not end the watcher in silence, and it is said where it is.
                self._report(bug_of(fault), lasting=True)
        self._leave()

    def run_once(self, thorough: bool = False) -> str:
        """One pass and no more: what it found, in a sentence. ``thorough``, for the nightly run: mail that is known by
        its number is compared as well. Raises what a pass raises."""
        with open_mailbox(self.settings, self.sign_in) as mailbox:
            return self._pass(mailbox, replace(self._taking_in(mailbox), thorough=thorough))

    def _watch(self) -> None:
        """As long as the line holds: pass, wait, pass."""
        with open_mailbox(self.settings, self.sign_in) as mailbox:
            taking_in = self._taking_in(mailbox)
            while not self.stop.is_set() and self._has_lease() and self.sign_in.lapses_in() > 0:
                self._pass(mailbox, taking_in)
                self._troubles = 0
                if not mailbox.told_of_new():
                    self._wait(mailbox, taking_in)

    def _taking_in(self, mailbox: Mailbox) -> TakingIn:
        return TakingIn(self.ledger, mailbox, self._took_one, self.stop.is_set)

    def _took_one(self) -> None:
        """A long pass must not lose the lease under way; to renew it at every mail would cost more than the mail."""
        if time.monotonic() - self._renewed > SLICE:
            self._has_lease()
        self.arrived()

    def _pass(self, mailbox: Mailbox, taking_in: TakingIn) -> str:
        said = taking_in.run().sentence()
        taking_in.touch_finished()
        post_drafts(self.ledger, mailbox)
        beat(self.ledger, self.name, said, good=taking_in.done.whole)
        withdraw(self.ledger, "mailbox_trouble", self.name)
        withdraw(self.ledger, "disk_full", str(self.ledger.raw_folder))
        return said

    def _wait(self, mailbox: Mailbox, taking_in: TakingIn) -> None:
        """IDLE until the server calls, but no longer than the settings allow: it is only a hint."""
        until = time.monotonic() + min(self.settings.poll, self.settings.renew_idle)
        mailbox.begin_idle()
        called = False
        while not (called or self.stop.is_set()) and time.monotonic() < until:
            called = mailbox.wait(min(SLICE, max(0.1, until - time.monotonic())))
            if not called and not self._still_at_it():
                break
            if not called and taking_in.anything_to_touch():
                break
        mailbox.end_idle()

    def _still_at_it(self) -> bool:
        beat(self.ledger, self.name, "waiting for mail")
        return self._has_lease() and self.sign_in.lapses_in() > 0

    def _has_lease(self) -> bool:
        self._renewed = time.monotonic()
        return hold_lease(self.ledger, self.name, self._owner or this_owner("watch"))

    def _report(self, said: str, lasting: bool) -> None:
        """Say what is wrong, in the ledger if it can be reached, and wait: longer each time, up to the cap."""
        self._troubles += 1
        print(f"{self.name}: {said}", file=sys.stderr, flush=True)
        try:
            beat(self.ledger, self.name, said)
            if lasting or self._troubles >= ALERT_AFTER:
                notify(self.ledger, "mailbox_trouble", self.name, said)
        except (OSError, SQLAlchemyError):
            # Nobody can be told but the log, which has it.
            pass
        doubled = self.first_wait * 2 ** min(self._troubles - 1, 16)
        self.stop.wait(min(doubled, self.settings.longest_back_off) * random.uniform(0.8, 1.2))

    def _leave(self) -> None:
        try:
            beat(self.ledger, self.name, "stopped")
            give_up_lease(self.ledger, self.name, self._owner)
        except (OSError, SQLAlchemyError) as fault:
            print(f"{self.name}: {told_shortly(fault)}", file=sys.stderr, flush=True)
