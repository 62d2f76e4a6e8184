"""Worker processes: a file is read in a process with limits, so that none can harm the command or the others."""

import multiprocessing
import resource
import sys
import traceback
from concurrent.futures import Future, TimeoutError
from datetime import date
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from flows.keyring import NO_KEYS, Keyring
from flows.process import THE_STAGES, Stages, process_bytes, quarantined
from pipeline.document import Unreadable
from pipeline.records import Arrival, Record

MEMORY = 3_000_000_000
"""Bytes of address space a worker may ask for; the libraries map far more than they use."""
SECONDS = 120.0
"""Wall time one file may take."""
FILES_PER_WORKER = 200
"""After so many files a worker is replaced, so that nothing can pile up."""

_HOUSE = Path(__file__).resolve().parent.parent
_ASK = "Open it by hand; if it is a request form, ask the sender to save it as PDF anew. The original is kept."


def open_pool(workers: int) -> ProcessPool:
    """A pool of limited worker processes; use it in a ``with`` block. They start fresh and inherit no open files."""
    context = multiprocessing.get_context("spawn")
    return ProcessPool(workers, max_tasks=FILES_PER_WORKER, initializer=_limit, context=context)


def _limit() -> None:
    """What a worker may use; applied before it sees the first file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000_000, 500_000_000))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def submit(
    pool: ProcessPool,
    data: bytes,
    arrival: Arrival,
    today: date,
    others: tuple[str, ...] | None,
    seconds: float = SECONDS,
    keyring: Keyring = NO_KEYS,
) -> "Future[Record]":
    """Hand one file to the workers; ``others`` are the institution's other open requests (null: no store)."""
    return pool.schedule(work, args=(data, arrival, today, others, THE_STAGES, keyring), timeout=seconds)


def outcome(future: "Future[Record]", data: bytes, arrival: Arrival, today: date) -> Record:
    """The record a worker made, or a quarantined one that says how the worker ended."""
    try:
        return future.result()
    except TimeoutError:
        message = "Reading the file took too long and was stopped."
        return quarantined(data, arrival, today, Unreadable("timeout", message, _ASK))
    except ProcessExpired as death:
        message = f"The reader broke down on this file (exit status {death.exitcode})."
        return quarantined(data, arrival, today, Unreadable("crash", message, _ASK))


def work(
    data: bytes,
    arrival: Arrival,
    today: date,
    others: tuple[str, ...] | None,
    stages: Stages = THE_STAGES,
    keyring: Keyring = NO_KEYS,
) -> Record:
    """What a worker does with one file: an unexpected error is this file's trouble and nobody else's."""
    try:
        known = None if others is None else lambda _extraction: others
        return process_bytes(data, arrival, today, known, stages, keyring)
    except MemoryError:
        return quarantined(data, arrival, today, Unreadable("memory", "Reading the file needs too much memory.", _ASK))
    except Exception as fault:
        return quarantined(data, arrival, today, _internal_error(fault, arrival.filename))


def _internal_error(fault: Exception, filename: str) -> Unreadable:
    """Kind and place of the fault only: its message may hold what stands on the form."""
    place = _where(fault)
    print(f"{filename}: internal error, {type(fault).__name__} at {place}", file=sys.stderr)
    message = f"The software failed on this file ({type(fault).__name__} at {place})."
    return Unreadable("internal_error", message, f"Report it with the file. {_ASK}")


def _where(fault: BaseException) -> str:
    """The last line of our own code that the error passed through."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_HOUSE) and ".venv" not in frame.filename]
    last = ours[-1] if ours else frames[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
