"""The reader of the ledger's messages: the worker processes that also serve the command line."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import TracebackType

from flows.keyring import NO_KEYS, Keyring
from flows.message_reading import Reading
from flows.post import Circumstances, UnderWay, begin
from flows.sandbox import Pool
from flows.sorting import Delivery, Request
from flows.workers import SECONDS, open_pool, outcome
from pipeline.mail import OpenedMail, PostOffice
from pipeline.records import Arrival, Record


@dataclass(frozen=True)
class _InWork:
    """A message that is under way in the workers."""

    under_way: UnderWay

    def opened(self) -> Record | OpenedMail:
        """Wait until it is open."""
        whole = self.under_way.whole
        return outcome(self.under_way.opening, whole.data, whole.arrival, whole.today)

    def finish(self) -> Delivery:
        """Wait for every file in it and sort them."""
        return self.under_way.finish()

    def judge_again(self, request: Request, others: tuple[str, ...]) -> Request:
        """The same request with the institution's other open requests in mind."""
        return self.under_way.judge_again(request, others)


@dataclass
class PostReader:
    """Worker processes behind the fence; use it in a ``with`` block. ``day`` tells the day of the judgement."""

    day: Callable[[], date]
    workers: int = 0
    keyring: Keyring = NO_KEYS
    office: PostOffice = PostOffice()
    seconds: float = SECONDS
    stopped: bool = False
    _pool: Pool | None = None

    def __enter__(self) -> "PostReader":
        self._pool = open_pool(self.workers or len(os.sched_getaffinity(0))).__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        assert self._pool is not None
        self._pool.__exit__(kind, fault, at)

    @property
    def today(self) -> date:
        """The day of the judgement."""
        return self.day()

    def begin(self, data: bytes, arrival: Arrival, is_mail: bool) -> Reading:
        """Hand a message to the workers, who judge as if no other request were open."""
        assert self._pool is not None
        circumstances = Circumstances(self.today, (), self.keyring, self.office, self.seconds)
        return _InWork(begin(self._pool, data, arrival, circumstances, is_mail))

    def stop(self) -> None:
        """End the workers at once."""
        self.stopped = True
        if self._pool:
            self._pool.stop()
