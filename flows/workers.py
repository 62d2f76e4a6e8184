"""Worker processes: a file is read in a process with limits, so that none can harm the command or the others."""

import signal
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

from pydantic import ValidationError

from extractors.media import PDF, sniff
from flows import scanning
from flows.keyring import NO_KEYS, Keyring
from flows.process import SECOND_READING, THE_STAGES, Stages, process_bytes, quarantined
from flows.sandbox import FLOODED, OutOfTime, Pool, RaisedInside, WorkerDied
from pipeline.records import Arrival, Flag, Record
from pipeline.trouble import Unreadable

Made = TypeVar("Made")
SECONDS = 120.0
"""Wall time one file may take."""
AGAIN = 60.0
"""Wall time of the second try, by another reader."""
_HOUSE = Path(__file__).resolve().parent.parent
_HARMLESS = ("scan", "unreadable_text_layer", "no_form_found")
"""What the other reader may say of a file that is only large or slow to read."""
_NOT_AGAIN = "Do not open the file; ask the sender for a fresh copy of the form. It is not read again by itself."
_ASK = "Open it by hand; if it is a request form, ask the sender to save it as PDF anew. The original is kept."

TOO_MUCH_MEMORY = Unreadable("memory", "Reading the file needs too much memory.", _ASK)


def open_pool(workers: int) -> Pool:
    """A pool of fenced worker processes; use it in a ``with`` block."""
    return Pool(workers)


def submit(
    pool: Pool,
    data: bytes,
    arrival: Arrival,
    today: date,
    others: tuple[str, ...] | None,
    seconds: float = SECONDS,
    keyring: Keyring = NO_KEYS,
) -> "Future[Record]":
    """Hand one file to the workers; ``others`` are the institution's other open requests (null: no store)."""
    file = Handed(data, arrival, today, others, keyring, seconds)
    if (refused := file.scanned()) is not None:
        return refused
    first = cast("Future[Record]", pool.schedule(work, args=file.order(THE_STAGES), timeout=seconds))
    return tried_twice(pool, first, file)


@dataclass(frozen=True)
class Handed:
    """A file on its way to a worker, with what is needed to hand it out a second time."""

    data: bytes
    arrival: Arrival
    today: date
    others: tuple[str, ...] | None
    keyring: Keyring
    seconds: float = SECONDS

    def scanned(self) -> "Future[Record] | None":
        """The kept promise of a quarantined record if the malware scanner found something; no worker opens the file."""
        if self.scan.state != "found":
            return None
        promise: Future[Record] = Future()
        promise.set_result(quarantined(self.data, self.arrival, self.today, scanning.refusal(self.scan)))
        return promise

    @cached_property
    def scan(self) -> scanning.Scan:
        """What the malware scanner says of the file, asked once."""
        return scanning.scan(self.data)

    def noted(self, made: Made) -> Made:
        """A record with the notice that its file was not scanned, where it was not."""
        if not isinstance(made, Record) or (notice := scanning.notice(self.scan)) is None:
            return made
        return made.model_copy(update={"flags": (*made.flags, notice)})

    def order(self, stages: Stages) -> tuple[object, ...]:
        """The arguments of ``work``."""
        return (self.data, self.arrival, self.today, self.others, stages, self.keyring)


def tried_twice(pool: Pool, first: "Future[Made]", file: Handed) -> "Future[Made | Record]":
    """The promise of what a worker makes of a file; where it dies of a PDF, of what another reader makes of it.

    A PDF that neither comes through with is ``hostile``: it is not read again unless a person asks for it."""
    promise: Future[Made | Record] = Future()
    first.add_done_callback(lambda done: _settle(pool, promise, done, file))
    return promise


def _settle(pool: Pool, promise: "Future[Made | Record]", first: "Future[Made]", file: Handed) -> None:
    """Called in the thread that tends the worker, so it must not wait."""
    if first.cancelled() or not promise.set_running_or_notify_cancel():
        promise.cancel()
        return
    fault = first.exception()
    if fault is None:
        promise.set_result(file.noted(first.result()))
    elif isinstance(fault, OutOfTime | WorkerDied) and sniff(file.data) == PDF and not pool.stopping:
        again = pool.schedule(work, args=file.order(SECOND_READING), timeout=min(file.seconds, AGAIN))
        again.add_done_callback(lambda done: _settle_again(promise, fault, cast("Future[Record]", done), file))
    else:
        promise.set_exception(fault)


def _settle_again(
    promise: "Future[Made | Record]", fault: BaseException, second: "Future[Record]", file: Handed
) -> None:
    """What the other reader made of it, if it made anything of it."""
    if second.cancelled():
        promise.set_exception(fault)
        return
    died = second.exception()
    if died is None and second.result().disposition != "quarantined":
        promise.set_result(file.noted(second.result()))
        return
    first = _trouble(fault)
    if died is None and any(flag.code in _HARMLESS for flag in second.result().flags):
        # Nothing speaks against the file but that reading it takes long.
        promise.set_exception(fault)
        return
    then = "another reader did not survive it either" if died else "another reader cannot read it"
    message = f"{first.message} It was tried a second time: {then}."
    record = quarantined(file.data, file.arrival, file.today, Unreadable(first.code, message, _NOT_AGAIN))
    hostile = Flag(code="hostile", severity="blocker", message=f"The file harms its readers. {_NOT_AGAIN}")
    promise.set_result(file.noted(record.model_copy(update={"flags": (*record.flags, hostile)})))


def outcome(future: "Future[Made]", data: bytes, arrival: Arrival, today: date) -> "Made | Record":
    """What a worker made (a record, or an opened mail), or a quarantined record that says how the worker ended."""
    try:
        record = future.result()
    except (OutOfTime, WorkerDied) as fault:
        return quarantined(data, arrival, today, _trouble(fault))
    except (RaisedInside, ValidationError) as fault:
        # What the worker said is no record: it may hold anything, so nothing of it is repeated.
        kind = str(fault) if isinstance(fault, RaisedInside) else type(fault).__name__
        if kind == MemoryError.__name__:
            return quarantined(data, arrival, today, TOO_MUCH_MEMORY)
        message = f"The reader gave no usable answer on this file ({kind[:80]})."
        return quarantined(data, arrival, today, Unreadable("internal_error", message, _ASK))
    for flag in record.flags if isinstance(record, Record) else ():
        if flag.code == "internal_error":
            print(f"{arrival.filename}: {flag.message}", file=sys.stderr)
    return record


def _trouble(fault: BaseException) -> Unreadable:
    """How a worker ended, in words for people."""
    if isinstance(fault, OutOfTime):
        return Unreadable("timeout", "Reading the file took too long and was stopped.", _ASK)
    return _broken_down(fault.status if isinstance(fault, WorkerDied) else 1)


def _broken_down(status: int) -> Unreadable:
    """Nobody of ours kills with this signal without saying so: then it was the system, short of memory."""
    if status == -signal.SIGKILL:
        message = "The system stopped the reader on this file, most likely because it took too much memory."
        return Unreadable("memory", message, _ASK)
    if status == FLOODED:
        return Unreadable("crash", "The reader flooded us with what is no answer, and was stopped.", _ASK)
    return Unreadable("crash", f"The reader broke down on this file (exit status {status}).", _ASK)


def work(
    data: bytes,
    arrival: Arrival,
    today: date,
    others: tuple[str, ...] | None,
    stages: Stages = THE_STAGES,
    keyring: Keyring = NO_KEYS,
) -> Record:
    """What a worker does with one file."""
    known = None if others is None else lambda _extraction: others
    return guarded(lambda: process_bytes(data, arrival, today, known, stages, keyring), data, arrival, today)


def guarded(step: Callable[[], Made], data: bytes, arrival: Arrival, today: date) -> Made | Record:
    """A worker's step on one file: an unexpected error is this file's trouble and nobody else's."""
    try:
        return step()
    except MemoryError:
        return quarantined(data, arrival, today, TOO_MUCH_MEMORY)
    except Exception as fault:
        return quarantined(data, arrival, today, _internal_error(fault))


def _internal_error(fault: Exception) -> Unreadable:
    """Kind and place of the fault only: its message may hold what stands on the form."""
    message = f"The software failed on this file ({type(fault).__name__} at {_where(fault)})."
    return Unreadable("internal_error", message, f"Report it with the file. {_ASK}")


def _where(fault: BaseException) -> str:
    """The last line of our own code that the error passed through."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_HOUSE) and ".venv" not in frame.filename]
    last = ours[-1] if ours else frames[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
