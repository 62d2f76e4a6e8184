"""Worker processes: a file is read in a process with limits, so that none can harm the command or the others."""

import signal
import sys
import traceback
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import cast

from flows.keyring import NO_KEYS, Keyring
from flows.process import THE_STAGES, Stages, process_bytes, quarantined
from flows.sandbox import OutOfTime, Pool, WorkerDied
from pipeline.document import Unreadable
from pipeline.records import Arrival, Record

SECONDS = 120.0
"""Wall time one file may take."""
_HOUSE = Path(__file__).resolve().parent.parent
_ASK = "Open it by hand; if it is a request form, ask the sender to save it as PDF anew. The original is kept."


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
    order = (data, arrival, today, others, THE_STAGES, keyring)
    return cast("Future[Record]", pool.schedule(work, args=order, timeout=seconds))


def outcome(future: "Future[Record]", data: bytes, arrival: Arrival, today: date) -> Record:
    """The record a worker made, or a quarantined one that says how the worker ended."""
    try:
        record = future.result()
    except OutOfTime:
        message = "Reading the file took too long and was stopped."
        return quarantined(data, arrival, today, Unreadable("timeout", message, _ASK))
    except WorkerDied as death:
        return quarantined(data, arrival, today, _broken_down(death.status))
    for flag in record.flags:
        if flag.code == "internal_error":
            print(f"{arrival.filename}: {flag.message}", file=sys.stderr)
    return record


def _broken_down(status: int) -> Unreadable:
    """Nobody of ours kills with this signal without saying so: then it was the system, short of memory."""
    if status == -signal.SIGKILL:
        message = "The system stopped the reader on this file, most likely because it took too much memory."
        return Unreadable("memory", message, _ASK)
    return Unreadable("crash", f"The reader broke down on this file (exit status {status}).", _ASK)


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
