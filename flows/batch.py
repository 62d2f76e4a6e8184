"""Many files in, their records out, in the order of the files, on several processes at once."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from flows.keyring import NO_KEYS, Keyring
from flows.post import Circumstances, UnderWay, begin
from flows.process import quarantined
from flows.sandbox import Pool
from flows.walking import load, shown_name
from flows.workers import open_pool
from pipeline.records import Arrival, Record
from pipeline.trouble import Unreadable

AHEAD = 3
"""Files per worker that wait in line: enough to keep all busy, few enough to keep memory flat."""


class Shelf(Protocol):
    """What a batch needs of the store."""

    def other_open_requests(self, record: Record) -> tuple[str, ...]:
        """References of the same institution's other open requests."""

    def keep(self, record: Record, data: bytes) -> Record:
        """Keep the record and its bytes; gives it back with reference and arrivals."""


@dataclass(frozen=True)
class Batch:
    """The circumstances of a run: the day, when the files came in, how to open the store
    (null: leave it alone), how many processes.

    ``named`` are the paths given outright: only there links are followed."""

    today: date
    received_at: str | None = None
    open_store: Callable[[], Shelf] | None = None
    workers: int = 2
    named: frozenset[Path] = frozenset()
    keyring: Keyring = NO_KEYS


def process_files(paths: Iterable[Path], batch: Batch) -> Iterator[Record]:
    """``process_on`` with workers of its own, as many as the batch says."""
    with open_pool(batch.workers) as pool:
        yield from process_on(pool, paths, batch)


def process_on(pool: Pool, paths: Iterable[Path], batch: Batch) -> Iterator[Record]:
    """One record per path, in order; of a mail or an archive one for every request in it, and at least one. Every file
    goes through a worker process, also when it is the only one: a crash must still give a record, and while the worker
    loads its libraries this process opens the store."""
    waiting: deque[UnderWay | Record] = deque()
    shelf: Shelf | None = None
    try:
        for path in paths:
            waiting.append(_begin(pool, path, batch))
            if shelf is None and batch.open_store:
                shelf = batch.open_store()
            if len(waiting) > AHEAD * pool.workers:
                yield from _finish(waiting.popleft(), shelf)
        while waiting:
            yield from _finish(waiting.popleft(), shelf)
    except BaseException:
        # Interrupted, or nobody takes the records any more: the workers must not go on.
        pool.stop()
        raise


def process_one(pool: Pool, path: Path, batch: Batch, shelf: Shelf | None) -> tuple[Record, ...]:
    """One file on a pool that is already open, for callers that bring their own order."""
    return tuple(_finish(_begin(pool, path, batch), shelf))


def _begin(pool: Pool, path: Path, batch: Batch) -> UnderWay | Record:
    """A file on its way; or its record, where it cannot even be opened."""
    arrival = Arrival(filename=shown_name(path), received_at=batch.received_at)
    try:
        data = load(path, named=path in batch.named)
    except Unreadable as trouble:
        return quarantined(b"", arrival, batch.today, trouble)
    others = () if batch.open_store else None
    return begin(pool, data, arrival, Circumstances(batch.today, others, batch.keyring))


def _finish(file: UnderWay | Record, shelf: Shelf | None) -> Iterator[Record]:
    """The records, kept in the store if there is one. A file that could not be opened has no bytes to keep."""
    if isinstance(file, Record):
        yield file
        return
    for request in file.finish().requests:
        if shelf is None:
            yield request.record
            continue
        others = shelf.other_open_requests(request.record)
        if others:
            # Workers judge as if no other request were open, which is nearly always so; here it is not: judge again.
            request = file.judge_again(request, others)
        yield shelf.keep(request.record, request.data)
