"""Working off the ledger: whatever is due is claimed, read in worker processes, and finished with its records.

A few threads each take one message from claim to finish. Any number of processes may work off the same ledger: a claim
is a lease, and the finish counts only while it is held.
"""

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from flows.finishing import read_message
from flows.message_reading import Reader
from flows.owners import dead_owners, this_owner
from flows.sandbox import WillNotStart
from pipeline import ledger_ends, ledger_work
from pipeline.ledger import Ledger
from pipeline.ledger_signs import notify
from pipeline.messages import Message
from pipeline.store import Store

LOOK = 5.0
"""Seconds between looks into the ledger when nobody calls: others may have put something there."""


@dataclass
class WorkingOff:
    """The workers of one process on one ledger. ``reader`` turns a message into its end; ``threads`` is how many
    messages are in hand at once; ``finished`` is called after each, for whoever wants to know."""

    ledger: Ledger
    store: Store
    reader: Reader
    threads: int = 3
    lease: timedelta = ledger_work.LEASE
    finished: Callable[[Message], None] = lambda message: None
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _stop: threading.Event = field(default_factory=threading.Event)
    _in_hand: dict[int, str] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)
    _worked_on: int = 0
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin in the background: free what dead processes of this machine held, then work."""
        self.free_the_dead()
        self._begin([self._work] * self.threads + [self._renew])

    def _begin(self, tasks: Sequence[Callable[[], None]]) -> None:
        for number, task in enumerate(tasks):
            thread = threading.Thread(target=task, name=f"working off {number + 1}", daemon=True)
            thread.start()
            self._running.append(thread)

    def wake(self) -> None:
        """Something has come in: look now."""
        with self._wake:
            self._wake.notify_all()

    def stop(self, patience: float = 20.0) -> None:
        """Finish what is in hand within ``patience`` seconds; what is not done by then is handed back."""
        self._stop.set()
        self.wake()
        until = time.monotonic() + patience
        for thread in self._running:
            thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in self._running):
            self.reader.stop()
            for thread in self._running:
                thread.join(5.0)

    def run_dry(self) -> int:
        """Work until nothing is due; how many messages were worked on. What failed waits for its time."""
        self.free_the_dead()
        self._begin([self._work_until_dry] * self.threads)
        working = tuple(self._running)
        self._begin([self._renew])
        for thread in working:
            thread.join()
        self.stop()
        return self._worked_on

    def stop_when_dry(self) -> int:
        """After ``start``: work on until nothing is due, and stop; how many messages were worked on. Raises
        ``SQLAlchemyError`` if the database is away; what is not done then waits."""
        try:
            while not self._stop.is_set() and (ledger_work.anything_due(self.ledger, self.lease) or self._busy):
                self.wake()
                time.sleep(0.05)
        finally:
            self.stop()
        return self._worked_on

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep the leases of what ``take`` has in hand, for a caller who hands out the messages."""
        self.free_the_dead()
        self._begin([self._renew])
        try:
            yield
        finally:
            self.stop()

    def take(self, number: int) -> bool:
        """Take one message from claim to finish; false if it is not due, or somebody else's. Raises
        ``SQLAlchemyError`` if the database is away."""
        return self._one(this_owner("work"), number)

    def _work_until_dry(self) -> None:
        owner = this_owner("work")
        while not self._stop.is_set():
            with _troubles_told():
                if self._one(owner):
                    continue
            return

    def free_the_dead(self) -> None:
        """What processes of this machine held that are gone need not wait for the lease to lapse."""
        with _troubles_told():
            if dead := dead_owners(ledger_work.holders(self.ledger)):
                ledger_work.release(self.ledger, dead)

    def _work(self) -> None:
        owner = this_owner("work")
        while not self._stop.is_set():
            worked = False
            with _troubles_told():
                worked = self._one(owner)
            if not worked:
                self._wait()

    def _one(self, owner: str, only: int | None = None) -> bool:
        """Take the next message from claim to finish; false if there is none."""
        if not ledger_work.anything_due(self.ledger, self.lease):
            return False
        self._busy.add(owner)
        try:
            message = ledger_work.claim(self.ledger, owner, self.lease, only)
            if message is None:
                return False
            self._in_hand[message.id] = owner
            try:
                self._bring_to_an_end(message, owner)
            finally:
                self._in_hand.pop(message.id, None)
            self._worked_on += 1
            self.finished(message)
            return True
        finally:
            self._busy.discard(owner)

    def _bring_to_an_end(self, message: Message, owner: str) -> None:
        try:
            read_message(self.ledger, self.store, self.reader, message, owner)
        except (OSError, SQLAlchemyError, WillNotStart) as fault:
            if self.reader.stopped:
                ledger_ends.hand_back(self.ledger, message, owner)
            elif ledger_ends.fail(self.ledger, message, owner, told_shortly(fault)):
                notify(self.ledger, "our_fault", f"message {message.id}", f"{told_shortly(fault)} It is tried again.")
        except Exception as fault:
            if self.reader.stopped:
                ledger_ends.hand_back(self.ledger, message, owner)
                return
            # A bug of ours on this message: it must not end the thread, and the message ends with a person.
            said = bug_of(fault)
            print(f"message {message.id}: {said}", file=sys.stderr, flush=True)
            ledger_ends.died(self.ledger, message, owner, said)

    def _wait(self) -> None:
        with self._wake:
            if not self._stop.is_set():
                self._wake.wait(LOOK)

    def _renew(self) -> None:
        """Keep the leases of what is in hand, however long it takes, and take over from neighbours that died."""
        while not self._stop.wait(self.lease.total_seconds() / 3) or self._in_hand:
            self.free_the_dead()
            with _troubles_told():
                for owner in set(self._in_hand.values()):
                    mine = [number for number, holder in tuple(self._in_hand.items()) if holder == owner]
                    ledger_work.renew(self.ledger, mine, owner, self.lease)
            if self._stop.is_set():
                time.sleep(0.2)


def told_shortly(fault: Exception) -> str:
    """A fault of our side in a sentence without anybody's data in it."""
    said = (fault.strerror or "unknown") if isinstance(fault, OSError) else str(getattr(fault, "orig", "")).strip()
    return f"{type(fault).__name__}: {said.splitlines()[0] if said else 'no more is known'}."


def bug_of(fault: Exception) -> str:
    """A fault of the software itself: what kind, and the line that raised it; its own words may hold what stands in a
    mail."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return f"The software failed ({type(fault).__name__} at {Path(last.filename).name}:{last.lineno})."


@contextmanager
def _troubles_told() -> Iterator[None]:
    """The database may be away for a while: say so and go on; leases and states are as they were."""
    try:
        yield
    except (OSError, SQLAlchemyError) as fault:
        print(f"The ledger cannot be reached: {told_shortly(fault)}", file=sys.stderr)


def today() -> date:
    """The day of the judgement, here and now."""
    return datetime.now(UTC).astimezone().date()
